//! Captures: which part of an answer is kept for the steps after it, and what of it no report may show.

use std::fmt;

use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::draft::written_out;
use super::expectation::{Answer, Subject};
use super::regular;

/// Keeps part of an answer under a name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Capture {
    /// The name.
    pub name: String,
    /// Which part.
    pub from: CaptureSource,
    /// Whether it is shown nowhere.
    pub is_secret: bool,
}

impl Capture {
    /// Says that an answer has nothing of what it keeps.
    #[must_use]
    pub fn missing(&self) -> String {
        format!("there is nothing to capture as `{}`: {}", self.name, self.from)
    }
}

/// Gives what no report may show where a value is a secret: the whole of it, and each text and number in a list or an
/// object.
#[must_use]
pub fn secrets_in(value: &Value) -> Vec<String> {
    // What is so short stands everywhere, and without it nothing could be read.
    const SHORTEST: usize = 4;
    let mut parts = Vec::new();
    scalars(value, &mut parts);
    parts.retain(|part| part.len() >= SHORTEST);
    parts.push(written_out(value.clone()));
    parts
}

/// Adds the texts and numbers in a value.
fn scalars(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| scalars(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| scalars(field, found)),
        Value::Null | Value::Bool(_) => {}
        Value::String(_) | Value::Number(_) => found.push(written_out(value.clone())),
    }
}

/// Names the part of an answer that is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CaptureSource {
    /// The part.
    pub subject: Subject,
    /// The pattern whose one group is kept of it, where that is not all of it.
    #[serde(with = "regular::as_text_or_none")]
    pub pattern: Option<Regex>,
}

impl fmt::Display for CaptureSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.pattern {
            None => self.subject.fmt(f),
            Some(pattern) => write!(f, "`{pattern}` in {}", self.subject),
        }
    }
}

impl CaptureSource {
    /// Gives the part of an answer that is kept, where the answer has it.
    #[must_use]
    pub fn of(&self, answer: &(impl Answer + ?Sized)) -> Option<Value> {
        let part = answer.part(&self.subject)?;
        match &self.pattern {
            None => Some(part.into_owned()),
            Some(pattern) => {
                let group = pattern.captures(part.as_str()?)?.get(1)?;
                Some(group.as_str().into())
            }
        }
    }
}
