//! Which cases are meant.

use std::collections::BTreeSet;
use std::path::Path;

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
    /// Files or folders, relative to the project.
    pub files: Vec<String>,
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
/// When a filter fits no case, and when no case is left: to select nothing is never a pass.
pub fn select(suites: Vec<Suite>, selection: &Selection) -> Result<Vec<Suite>, SelectError> {
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
    file: String,
}

fn candidates(suite: &Suite) -> impl Iterator<Item = Candidate> {
    let cases = suite.cases.iter().map(|case| (&case.name, &case.tags));
    let load = suite.load.iter().map(|case| (&case.name, &suite.tags));
    cases.chain(load).map(|(name, tags)| Candidate {
        level: suite.level,
        suite: suite.name.clone(),
        id: identity(suite, name),
        tags: tags.clone(),
        file: suite.place.file.clone(),
    })
}

/// Is one word of a selection.
#[derive(Clone, Copy)]
enum Filter<'s> {
    Level(Level),
    Suite(&'s str),
    Name(&'s str),
    Tag(&'s str),
    File(&'s str),
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
            each(&self.files, Filter::File),
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
            Self::File(path) => Path::new(&candidate.file).starts_with(path),
        }
    }

    /// Says what could have been asked for instead.
    fn unknown(self, candidates: &[Candidate]) -> SelectError {
        let (what, word) = match self {
            Self::Level(level) => ("level", level.word()),
            Self::Suite(name) => ("suite", name),
            Self::Name(part) => ("name", part),
            Self::Tag(tag) => ("tag", tag),
            Self::File(path) => ("file", path),
        };
        let of = |candidate: &Candidate| match self {
            Self::Level(_) => vec![candidate.level.word().to_owned()],
            Self::Suite(_) => vec![candidate.suite.clone()],
            Self::Name(_) => vec![candidate.id.clone()],
            Self::Tag(_) => candidate.tags.clone(),
            Self::File(_) => vec![candidate.file.clone()],
        };
        let known: BTreeSet<String> = candidates.iter().flat_map(of).collect();
        let known = known.into_iter().collect::<Vec<_>>().join(", ");
        SelectError::Unknown { what, word: word.to_owned(), known }
    }
}
