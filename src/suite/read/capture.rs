//! From the map under `capture` to what is kept of an answer.

use regex::Regex;

use super::Reader;
use super::names::Names;
use super::verb::Asked;
use crate::config::{Content, Node, Text};
use crate::model::Diagnostic;
use crate::suite::case::{Capture, CaptureSource};
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
        match &source.value {
            Content::Text(path) if asked.verb.answer.has_json => {
                let path = Text::new(path.clone(), source.referenced, source.defined);
                Ok(CaptureSource { subject: Subject::Json(self.json_query(&path)?), pattern: None })
            }
            Content::Map(entries) => match &entries[..] {
                [(key, node)] if asked.verb.answer.parts.contains(&&*named_in_plural(key)) => {
                    self.part_kept(key, node).unwrap_or_else(|| Err(self.no_source(source, asked)))
                }
                _ => Err(self.no_source(source, asked)),
            },
            _ => Err(self.no_source(source, asked)),
        }
    }

    /// Reads `part: true`, `part: pattern`, `header: name` or `header: { name: pattern }`; none where it
    /// is none of these.
    fn part_kept(&self, key: &Text, node: &Node) -> Option<Result<CaptureSource, Diagnostic>> {
        let named = |name: &Text| match key.value.as_str() {
            "header" => Some(self.header_name(name).map(|_| Subject::Header(name.value.clone()))),
            _ => None,
        };
        let whole = |subject| CaptureSource { subject, pattern: None };
        match (&node.value, Subject::plain(&key.value)) {
            (Content::Boolean(true), Some(subject)) => Some(Ok(whole(subject))),
            (Content::Text(_), Some(subject)) => Some(
                self.with_group(node)
                    .map(|pattern| CaptureSource { subject, pattern: Some(pattern) }),
            ),
            (Content::Text(name), None) => {
                let name = Text::new(name.clone(), node.referenced, node.defined);
                Some(named(&name)?.map(whole))
            }
            (Content::Map(entries), None) => match &entries[..] {
                [(name, pattern)] => Some(named(name)?.and_then(|subject| {
                    Ok(CaptureSource { subject, pattern: Some(self.with_group(pattern)?) })
                })),
                _ => None,
            },
            _ => None,
        }
    }

    /// Reads a pattern of which the one group is kept.
    fn with_group(&self, node: &Node) -> Result<Regex, Diagnostic> {
        let pattern = self.pattern(node)?;
        match pattern.captures_len() {
            2 => Ok(pattern),
            _ => Err(self
                .refuse(node.referenced, "a pattern of a capture has one group, which is kept")
                .help(r"put `(` and `)` round it, and `(?:` where a group is not meant")),
        }
    }

    fn no_source(&self, source: &Node, asked: &Asked<'_>) -> Diagnostic {
        let answer = &asked.verb.answer;
        let plain = answer.parts.iter().find(|part| Subject::plain(part).is_some());
        let mut ways = Vec::new();
        if answer.has_json {
            ways.push("a JSONPath, as in `id: $.id`".to_owned());
        }
        if answer.parts.contains(&"headers") {
            ways.push("`id: { header: location }`".to_owned());
        }
        if let Some(part) = plain {
            ways.push(format!("`id: {{ {part}: true }}`"));
        }
        self.refuse(source.referenced, "this does not say what to capture")
            .help(format!("write {}", ways.join(", or ")))
    }
}

/// Gives the key under which a part is expected: `headers` for `header`.
fn named_in_plural(key: &Text) -> String {
    match key.value.as_str() {
        "header" => "headers".to_owned(),
        other => other.to_owned(),
    }
}
