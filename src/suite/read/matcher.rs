//! From a value or a map of words to a matcher.

use std::str::FromStr;

use regex::Regex;
use serde_json::Value;

use super::Reader;
use super::names::Names;
use crate::config::{Content, Node, Text};
use crate::model::{Bytes, Diagnostic, Millis, Percent, UnitError};
use crate::suite::draft::Draft;
use crate::suite::matcher::{Matcher, ValueKind};
use crate::suite::regular;

/// The words of a matcher, in the order in which a remedy lists them.
pub(super) const WORDS: [&str; 11] = [
    "is", "matches", "contains", "lacks", "above", "below", "at_least", "at_most", "length",
    "exists", "not",
];

fn remedy() -> String {
    let [before @ .., last] = WORDS;
    format!("use {} and {last}", before.join(", "))
}

impl Reader<'_> {
    /// Reads a bare value as equality and a map as a matcher.
    pub(super) fn matcher(&self, node: &Node, names: &Names) -> Result<Matcher, Diagnostic> {
        let Content::Map(words) = &node.value else {
            return Ok(Matcher::Equals(self.draft(node, names)?));
        };
        self.all_of(node, words, |word, operand| self.word(word, operand, names))
    }

    /// Reads the status of a response: a number, a list as "one of", or a map.
    pub(super) fn status(&self, node: &Node, names: &Names) -> Result<Matcher, Diagnostic> {
        let one = |node: &Node| match &node.value {
            Content::Number(number) if !(100..=599).contains(&number.as_u64().unwrap_or(0)) => {
                Err(self
                    .refuse(node.at, format!("`{number}` is not an HTTP status"))
                    .help("it is a number from 100 to 599"))
            }
            Content::Number(_) => self.draft(node, names),
            Content::Text(text) if text.contains("${") => self.draft(node, names),
            other => Err(self
                .refuse(node.at, format!("{} is not an HTTP status", other.described()))
                .help("write a number such as `200`, or a list of them")),
        };
        match &node.value {
            Content::Map(_) => self.matcher(node, names),
            Content::List(choices) if choices.is_empty() => Err(self
                .refuse(node.at, "no status can be one of an empty list")
                .help("write a number such as `200`, or a list of them")),
            Content::List(choices) => {
                choices.iter().map(one).collect::<Result<_, _>>().map(Matcher::OneOf)
            }
            _ => one(node).map(Matcher::Equals),
        }
    }

    /// Reads limits of a time; each carries its unit.
    pub(super) fn time(&self, node: &Node) -> Result<Matcher, Diagnostic> {
        self.bounds(node, "a time", "time: { below: 300ms }", |operand| {
            Ok(Millis::from(self.duration_of(operand)?).0.into())
        })
    }

    /// Reads limits of an amount of memory; each carries its unit.
    pub(super) fn memory(&self, node: &Node) -> Result<Matcher, Diagnostic> {
        self.bounds(node, "an amount of memory", "memory: { below: 200MiB }", |operand| {
            self.with_unit(operand, |bytes: Bytes| bytes.0.into())
        })
    }

    /// Reads a size in bytes, or limits of it that carry their unit.
    pub(super) fn size(&self, node: &Node, names: &Names) -> Result<Matcher, Diagnostic> {
        let is_limit = |word: &str| ["above", "below", "at_least", "at_most"].contains(&word);
        let has_unit = |(word, operand): &(Text, Node)| {
            let written = matches!(&operand.value, Content::Text(text) if !text.contains("${"));
            is_limit(&word.value) && written
        };
        match &node.value {
            Content::Map(words) if words.iter().any(has_unit) => {
                self.bounds(node, "a size", "size: { below: 1MiB }", |operand| {
                    self.with_unit(operand, |bytes: Bytes| bytes.0.into())
                })
            }
            _ => self.matcher(node, names),
        }
    }

    /// Reads limits of a share; each carries its unit.
    pub(super) fn share(&self, node: &Node) -> Result<Matcher, Diagnostic> {
        self.bounds(node, "a share", "cpu: { below: 80% }", |operand| {
            self.with_unit(operand, |share: Percent| share.0.into())
        })
    }

    fn with_unit<T: FromStr<Err = UnitError>>(
        &self,
        operand: &Node,
        value: fn(T) -> Value,
    ) -> Result<Value, Diagnostic> {
        let text = self.text("a limit", operand)?;
        let read: Result<T, UnitError> = text.value.parse();
        read.map(value).map_err(|cause| self.refuse(text.at, cause.to_string()))
    }

    fn bounds(
        &self,
        node: &Node,
        what: &str,
        example: &str,
        read: impl Fn(&Node) -> Result<Value, Diagnostic>,
    ) -> Result<Matcher, Diagnostic> {
        let Content::Map(words) = &node.value else {
            return Err(self
                .refuse(node.at, format!("{what} is never exactly what was written"))
                .help(format!("write `{example}`")));
        };
        self.all_of(node, words, |word, operand| {
            let matcher = match word.value.as_str() {
                "above" => Matcher::Above,
                "below" => Matcher::Below,
                "at_least" => Matcher::AtLeast,
                "at_most" => Matcher::AtMost,
                unknown => {
                    return Err(self
                        .refuse(word.at, format!("{what} cannot be asked for `{unknown}`"))
                        .help("use above, below, at_least or at_most"));
                }
            };
            Ok(matcher(Draft::Literal(read(operand)?)))
        })
    }

    fn all_of(
        &self,
        node: &Node,
        words: &[(Text, Node)],
        read: impl Fn(&Text, &Node) -> Result<Matcher, Diagnostic>,
    ) -> Result<Matcher, Diagnostic> {
        let mut matchers: Vec<Matcher> =
            words.iter().map(|(word, operand)| read(word, operand)).collect::<Result<_, _>>()?;
        match (matchers.len(), matchers.pop()) {
            (1, Some(only)) => Ok(only),
            (_, Some(last)) => {
                matchers.push(last);
                Ok(Matcher::All(matchers))
            }
            (_, None) => Err(self
                .refuse(node.at, "an empty matcher asks nothing, so that it always holds")
                .help(remedy())),
        }
    }

    fn word(&self, word: &Text, operand: &Node, names: &Names) -> Result<Matcher, Diagnostic> {
        Ok(match word.value.as_str() {
            "is" => Matcher::Is(self.kind(operand)?),
            "matches" => Matcher::Matches(self.pattern(operand)?),
            "contains" => Matcher::Contains(self.part(operand, names)?),
            "lacks" => Matcher::Lacks(self.part(operand, names)?),
            "above" => Matcher::Above(self.number(operand, names)?),
            "below" => Matcher::Below(self.number(operand, names)?),
            "at_least" => Matcher::AtLeast(self.number(operand, names)?),
            "at_most" => Matcher::AtMost(self.number(operand, names)?),
            "length" => Matcher::Length(Box::new(match &operand.value {
                Content::Map(_) => self.matcher(operand, names)?,
                _ => Matcher::Equals(self.number(operand, names)?),
            })),
            "exists" => match operand.value {
                Content::Boolean(wanted) => Matcher::Exists(wanted),
                _ => {
                    return Err(self
                        .refuse(operand.at, "`exists` takes a boolean")
                        .help("write `true` or `false`"));
                }
            },
            "not" => Matcher::Not(Box::new(self.matcher(operand, names)?)),
            unknown => {
                return Err(self
                    .refuse(word.at, format!("`{unknown}` is not a word of a matcher"))
                    .help(remedy()));
            }
        })
    }

    fn kind(&self, operand: &Node) -> Result<ValueKind, Diagnostic> {
        let word = match &operand.value {
            Content::Text(word) => word.as_str(),
            Content::Null => "null",
            _ => "",
        };
        let found = ValueKind::WORDS.iter().find(|(known, _)| *known == word);
        found.map(|(_, kind)| *kind).ok_or_else(|| {
            let words = ValueKind::WORDS.map(|(word, _)| word).join(", ");
            self.refuse(operand.at, "`is` takes the kind of a value")
                .help(format!("use one of {words}; for a certain value write it without `is`"))
        })
    }

    pub(super) fn pattern(&self, operand: &Node) -> Result<Regex, Diagnostic> {
        let refuse = |message: String| self.refuse(operand.at, message);
        let Content::Text(text) = &operand.value else {
            return Err(refuse(format!(
                "`matches` takes a regular expression, not {}",
                operand.value.described()
            ))
            .help("write it in quotes"));
        };
        if text.contains("${") {
            return Err(refuse("a regular expression takes no `${names}`".to_owned())
                .help("use `contains`, or write the value without a matcher"));
        }
        if text.is_empty() {
            return Err(refuse("an empty pattern is found in every text".to_owned())
                .help("write what has to be found"));
        }
        regular::read(text).map_err(|cause| {
            refuse(cause)
                .help("put `\\` before a character that is meant itself, or use `contains`")
        })
    }

    fn part(&self, operand: &Node, names: &Names) -> Result<Draft, Diagnostic> {
        match &operand.value {
            Content::Text(text) if text.is_empty() => Err(self
                .refuse(operand.at, "an empty text is part of every text")
                .help("write what has to be found, or `length: 0` for an empty text")),
            _ => self.draft(operand, names),
        }
    }

    fn number(&self, operand: &Node, names: &Names) -> Result<Draft, Diagnostic> {
        match &operand.value {
            Content::Number(_) => self.draft(operand, names),
            Content::Text(text) if text.contains("${") => self.draft(operand, names),
            other => Err(self
                .refuse(operand.at, format!("a number belongs here, not {}", other.described()))
                .help("write it without quotes and without a unit")),
        }
    }
}
