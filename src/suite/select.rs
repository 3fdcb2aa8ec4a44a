//! Which cases are meant.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

use super::candidate::{Candidate, EarlierChecks};
use super::case::{Level, Suite};
use super::filter::Filter;
use super::folder::BEGINNING;
use super::shard::Shard;
use crate::model::Diagnostic;

/// Says which cases are meant: each list that is not empty narrows them, its entries widen it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// The levels.
    pub levels: Vec<Level>,
    /// The names of suites.
    pub suites: Vec<String>,
    /// Parts of the identities of cases, such as `e2e/orders/a shopper`.
    pub names: Vec<String>,
    /// Tags, of the suite or the case.
    pub tags: Vec<String>,
    /// Files or folders, absolute or relative to the project.
    pub files: Vec<PathBuf>,
    /// Filter expressions.
    pub filters: Vec<Filter>,
    /// The identities of checks, each of which asks a case; without them, no case is left out.
    pub checks: Option<BTreeSet<String>>,
    /// The part that is kept of what all else leaves.
    pub shard: Option<Shard>,
}

impl Selection {
    /// Whether it leaves no case out.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }
}

/// Says why nothing can be run.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SelectError {
    /// One filter fits no case at all.
    #[error("no case has the {what} `{word}`; there are {known}")]
    Unknown {
        /// What kind of filter it is.
        what: &'static str,
        /// The filter.
        word: String,
        /// What it could have been.
        known: String,
    },
    /// A filter expression asks for what no case has.
    #[error("{0}")]
    Unfit(Diagnostic),
    /// There are more shards than cases.
    #[error("shard {0} is empty, because fewer cases were selected than there are shards")]
    EmptyShard(Shard),
    /// There is nothing to select from.
    #[error("there are no suites in {0}; {BEGINNING}")]
    NoSuites(String),
    /// Every filter fits some case, and no case fits them all.
    #[error("no case fits all that was asked for")]
    Nothing,
}

/// Gives the identity of a case in selections and reports.
pub(super) fn identity(suite: &Suite, case: &str) -> String {
    format!("{}/{}/{case}", suite.level.word(), suite.name)
}

/// Keeps the cases that are meant, and the suites that still have one; `environments` are the
/// project's.
///
/// # Errors
///
/// When a filter fits no case, and when the filters together leave none.
pub fn select(
    suites: Vec<Suite>,
    selection: &Selection,
    environments: &[String],
) -> Result<Vec<Suite>, SelectError> {
    if selection.is_everything() {
        return Ok(suites);
    }
    let mut kept = selection.kept(&suites, environments)?.into_iter();
    let mut next = || kept.next().expect("each case is a candidate, in the same order");
    let mut selected = suites;
    for suite in &mut selected {
        Arc::make_mut(&mut suite.cases).retain(|_| next());
        suite.load.retain(|_| next());
        suite.adopted = suite.adopted.take().filter(|_| next());
    }
    selected.retain(|suite| {
        !suite.cases.is_empty() || !suite.load.is_empty() || suite.adopted.is_some()
    });
    Ok(selected)
}

