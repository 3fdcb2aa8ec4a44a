//! JSONPath, with one answer to what a path finds.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json_path::{JsonPath, NormalizedPath, ParseError};

/// Is a JSONPath that knows whether it can name more than one place; cheap to clone.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct JsonQuery {
    read: Arc<Parsed>,
}

#[derive(Debug)]
struct Parsed {
    path: JsonPath,
    /// As it was written.
    text: String,
    is_singular: bool,
}

impl PartialEq for JsonQuery {
    fn eq(&self, other: &Self) -> bool {
        self.read.text == other.read.text
    }
}

impl From<JsonQuery> for String {
    fn from(query: JsonQuery) -> Self {
        query.read.text.clone()
    }
}

impl TryFrom<String> for JsonQuery {
    type Error = ParseError;

    fn try_from(text: String) -> Result<Self, ParseError> {
        let (path, is_singular) = (JsonPath::parse(&text)?, names_one_place(&text));
        Ok(Self { read: Arc::new(Parsed { path, text, is_singular }) })
    }
}

impl JsonQuery {
    /// Reads an RFC 9535 path.
    ///
    /// # Errors
    ///
    /// When it is not one.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        text.to_owned().try_into()
    }

    /// Gives what the path finds: the value where it names one place, else the list of all that
    /// were found; nothing where nothing was.
    #[must_use]
    pub fn find<'v>(&self, value: &'v Value) -> Option<Cow<'v, Value>> {
        let found = self.read.path.query(value).all();
        if self.read.is_singular {
            return found.first().map(|one| Cow::Borrowed(*one));
        }
        let all: Vec<Value> = found.into_iter().cloned().collect();
        (!all.is_empty()).then_some(Cow::Owned(Value::Array(all)))
    }
}

impl JsonQuery {
    /// Puts a text in place of everything that the path finds.
    pub fn replace(&self, value: &mut Value, instead: &str) {
        let found = self.read.path.query_located(value);
        let places: Vec<String> = found.locations().map(NormalizedPath::to_json_pointer).collect();
        for place in places {
            // What stood inside something that was replaced already is gone with it.
            if let Some(found) = value.pointer_mut(&place) {
                *found = instead.into();
            }
        }
    }
}

impl std::fmt::Display for JsonQuery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.read.text.fmt(f)
    }
}

/// Tells whether a valid path is a singular query of RFC 9535: names and indexes only.
fn names_one_place(path: &str) -> bool {
    let mut quote = None;
    let mut escaped = false;
    let mut before = ' ';
    for c in path.chars() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(mark) if c == mark => quote = None,
            None if c == '\'' || c == '"' => quote = Some(c),
            None if "*?,:".contains(c) || (c == '.' && before == '.') => return false,
            Some(_) | None => {}
        }
        before = c;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_and_indexes_name_one_place() {
        for one in ["$", "$.a.b", "$['a:*?,..']", "$[0][-1]", r"$['it\'s, so']"] {
            assert!(names_one_place(one), "{one}");
        }
        for many in ["$.*", "$..a", "$[0,1]", "$[0:2]", "$[?@.a]", "$['a','b']"] {
            assert!(!names_one_place(many), "{many}");
        }
    }
}
