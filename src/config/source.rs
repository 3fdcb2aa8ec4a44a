//! Strict YAML with places: every refusal points at a line and column.

use std::path::Path;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::refusal::refusal;
use super::yaml::{self, Spanned, Tags};
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
        let text = text.into();
        // The mark that some editors write first is no character of any line.
        let text = text.strip_prefix('\u{feff}').map(Arc::from).unwrap_or(text);
        Self { name: name.into(), text }
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

    /// Refuses something that stands at a place.
    #[must_use]
    pub fn refuse(&self, at: Span, message: impl Into<String>) -> Diagnostic {
        self.refuse_whole(message).at(at)
    }

    /// Refuses the file as a whole.
    #[must_use]
    pub fn refuse_whole(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.name.clone(), Arc::clone(&self.text), message)
    }

    /// Names a place in it.
    #[must_use]
    pub fn place(&self, at: Span) -> Place {
        at.place(&self.name)
    }
}

/// Reads strict YAML: an unknown key, a duplicate key and a wrong type are refused with their place.
///
/// # Errors
///
/// The first thing that is wrong.
pub fn read_yaml<T: DeserializeOwned>(source: &Source) -> Result<T, Diagnostic> {
    yaml::read(&source.text, Tags::Refused).map_err(|flaw| refusal(source, flaw))
}

/// Reads strict YAML as [`read_yaml`] does; where more than a key is wrong, the remedy is that of the kind of
/// file.
///
/// # Errors
///
/// The first thing that is wrong.
pub fn read_yaml_as<T: DeserializeOwned>(source: &Source, remedy: &str) -> Result<T, Diagnostic> {
    yaml::read(&source.text, Tags::Refused).map_err(|flaw| {
        let is_about_a_key = flaw.is_about_a_key();
        let refusal = refusal(source, flaw);
        if is_about_a_key { refusal } else { refusal.help(remedy) }
    })
}

/// Reads YAML that another program wrote, with tags of its own; none where it is none.
#[must_use]
pub fn read_foreign_yaml<T: DeserializeOwned>(text: &str) -> Option<T> {
    yaml::read(text, Tags::Ignored).ok()
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
    let lower = word.to_lowercase();
    let distance = |candidate: &&str| {
        // `GET` is near to `get`; other words in capitals are no nearer to anything for them.
        if lower == *candidate { 0 } else { strsim::osa_distance(word, candidate) }
    };
    let nearest = known.iter().copied().min_by_key(distance)?;
    (distance(&nearest) <= 1 + word.len() / 4).then_some(nearest)
}