/// Is one word of a selection.
#[derive(Clone, Copy)]
enum Word<'s> {
    Level(Level),
    Suite(&'s str),
    Name(&'s str),
    Tag(&'s str),
    File(&'s Path),
}

impl Selection {
    /// Tells of each case, in the order of the suites, whether it is kept; at least one is.
    fn kept(&self, suites: &[Suite], environments: &[String]) -> Result<Vec<bool>, SelectError> {
        let cases: Vec<Candidate<'_>> =
            suites.iter().flat_map(|suite| Candidate::of(suite, environments)).collect();
        let groups = self.groups();
        let unknown = |word: &&Word<'_>| !cases.iter().any(|case| word.fits(case));
        if let Some(word) = groups.iter().flatten().find(unknown) {
            return Err(word.unknown(&cases));
        }
        if let Some(refusal) = self.filters.iter().find_map(|filter| filter.unknown(&cases)) {
            return Err(SelectError::Unfit(refusal));
        }
        let checks = self.checks.as_ref().map(EarlierChecks::new);
        let is_asked =
            |case: &Candidate<'_>| checks.as_ref().is_none_or(|checks| case.is_asked_by(checks));
        let fits = |case: &Candidate<'_>| self.fits(&groups, case) && is_asked(case);
        let mut kept: Vec<bool> = cases.iter().map(fits).collect();
        if !kept.contains(&true) {
            return Err(SelectError::Nothing);
        }
        if let Some(shard) = self.shard {
            let fitting = kept.iter_mut().filter(|keep| **keep);
            fitting.enumerate().for_each(|(place, keep)| *keep = shard.holds(place));
            if !kept.contains(&true) {
                return Err(SelectError::EmptyShard(shard));
            }
        }
        Ok(kept)
    }

    fn fits(&self, groups: &[Vec<Word<'_>>], case: &Candidate<'_>) -> bool {
        groups.iter().all(|group| group.is_empty() || group.iter().any(|word| word.fits(case)))
            && (self.filters.is_empty() || self.filters.iter().any(|filter| filter.fits(case)))
    }

    /// Gives the words in their groups: a case has to fit one of each group that is not empty.
    fn groups(&self) -> [Vec<Word<'_>>; 5] {
        fn each<'s>(words: &'s [String], of: fn(&'s str) -> Word<'s>) -> Vec<Word<'s>> {
            words.iter().map(|word| of(word)).collect()
        }
        [
            self.levels.iter().copied().map(Word::Level).collect(),
            each(&self.suites, Word::Suite),
            each(&self.names, Word::Name),
            each(&self.tags, Word::Tag),
            self.files.iter().map(|file| Word::File(file)).collect(),
        ]
    }
}

impl Word<'_> {
    fn fits(self, case: &Candidate<'_>) -> bool {
        match self {
            Self::Level(level) => case.suite.level == level,
            Self::Suite(name) => case.suite.name == name,
            Self::Name(part) => case.id.contains(part),
            Self::Tag(tag) => case.tags.iter().any(|own| own == tag),
            Self::File(path) => case.files().iter().any(|file| file.starts_with(path)),
        }
    }

    /// Says what could have been asked for instead.
    fn unknown(self, cases: &[Candidate<'_>]) -> SelectError {
        let (what, word) = match self {
            Self::Level(level) => ("level", level.word().to_owned()),
            Self::Suite(name) => ("suite", name.to_owned()),
            Self::Name(part) => ("name", part.to_owned()),
            Self::Tag(tag) => ("tag", tag.to_owned()),
            Self::File(path) => ("file", path.display().to_string()),
        };
        let of = |case: &Candidate<'_>| match self {
            Self::Level(_) => vec![case.suite.level.word().to_owned()],
            Self::Suite(_) => vec![case.suite.name.clone()],
            Self::Name(_) => vec![case.id.clone()],
            Self::Tag(_) => case.tags.to_vec(),
            Self::File(_) => vec![case.suite.place.file.clone()],
        };
        let known: BTreeSet<String> = cases.iter().flat_map(of).collect();
        let known: Vec<String> = known.into_iter().collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        SelectError::Unknown { what, word, known }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Settings, Source};
    use crate::suite::{Fixtures, read_suite};

    fn settings() -> Settings {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("proofmark.yaml");
        std::fs::write(&file, "project: p\nenvironments: { local: {}, staging: {} }\n").unwrap();
        crate::config::load(&file, "local", &std::collections::BTreeMap::new()).unwrap()
    }

    fn suites() -> Vec<Suite> {
        let suite = |level: Level, name: &str, head: &str, cases: [&str; 2]| {
            let step = "[{ get: 'http://127.0.0.1/', expect: { status: 200 } }]";
            let text = format!(
                "suite: {name}\nlevel: {}\n{head}\ncases:\n- {{ name: {}, steps: {step} }}\n- {{ name: {}, tags: [slow], steps: {step} }}\n",
                level.word(),
                cases[0],
                cases[1],
            );
            let file = format!("suites/{}/{name}.yaml", level.word());
            read_suite(&Source::new(file, text), level, &settings(), &Fixtures::default()).unwrap()
        };
        vec![
            suite(Level::Integration, "storage", "tags: [files]", ["upload", "list"]),
            suite(
                Level::E2e,
                "orders",
                "tags: [checkout]\ntargets: [local]",
                ["place", "cancel (late)"],
            ),
        ]
    }

    fn selected(selection: &Selection) -> Result<Vec<String>, SelectError> {
        let environments = settings().environments;
        let suites = select(suites(), selection, &environments)?;
        let cases = suites.iter().flat_map(|suite| Candidate::of(suite, &environments));
        Ok(cases.map(|case| case.id).collect())
    }

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn words_of_one_kind_widen_and_kinds_narrow() {
        let both = Selection { tags: words(&["checkout", "files"]), ..Selection::default() };
        assert_eq!(selected(&both).unwrap().len(), 4);
        let slow = Selection { names: words(&["orders/"]), tags: words(&["slow"]), ..both };
        assert_eq!(selected(&slow), Ok(words(&["e2e/orders/cancel (late)"])));
        let folder = Selection { files: vec!["suites/e2e".into()], ..Selection::default() };
        assert_eq!(selected(&folder), Ok(words(&["e2e/orders/place", "e2e/orders/cancel (late)"])));
    }

    #[test]
    fn a_misspelt_filter_is_an_error_even_beside_one_that_fits() {
        let selection = Selection { tags: words(&["slow", "chekout"]), ..Selection::default() };
        assert_eq!(
            selected(&selection).unwrap_err().to_string(),
            "no case has the tag `chekout`; there are checkout, files, slow"
        );
    }

    #[test]
    fn filters_that_leave_no_case_together_are_an_error() {
        let selection =
            Selection { levels: vec![Level::E2e], tags: words(&["files"]), ..Selection::default() };
        assert_eq!(selected(&selection), Err(SelectError::Nothing));
    }

    /// Gives the names of the cases that a filter expression keeps.
    fn filtered(expression: &str) -> Result<String, SelectError> {
        let filters = vec![Filter::parse(expression).unwrap()];
        let ids = selected(&Selection { filters, ..Selection::default() })?;
        let names = ids.iter().map(|id| id.rsplit('/').next().unwrap_or_default());
        Ok(names.collect::<Vec<_>>().join(", "))
    }

    #[test]
    fn an_expression_keeps_the_cases_that_it_fits() {
        let all = "upload, list, place, cancel (late)";
        for (expression, kept) in [
            ("level(e2e)", "place, cancel (late)"),
            ("level(~e) & tag(slow)", "list, cancel (late)"),
            ("tag(=checkout)", "place, cancel (late)"),
            ("suite(/^st.r/)", "upload, list"),
            ("name(l)", "upload, list, place, cancel (late)"),
            ("name(=list)", "list"),
            (r"name( cancel \(late\) )", "cancel (late)"),
            ("name(/^(up|pl)/)", "upload, place"),
            ("target(staging)", "upload, list"),
            ("target(local) & !target(staging)", "place, cancel (late)"),
            ("!tag(nobody has this)", all),
            ("!!tag(slow)", "list, cancel (late)"),
            ("suite(orders) | suite(storage) & tag(slow)", "list, place, cancel (late)"),
            ("(suite(orders) | suite(storage)) & tag(slow)", "list, cancel (late)"),
            ("!(tag(slow) | name(up))", "place"),
            ("!tag(slow) & !name(up)", "place"),
        ] {
            assert_eq!(filtered(expression), Ok(kept.to_owned()), "{expression}");
        }
        assert_eq!(filtered("level(load)"), Err(SelectError::Nothing));
    }

    #[test]
    fn a_predicate_that_no_case_fits_is_shown_with_what_was_meant() {
        let refused = |expression| filtered(expression).unwrap_err().to_string();
        insta::assert_snapshot!(refused("level(e2e) | !(!tag(chekout))"), @r"
        error: no case has the tag `chekout`
         --> -E:1:17
          |
        1 | level(e2e) | !(!tag(chekout))
          |                 ^^^^^^^^^^^^
          |
          = help: did you mean `checkout`?
        ");
        insta::assert_snapshot!(refused("suite(payments)"), @r"
        error: no case has the suite `payments`
         --> -E:1:1
          |
        1 | suite(payments)
          | ^^^^^^^^^^^^^^^
          |
          = help: there are orders, storage
        ");
        insta::assert_snapshot!(refused("tag(slow) & name(/^x/)"), @r"
        error: no case has the name `/^x/`
         --> -E:1:13
          |
        1 | tag(slow) & name(/^x/)
          |             ^^^^^^^^^^
          |
          = help: `proofmark test --list` names them
        ");
    }

    #[test]
    fn shards_are_dealt_out_of_what_was_selected() {
        let shard = |text: &str| {
            let filters = vec![Filter::parse("!name(=upload)").unwrap()];
            let shard = Some(text.parse().unwrap());
            selected(&Selection { filters, shard, ..Selection::default() })
        };
        assert_eq!(
            shard("1/2"),
            Ok(words(&["integration/storage/list", "e2e/orders/cancel (late)"]))
        );
        assert_eq!(shard("2/2"), Ok(words(&["e2e/orders/place"])));
        let refused = shard("4/4").unwrap_err().to_string();
        assert!(refused.starts_with("shard 4/4 is empty"), "{refused}");
    }

    #[test]
    fn the_checks_of_an_earlier_run_select_the_cases_that_they_asked() {
        let checks =
            ["e2e/orders/place", "e2e/orders/gone", "integration/storage/list: of no load case"];
        let checks = Some(checks.map(str::to_owned).into());
        let selection = Selection { checks, ..Selection::default() };
        assert_eq!(selected(&selection), Ok(words(&["e2e/orders/place"])));
        let none = Selection { checks: Some(BTreeSet::new()), ..Selection::default() };
        assert_eq!(selected(&none), Err(SelectError::Nothing));
    }
}
