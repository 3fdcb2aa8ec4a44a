//! What one property of a case has to be.

use regex::Regex;

use crate::model::Span;
use crate::suite::candidate::Candidate;

/// Names a property that cases are filtered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Property {
    Level,
    Tag,
    Suite,
    Name,
    Target,
}

impl Property {
    pub(super) const ALL: [Self; 5] =
        [Self::Level, Self::Tag, Self::Suite, Self::Name, Self::Target];

    /// The word for it in an expression.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Level => "level",
            Self::Tag => "tag",
            Self::Suite => "suite",
            Self::Name => "name",
            Self::Target => "target",
        }
    }

    /// Gives what it is for one case: several words, or none, where it is a list.
    pub(super) fn of<'c>(self, case: &Candidate<'c>) -> Vec<&'c str> {
        match self {
            Self::Level => vec![case.suite.level.word()],
            Self::Suite => vec![case.suite.name.as_str()],
            Self::Name => vec![case.name],
            Self::Tag => case.tags.iter().map(String::as_str).collect(),
            Self::Target => case.targets.iter().map(String::as_str).collect(),
        }
    }
}

/// Says what a word has to be.
#[derive(Debug, Clone)]
pub(super) enum Pattern {
    Equals(String),
    Contains(String),
    Matches(Regex),
}

impl Pattern {
    pub(super) fn fits(&self, word: &str) -> bool {
        match self {
            Self::Equals(whole) => word == whole,
            Self::Contains(part) => word.contains(part.as_str()),
            Self::Matches(regex) => regex.is_match(word),
        }
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Equals(word) | Self::Contains(word) => f.write_str(word),
            Self::Matches(regex) => write!(f, "/{regex}/"),
        }
    }
}

/// Is one property with what it has to be, and where that is written.
#[derive(Debug, Clone)]
pub(super) struct Predicate {
    pub(super) property: Property,
    pub(super) pattern: Pattern,
    pub(super) span: Span,
}

impl Predicate {
    pub(super) fn fits(&self, case: &Candidate<'_>) -> bool {
        self.property.of(case).into_iter().any(|word| self.pattern.fits(word))
    }
}
