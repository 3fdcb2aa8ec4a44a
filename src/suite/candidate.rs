//! What a case is selected by.

use std::collections::BTreeSet;
use std::path::Path;

use super::adopted::Adopted;
use super::case::{Level, Suite};
use super::select::identity;

/// Is a case as a selection sees it.
pub(super) struct Candidate<'s> {
    /// Its suite.
    pub suite: &'s Suite,
    /// Its own name.
    pub name: &'s str,
    /// Its tags, the suite's own among them.
    pub tags: &'s [String],
    /// Its identity in reports.
    pub id: String,
    /// The environments that it may run in.
    pub targets: &'s [String],
}

impl<'s> Candidate<'s> {
    /// Gives the cases of a suite, load cases after the others, or its command, which is one; a suite
    /// that names no targets may run in every one of `environments`.
    pub fn of(suite: &'s Suite, environments: &'s [String]) -> impl Iterator<Item = Self> {
        let targets = suite.targets.as_deref().unwrap_or(environments);
        let cases = suite.cases.iter().map(|case| (case.name.as_str(), &case.tags));
        let load = suite.load.iter().map(|case| (case.name.as_str(), &suite.tags));
        let command = suite.adopted.iter().map(|_| (Adopted::NAME, &suite.tags));
        cases.chain(load).chain(command).map(move |(name, tags)| Self {
            suite,
            name,
            tags,
            id: identity(suite, name),
            targets,
        })
    }

    /// Gives its file, as found on disk and as shown.
    pub fn files(&self) -> [&'s Path; 2] {
        [&self.suite.file, Path::new(&self.suite.place.file)]
    }

    /// Whether one of these checks asks the case; a load case is asked by several, each of which adds to
    /// its identity, and a command by those of every case that it ran.
    pub fn is_asked_by(&self, checks: &BTreeSet<String>) -> bool {
        let begins = |part: String| {
            let is_part = |id: &String| id.starts_with(&part);
            checks.range(part.clone()..).next().is_some_and(is_part)
        };
        checks.contains(&self.id)
            || (self.suite.level == Level::Load && begins(format!("{}: ", self.id)))
            || (self.suite.adopted.is_some() && begins(identity(self.suite, "")))
    }
}
