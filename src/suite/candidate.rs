//! What a case is selected by.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::path::Path;

use super::adopted::Adopted;
use super::case::{Level, Suite};
use super::select::identity;
use crate::model::REDACTED;

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
    pub fn is_asked_by(&self, checks: &EarlierChecks<'_>) -> bool {
        let begin = match (&self.suite.adopted, self.suite.level) {
            (Some(_), _) => Some(identity(self.suite, "")),
            (None, Level::Load) => Some(format!("{}: ", self.id)),
            (None, _) => None,
        };
        checks.hold(&self.id) || begin.is_some_and(|begin| checks.begin_with(&begin))
    }
}

/// Holds the identities of checks as the history keeps them: what stands in place of a secret fits any
/// text, so that rather one case too many is asked again than one too few.
pub(super) struct EarlierChecks<'c> {
    all: &'c BTreeSet<String>,
    redacted: Vec<&'c str>,
}

impl<'c> EarlierChecks<'c> {
    pub fn new(all: &'c BTreeSet<String>) -> Self {
        let redacted = all.iter().map(String::as_str).filter(|id| id.contains(REDACTED));
        Self { all, redacted: redacted.collect() }
    }

    fn hold(&self, id: &str) -> bool {
        self.all.contains(id) || self.redacted.iter().any(|kept| may_stand_for(kept, id))
    }

    fn begin_with(&self, begin: &str) -> bool {
        let next = self.all.range::<str, _>((Bound::Included(begin), Bound::Unbounded)).next();
        next.is_some_and(|id| id.starts_with(begin))
            || self.redacted.iter().any(|kept| may_begin_with(kept, begin))
    }
}

/// Whether a text may be what was left of `whole` when its secrets were taken out.
fn may_stand_for(redacted: &str, whole: &str) -> bool {
    let mut parts = redacted.split(REDACTED);
    let Some(mut rest) = parts.next().and_then(|first| whole.strip_prefix(first)) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    false
}

/// Whether a text may have begun with `begin` before its secrets were taken out.
fn may_begin_with(redacted: &str, begin: &str) -> bool {
    redacted.char_indices().any(|(at, _)| may_stand_for(&redacted[..at], begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_a_secret_fits_any_text() {
        for (redacted, whole, fits) in [
            ("e2e/s/pays with ***", "e2e/s/pays with hunter2", true),
            ("e2e/s/*** and ***!", "e2e/s/one and two!", true),
            ("e2e/s/*** and ***!", "e2e/s/one and two", false),
            ("e2e/s/*** pays", "e2e/s/hunter2 pays late", false),
            ("e2e/s/pays", "e2e/s/pays late", false),
            ("***", "", true),
        ] {
            assert_eq!(may_stand_for(redacted, whole), fits, "{redacted} for {whole}");
        }
        assert!(may_begin_with("load/*** shop/steady: p95", "load/my shop/steady: "));
        assert!(!may_begin_with("load/other *** shop/steady: p95", "load/my shop/steady: "));
    }
}
