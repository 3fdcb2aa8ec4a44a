//! From the map under `capture` to what is kept of an answer.

use regex::Regex;

use super::Reader;
use super::answer_kind::AnswerKind;
use super::names::Names;
use super::verb::Asked;
use crate::config::{Content, Node, Text};
use crate::model::Diagnostic;
use crate::suite::capture::{Capture, CaptureSource};
use crate::suite::expectation::Subject;

impl Reader<'_> {
    pub(super) fn captures(
        &self,
        asked: &Asked<'_>,
        names: &mut Names,
    ) -> Result<Vec<Capture>, Diagnostic> {
        let written = self.map_of(&asked.step, "capture")?;
        let entries = written.map_or(&[][..], |written| written.entries);
        let mut captures = Vec::with_capacity(entries.len());
        for (name, source) in entries {
            self.define(names, name, "a capture", Names::add_own)?;
            let from = self.capture_source(source, asked)?;
            let is_secret = self.secrets.contains(&name.value);
            captures.push(Capture { name: name.value.clone(), from, is_secret });
        }
        Ok(captures)
    }

    /// Reads a JSONPath, or a map that names one part.
    fn capture_source(
        &self,
        source: &Node,
        asked: &Asked<'_>,
    ) -> Result<CaptureSource, Diagnostic> {
        let answer = &asked.verb.answer;
        let found = match &source.value {
            Content::Text(path) if answer.has_json => {
                let path = Text::new(path.clone(), source.at);
                let subject = Subject::Json(self.json_query(&path)?);
                Some(CaptureSource { subject, pattern: None })
            }
            Content::Map(entries) => match &entries[..] {
                [(key, node)] if answer.parts.contains(&expected_under(&key.value)) => {
                    self.part_kept(key, node)?
                }
                _ => None,
            },
            _ => None,
        };
        found.ok_or_else(|| self.no_source(source, answer))
    }

    /// Reads `part: true`, `part: pattern`, `header: name` or `header: { name: pattern }`; none where it
    /// is none of these.
    fn part_kept(&self, key: &Text, node: &Node) -> Result<Option<CaptureSource>, Diagnostic> {
        let (subject, pattern) = match (Subject::plain(&key.value), &node.value) {
            (Some(subject), Content::Boolean(true)) => (Some(subject), None),
            (Some(subject), Content::Text(_)) => (Some(subject), Some(node)),
            (None, Content::Text(name)) => {
                let name = Text::new(name.clone(), node.at);
                (self.named_part(key, &name)?, None)
            }
            (None, Content::Map(entries)) => match &entries[..] {
                [(name, pattern)] => (self.named_part(key, name)?, Some(pattern)),
                _ => (None, None),
            },
            _ => (None, None),
        };
        let pattern = pattern.map(|pattern| self.with_group(pattern)).transpose()?;
        Ok(subject.map(|subject| CaptureSource { subject, pattern }))
    }

    /// Reads the name of one part of several; none where the key is of no such part.
    fn named_part(&self, key: &Text, name: &Text) -> Result<Option<Subject>, Diagnostic> {
        Ok(match key.value.as_str() {
            "header" => {
                self.header_name(name)?;
                Some(Subject::Header(name.value.clone()))
            }
            "cookie" => Some(Subject::Cookie(name.value.clone())),
            "text" | "value" => Subject::of_element(&key.value, &name.value),
            "metadata" => Some(Subject::Metadata(name.value.to_ascii_lowercase())),
            _ => None,
        })
    }

    /// Reads a pattern of which the one group is kept.
    fn with_group(&self, node: &Node) -> Result<Regex, Diagnostic> {
        let pattern = self.pattern(node)?;
        match pattern.captures_len() {
            2 => Ok(pattern),
            _ => Err(self
                .refuse(node.at, "a pattern of a capture has one group, which is kept")
                .help(r"put `(` and `)` round it, and `(?:` where a group is not meant")),
        }
    }

    fn no_source(&self, source: &Node, answer: &AnswerKind) -> Diagnostic {
        let plain = answer.parts.iter().find(|part| Subject::plain(part).is_some());
        let mut ways = Vec::new();
        if answer.has_json {
            ways.push("a JSONPath, as in `id: $.id`".to_owned());
        }
        if answer.parts.contains(&"headers") {
            ways.push("`id: { header: location }`".to_owned());
        }
        if answer.parts.contains(&"text") {
            ways.push("`id: { text: \"#id\" }`".to_owned());
        }
        if answer.parts.contains(&"cookies") {
            ways.push("`id: { cookie: session }`".to_owned());
        }
        if let Some(part) = plain {
            ways.push(format!("`id: {{ {part}: true }}`"));
        }
        self.refuse(source.at, "this does not say what to capture")
            .help(format!("write {}", ways.join(" or ")))
    }
}

/// Gives the key under which a part is expected: `headers` for one `header`.
fn expected_under(key: &str) -> &str {
    match key {
        "header" => "headers",
        "cookie" => "cookies",
        other => other,
    }
}
