//! Which cases are meant.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::case::{Level, Suite};

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
    /// Every filter fits some case, and no case fits them all.
    #[error("no case fits all that was asked for")]
    Nothing,
}

/// Gives the identity of a case in selections and reports.
pub(super) fn identity(suite: &Suite, case: &str) -> String {
    format!("{}/{}/{case}", suite.level.word(), suite.name)
}

/// Keeps the cases that are meant, and the suites that still have one.
///
/// # Errors
///
/// When a filter fits no case, and when the filters together leave none.
pub fn select(suites: Vec<Suite>, selection: &Selection) -> Result<Vec<Suite>, SelectError> {
    if selection.is_everything() {
        return Ok(suites);
    }
    let groups = selection.groups();
    let candidates: Vec<Candidate> = suites.iter().flat_map(candidates).collect();
    let unknown = |filter: &&Filter<'_>| !candidates.iter().any(|candidate| filter.fits(candidate));
    if let Some(filter) = groups.iter().flatten().find(unknown) {
        return Err(filter.unknown(&candidates));
    }
    let mut selected = suites;
    let mut fits = candidates.iter().map(|candidate| {
        groups
            .iter()
            .all(|group| group.is_empty() || group.iter().any(|filter| filter.fits(candidate)))
    });
    for suite in &mut selected {
        let mut next = || fits.next().expect("each case is a candidate, in the same order");
        suite.cases.retain(|_| next());
        suite.load.retain(|_| next());
    }
    selected.retain(|suite| !suite.cases.is_empty() || !suite.load.is_empty());
    if selected.is_empty() { Err(SelectError::Nothing) } else { Ok(selected) }
}

/// Is what a case is selected by.
struct Candidate {
    level: Level,
    suite: String,
    id: String,
    tags: Vec<String>,
    /// As found on disk, and as shown.
    files: [PathBuf; 2],
}

fn candidates(suite: &Suite) -> impl Iterator<Item = Candidate> {
    let cases = suite.cases.iter().map(|case| (&case.name, &case.tags));
    let load = suite.load.iter().map(|case| (&case.name, &suite.tags));
    cases.chain(load).map(|(name, tags)| Candidate {
        level: suite.level,
        suite: suite.name.clone(),
        id: identity(suite, name),
        tags: tags.clone(),
        files: [suite.file.clone(), PathBuf::from(&suite.place.file)],
    })
}

/// Is one word of a selection.
#[derive(Clone, Copy)]
enum Filter<'s> {
    Level(Level),
    Suite(&'s str),
    Name(&'s str),
    Tag(&'s str),
    File(&'s Path),
}

impl Selection {
    /// Gives the filters in their groups: a case has to fit one of each group that is not empty.
    fn groups(&self) -> [Vec<Filter<'_>>; 5] {
        fn each<'s>(words: &'s [String], filter: fn(&'s str) -> Filter<'s>) -> Vec<Filter<'s>> {
            words.iter().map(|word| filter(word)).collect()
        }
        [
            self.levels.iter().copied().map(Filter::Level).collect(),
            each(&self.suites, Filter::Suite),
            each(&self.names, Filter::Name),
            each(&self.tags, Filter::Tag),
            self.files.iter().map(|file| Filter::File(file)).collect(),
        ]
    }
}

impl Filter<'_> {
    fn fits(self, candidate: &Candidate) -> bool {
        match self {
            Self::Level(level) => candidate.level == level,
            Self::Suite(name) => candidate.suite == name,
            Self::Name(part) => candidate.id.contains(part),
            Self::Tag(tag) => candidate.tags.iter().any(|own| own == tag),
            Self::File(path) => candidate.files.iter().any(|file| file.starts_with(path)),
        }
    }

    /// Says what could have been asked for instead.
    fn unknown(self, candidates: &[Candidate]) -> SelectError {
        let (what, word) = match self {
            Self::Level(level) => ("level", level.word().to_owned()),
            Self::Suite(name) => ("suite", name.to_owned()),
            Self::Name(part) => ("name", part.to_owned()),
            Self::Tag(tag) => ("tag", tag.to_owned()),
            Self::File(path) => ("file", path.display().to_string()),
        };
        let of = |candidate: &Candidate| match self {
            Self::Level(_) => vec![candidate.level.word().to_owned()],
            Self::Suite(_) => vec![candidate.suite.clone()],
            Self::Name(_) => vec![candidate.id.clone()],
            Self::Tag(_) => candidate.tags.clone(),
            Self::File(_) => vec![candidate.files[1].display().to_string()],
        };
        let known: BTreeSet<String> = candidates.iter().flat_map(of).collect();
        let known = known.into_iter().collect::<Vec<_>>().join(", ");
        SelectError::Unknown { what, word, known }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Settings, Source};
    use crate::suite::read_suite;

    fn settings() -> Settings {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("proofmark.yaml");
        std::fs::write(&file, "project: p\nenvironments: { local: {} }\n").unwrap();
        crate::config::load(&file, "local", &std::collections::BTreeMap::new()).unwrap()
    }

    fn suites() -> Vec<Suite> {
        let suite = |level: Level, name: &str, tags: &str, cases: [&str; 2]| {
            let step = "[{ get: 'http://127.0.0.1/', expect: { status: 200 } }]";
            let text = format!(
                "suite: {name}\nlevel: {}\ntags: {tags}\ncases:\n- {{ name: {}, steps: {step} }}\n- {{ name: {}, tags: [slow], steps: {step} }}\n",
                level.word(),
                cases[0],
                cases[1],
            );
            let file = format!("suites/{}/{name}.yaml", level.word());
            read_suite(&Source::new(file, text), level, &settings()).unwrap()
        };
        vec![
            suite(Level::Integration, "storage", "[files]", ["upload", "list"]),
            suite(Level::E2e, "orders", "[checkout]", ["place", "cancel"]),
        ]
    }

    fn selected(selection: &Selection) -> Result<Vec<String>, SelectError> {
        let suites = select(suites(), selection)?;
        Ok(suites.iter().flat_map(candidates).map(|candidate| candidate.id).collect())
    }

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn words_of_one_kind_widen_and_kinds_narrow() {
        let both = Selection { tags: words(&["checkout", "files"]), ..Selection::default() };
        assert_eq!(selected(&both).unwrap().len(), 4);
        let slow = Selection { names: words(&["orders/"]), tags: words(&["slow"]), ..both };
        assert_eq!(selected(&slow), Ok(words(&["e2e/orders/cancel"])));
        let folder = Selection { files: vec!["suites/e2e".into()], ..Selection::default() };
        assert_eq!(selected(&folder), Ok(words(&["e2e/orders/place", "e2e/orders/cancel"])));
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
}
