//! What is wrong with a YAML text.

use std::fmt;

use super::tree::Branch;
use crate::model::Span;

/// Says what is wrong, and where.
#[derive(Debug, PartialEq)]
pub struct Flaw {
    /// Nothing where there is no text to point at.
    pub at: Option<Span>,
    pub kind: Kind,
}

/// Says what is wrong.
#[derive(Debug, PartialEq)]
pub enum Kind {
    /// A key stands twice in one map.
    Twice(String),
    /// A key is not one of those that there are.
    Unknown(String, &'static [&'static str]),
    /// A key is missing.
    Missing(&'static str),
    /// A word is not one of those that there are.
    NoVariant(String, &'static [&'static str]),
    /// Something of another shape belongs there.
    Shape { wanted: Shape, found: &'static str },
    /// It is no YAML, in words.
    Syntax(String),
    /// Whatever else, in words, and how it is mended.
    Other(String, &'static str),
}

/// Names what a value is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Text,
    List,
    Map,
}

impl Flaw {
    pub(super) const fn new(at: Span, kind: Kind) -> Self {
        Self { at: Some(at), kind }
    }

    pub(super) fn other(at: Span, words: impl Into<String>, help: &'static str) -> Self {
        Self::new(at, Kind::Other(words.into(), help))
    }

    /// Says that something of another shape stands at a branch.
    pub(super) fn shape(branch: &Branch<'_>, wanted: Shape) -> Self {
        Self::new(branch.at, Kind::Shape { wanted, found: branch.described() })
    }

    /// Tells a key that is wrong from everything else.
    pub const fn is_about_a_key(&self) -> bool {
        matches!(self.kind, Kind::Twice(_) | Kind::Unknown(..))
    }

    /// Gives what serde says its place, unless it has one.
    pub(super) fn or_at(self, at: Span) -> Self {
        Self { at: self.at.or(Some(at)), ..self }
    }

    const fn nowhere(kind: Kind) -> Self {
        Self { at: None, kind }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.kind)
    }
}

impl std::error::Error for Flaw {}

impl serde::de::Error for Flaw {
    fn custom<T: fmt::Display>(words: T) -> Self {
        Self::nowhere(Kind::Other(
            words.to_string(),
            "the reference of such a file says what belongs here",
        ))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::nowhere(Kind::Unknown(field.to_owned(), expected))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::nowhere(Kind::Missing(field))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::nowhere(Kind::NoVariant(variant.to_owned(), expected))
    }
}
