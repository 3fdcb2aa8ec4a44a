//! From the map under `expect`, `until` or `give_up_if` to demands.

use std::sync::PoisonError;

use reqwest::header::HeaderName;

use super::Reader;
use super::answer_kind::AnswerKind;
use super::names::Names;
use super::snapshot::KEYS;
use super::written::Written;
use crate::config::{Content, Node, Text};
use crate::model::Diagnostic;
use crate::suite::expectation::{Demand, Expectation, Subject};
use crate::suite::json_query::JsonQuery;
use crate::suite::matcher::Matcher;

impl Reader<'_> {
    /// Reads what an answer of this kind has to be.
    pub(super) fn expectation(
        &self,
        written: Written<'_>,
        kind: &AnswerKind,
        names: &Names,
    ) -> Result<Expectation, Diagnostic> {
        let mut demands = Vec::with_capacity(written.entries.len());
        let of_parts = |(key, _): &&(Text, Node)| !KEYS.contains(&key.value.as_str());
        for (key, node) in written.entries.iter().filter(of_parts) {
            if !kind.parts.contains(&key.value.as_str()) {
                return Err(self
                    .refuse(key.at, format!("{} has no `{}`", kind.described, key.value))
                    .help(format!("it has {}", kind.parts.join(", "))));
            }
            self.demands(key, node, names, &mut demands)?;
        }
        if demands.is_empty() && written.get("snapshot").is_none() {
            return Err(self
                .refuse(written.at, "an empty expectation always holds")
                .help(format!("say how its {} has to be", kind.parts.join(", or its "))));
        }
        Ok(Expectation { demands })
    }

    fn demands(
        &self,
        key: &Text,
        node: &Node,
        names: &Names,
        demands: &mut Vec<Demand>,
    ) -> Result<(), Diagnostic> {
        let mut demand = |subject, matcher| demands.push(Demand { subject, matcher });
        match key.value.as_str() {
            "status" => demand(Subject::Status, self.status(node, names)?),
            "time" => demand(Subject::Time, self.time(node)?),
            "headers" => {
                for (name, value) in self.parts_of(key, node)? {
                    self.header_name(name)?;
                    demand(Subject::Header(name.value.clone()), self.matcher(value, names)?);
                }
            }
            "cookies" => {
                for (name, value) in self.parts_of(key, node)? {
                    demand(Subject::Cookie(name.value.clone()), self.matcher(value, names)?);
                }
            }
            "json" => {
                for (path, value) in self.parts_of(key, node)? {
                    demand(Subject::Json(self.json_query(path)?), self.matcher(value, names)?);
                }
            }
            "row" => {
                for (column, value) in self.parts_of(key, node)? {
                    demand(Subject::Column(column.value.clone()), self.matcher(value, names)?);
                }
            }
            "metadata" => {
                for (name, value) in self.parts_of(key, node)? {
                    let subject = Subject::Metadata(name.value.to_ascii_lowercase());
                    demand(subject, self.matcher(value, names)?);
                }
            }
            "size" => demand(Subject::Size, self.size(node, names)?),
            "stats" => {
                for (name, value) in self.parts_of(key, node)? {
                    let (subject, matcher) = self.figure(name, value, names)?;
                    demand(subject, matcher);
                }
            }
            "attributes" => {
                for (selector, of_one) in self.parts_of(key, node)? {
                    for (name, value) in self.parts_of(key, of_one)? {
                        let (selector, name) = (selector.value.clone(), name.value.clone());
                        demand(Subject::Attribute(selector, name), self.matcher(value, names)?);
                    }
                }
            }
            part if Subject::of_element(part, "").is_some() => {
                for (selector, value) in self.parts_of(key, node)? {
                    let subject = Subject::of_element(part, &selector.value);
                    demand(
                        subject.expect("it is one for no selector too"),
                        self.matcher(value, names)?,
                    );
                }
            }
            part => {
                let subject =
                    Subject::plain(part).expect("a part that is no map and has no unit is plain");
                demand(subject, self.matcher(node, names)?);
            }
        }
        Ok(())
    }

    /// Reads what a figure of a container has to be, in its unit.
    fn figure(
        &self,
        name: &Text,
        value: &Node,
        names: &Names,
    ) -> Result<(Subject, Matcher), Diagnostic> {
        match name.value.as_str() {
            "memory" => Ok((Subject::Memory, self.memory(value)?)),
            "cpu" => Ok((Subject::Cpu, self.share(value)?)),
            "pids" => Ok((Subject::Pids, self.matcher(value, names)?)),
            unknown => Err(self
                .refuse(name.at, format!("nobody measures `{unknown}` of a container"))
                .help("it has memory, cpu and pids")),
        }
    }

    /// Gives the entries of a map in which each is a demand of its own.
    fn parts_of<'n>(&self, key: &Text, node: &'n Node) -> Result<&'n [(Text, Node)], Diagnostic> {
        let example = match key.value.as_str() {
            "json" => "`json: { $.id: { is: uuid } }`, or `body` for a text",
            "cookies" => "`cookies: { session: { exists: true } }`",
            "headers" => "`headers: { content-type: { matches: ^application/json } }`",
            "metadata" => "`metadata: { origin: suite }`",
            "stats" => "`stats: { memory: { below: 200MiB } }`",
            "text" => "`text: { \"#total\": \"12.00\" }`",
            "visible" => "`visible: { \"#total\": true }`",
            "elements" => "`elements: { \".line\": 3 }`",
            "value" => "`value: { \"#email\": ada@example.com }`",
            "checked" => "`checked: { \"#terms\": true }`",
            "enabled" => "`enabled: { \"#place\": false }`",
            "attributes" => "`attributes: { \"#next\": { href: { contains: page=2 } } }`",
            _ => "`row: { state: confirmed }`",
        };
        match &node.value {
            Content::Map(entries) if !entries.is_empty() => Ok(entries),
            Content::Map(_) => Err(self
                .refuse(node.at, format!("an empty `{}` asks nothing", key.value))
                .help(format!("write {example}"))),
            other => Err(self
                .refuse(node.at, format!("`{}` takes a map, not {}", key.value, other.described()))
                .help(format!("write {example}"))),
        }
    }

    pub(super) fn json_query(&self, path: &Text) -> Result<JsonQuery, Diagnostic> {
        let known = || self.paths.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(query) = known().get(&path.value) {
            return Ok(query.clone());
        }
        let query = JsonQuery::parse(&path.value).map_err(|error| {
            let position = error.position();
            self.refuse(
                path.at,
                format!("`{}` is no JSONPath from its character {}", path.value, position + 1),
            )
            .help("write it as in `$.lines[0].sku` or `$[*].sku`")
        })?;
        known().insert(path.value.clone(), query.clone());
        Ok(query)
    }

    pub(super) fn header_name(&self, name: &Text) -> Result<HeaderName, Diagnostic> {
        name.value.parse().map_err(|_| {
            self.refuse(name.at, format!("`{}` is not the name of a header", name.value))
                .help("use letters, digits and `-`")
        })
    }
}
