//! Strict YAML with places: every refusal points at a line and column.

use std::path::Path;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_saphyr::{Error, Location, Spanned};

use crate::model::{Diagnostic, Place, Span};

/// Is a scalar with the place where it stands.
pub type Text = Spanned<String>;

/// Holds a file's name and text, so that refusals can show the line.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// The name to show: relative to the project.
    pub name: String,
    /// The whole text.
    pub text: Arc<str>,
}

impl Source {
    /// Gives `text` a name.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// Reads `path` and calls it `name`.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or is not UTF-8.
    pub fn open(path: &Path, name: impl Into<String>) -> Result<Self, Diagnostic> {
        let name = name.into();
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Self::new(name, text)),
            Err(cause) => Err(Diagnostic::new(name, "".into(), format!("cannot be read: {cause}"))),
        }
    }

    /// Refuses something at a location that the YAML reader gave.
    #[must_use]
    pub fn refuse(&self, at: Location, message: impl Into<String>) -> Diagnostic {
        let refusal = Diagnostic::new(self.name.clone(), Arc::clone(&self.text), message);
        match span(at) {
            Some(span) => refusal.at(span),
            None => refusal,
        }
    }

    /// Refuses something at a place that was kept.
    #[must_use]
    pub fn at(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.name.clone(), Arc::clone(&self.text), message).at(span)
    }

    /// Keeps a location that the YAML reader gave.
    #[must_use]
    pub fn span(&self, at: Location) -> Span {
        span(at).unwrap_or(Span { line: 1, column: 1, length: 1 })
    }

    /// Names a location that the YAML reader gave.
    #[must_use]
    pub fn place(&self, at: Location) -> Place {
        self.span(at).place(&self.name)
    }
}

/// Turns the YAML reader's location into a span; none where the reader had none.
fn span(at: Location) -> Option<Span> {
    let narrow = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    (at.line() > 0).then(|| Span {
        line: narrow(at.line()),
        column: narrow(at.column()),
        length: narrow(at.span().len()).max(1),
    })
}

/// Reads strict YAML: an unknown key, a duplicate key and a wrong type are refused with their place.
///
/// # Errors
///
/// The first thing that is wrong.
pub fn read_yaml<T: DeserializeOwned>(source: &Source) -> Result<T, Diagnostic> {
    let options = serde_saphyr::options! { strict_booleans: true, with_snippet: false };
    serde_saphyr::from_str_with_options(&source.text, options).map_err(|error| {
        let at = error.location().unwrap_or(Location::UNKNOWN);
        match error.without_snippet() {
            Error::SerdeUnknownField { field, expected, .. } => {
                let refusal = source.refuse(at, format!("there is no key `{field}` here"));
                refusal.help(suggestion(field, expected))
            }
            Error::DuplicateMappingKey { key: Some(key), .. } => {
                source.refuse(at, format!("`{key}` is given twice")).help("keep one of the two")
            }
            other => source.refuse(at, without_location(&other.to_string())),
        }
    })
}

/// Names the known word nearest to a mistyped one, or all of them where none is near.
#[must_use]
pub fn suggestion(word: &str, known: &[&str]) -> String {
    match nearest(word, known) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None if known.is_empty() => "no key belongs here".to_owned(),
        None => format!("the keys here are {}", known.join(", ")),
    }
}

/// Gives the known word that a mistyped one was likely meant to be.
#[must_use]
pub fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let distance = |candidate: &&str| strsim::osa_distance(word, candidate);
    let nearest = known.iter().copied().min_by_key(distance)?;
    (distance(&nearest) <= 1 + word.len() / 4).then_some(nearest)
}

/// Takes the reader's own `line 3 column 5` off its message, which the drawing already shows.
fn without_location(message: &str) -> &str {
    let message = message.split(" at line ").next().unwrap_or(message);
    match message.strip_prefix("error: line ").and_then(|rest| rest.split_once(": ")) {
        Some((_, rest)) => rest,
        None => message,
    }
}
