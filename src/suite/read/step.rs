//! From a step as written to a step as meant.

use std::time::Duration;

use reqwest::header::HeaderName;
use serde_saphyr::Spanned;

use super::Reader;
use super::names::Names;
use super::raw::RawStep;
use super::verb::Verb;
use crate::config::{Content, Entries, Node, Text};
use crate::model::{Diagnostic, Protocol, Template};
use crate::suite::case::{Action, Body, Capture, CaptureSource, HttpAction, Step, Until};
use crate::suite::draft::Draft;
use crate::suite::expectation::Expectation;

/// How long one answer may take where the step does not say.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);
/// How long a repeated step waits between two questions where it does not say.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

impl Reader<'_> {
    /// Reads a step; what it captures is known to the steps after it.
    pub(super) fn step(
        &self,
        written: &Spanned<RawStep>,
        names: &mut Names,
    ) -> Result<Step, Diagnostic> {
        let raw = &written.value;
        let verb = self.verb(written)?;
        self.only_what_the_verb_takes(raw, &verb)?;
        let expect = self.optional(raw.expect.as_ref(), &verb, names)?;
        let until = self.until(raw, &verb, names)?;
        if expect.is_none() && until.is_none() {
            return Err(self
                .refuse(verb.at(), "a step without an expectation proves nothing")
                .help("add `expect`, which says how its answer has to be"));
        }
        let action = self.action(raw, &verb, names)?;
        let name = match &raw.name {
            Some(name) => self.line(name)?,
            None => verb.described(),
        };
        let limit = self.duration_or(raw.timeout.as_ref(), ANSWER_LIMIT)?;
        let captures = self.captures(raw.capture.as_ref(), &verb, names)?;
        let place = self.place(written.referenced);
        Ok(Step { name, place, action, limit, expect, until, captures })
    }

    fn optional(
        &self,
        entries: Option<&Spanned<Entries>>,
        verb: &Verb<'_>,
        names: &Names,
    ) -> Result<Option<Expectation>, Diagnostic> {
        entries.map(|entries| self.expectation(entries, verb.answer(), names)).transpose()
    }

    fn until(
        &self,
        raw: &RawStep,
        verb: &Verb<'_>,
        names: &Names,
    ) -> Result<Option<Until>, Diagnostic> {
        let Some(reached) = self.optional(raw.until.as_ref(), verb, names)? else {
            let polling = [
                ("give_up_if", raw.give_up_if.as_ref().map(|entries| entries.referenced)),
                ("every", raw.every.as_ref().map(|text| text.referenced)),
                ("within", raw.within.as_ref().map(|text| text.referenced)),
            ];
            return match polling.into_iter().find_map(|(key, at)| Some((key, at?))) {
                None => Ok(None),
                Some((key, at)) => Err(self
                    .refuse(at, format!("`{key}` means nothing without `until`"))
                    .help("say with `until` what the step waits for")),
            };
        };
        let Some(within) = &raw.within else {
            let at = raw.until.as_ref().map_or(verb.at(), |until| until.referenced);
            return Err(self
                .refuse(at, "`until` without `within` could wait for ever")
                .help("add `within: 20s`"));
        };
        Ok(Some(Until {
            reached,
            give_up_if: self.optional(raw.give_up_if.as_ref(), verb, names)?,
            every: self.duration_or(raw.every.as_ref(), POLL_INTERVAL)?,
            within: self.duration(within)?,
        }))
    }

    fn action(&self, raw: &RawStep, verb: &Verb<'_>, names: &Names) -> Result<Action, Diagnostic> {
        let drafts = |nodes: &[Node]| -> Result<Vec<Draft>, Diagnostic> {
            nodes.iter().map(|node| self.draft(node, names)).collect()
        };
        Ok(match verb {
            Verb::Http(method, url) => Action::Http(HttpAction {
                method: method.clone(),
                url: self.url(url, names)?,
                headers: self.headers(raw.headers.as_ref(), names)?,
                body: match (&raw.json, &raw.body) {
                    (Some(json), _) => Some(Body::Json(self.draft(json, names)?)),
                    (None, Some(text)) => Some(Body::Text(self.template(text, names)?)),
                    (None, None) => None,
                },
            }),
            Verb::Sql(statement) => {
                if statement.value.contains("${") {
                    return Err(self
                        .refuse(statement.referenced, "a statement takes no `${names}`")
                        .help("write `$1` in it, and the value under `args`"));
                }
                Action::Sql {
                    service: self.on(raw, verb, Protocol::Postgres)?,
                    statement: statement.value.clone(),
                    args: drafts(raw.args.as_ref().map_or(&[], |args| &args.value))?,
                }
            }
            Verb::Redis(command) if command.value.is_empty() => {
                return Err(self
                    .refuse(command.referenced, "a command has at least its name")
                    .help("write `redis: [GET, key]`"));
            }
            Verb::Redis(command) => Action::Redis {
                service: self.on(raw, verb, Protocol::Redis)?,
                command: drafts(&command.value)?,
            },
            Verb::Container(service) => Action::Container { service: self.service(service)? },
        })
    }

    /// Reads `on`: the service that performs the verb, which has to speak its protocol.
    fn on(&self, raw: &RawStep, verb: &Verb<'_>, wanted: Protocol) -> Result<String, Diagnostic> {
        let Some(on) = &raw.on else {
            return Err(self
                .refuse(
                    verb.at(),
                    format!("`{}` does not say which service performs it", verb.word()),
                )
                .help("add `on: service`"));
        };
        let name = self.service(on)?;
        match self.settings.services[&name].protocol {
            spoken if spoken == wanted => Ok(name),
            _ => Err(self
                .refuse(on.referenced, format!("`{name}` does not speak {}", verb.word()))
                .help("its `protocol` stands in the settings")),
        }
    }

    pub(super) fn url(&self, url: &Text, names: &Names) -> Result<Template, Diagnostic> {
        let has_host = ["http://", "https://", "${"].iter().any(|head| url.value.starts_with(head));
        if !has_host {
            return Err(self
                .refuse(url.referenced, format!("`{}` names no host", url.value))
                .help("begin with a service, as in `${api}/orders`"));
        }
        self.template(url, names)
    }

    pub(super) fn headers(
        &self,
        headers: Option<&Spanned<Entries>>,
        names: &Names,
    ) -> Result<Vec<(HeaderName, Template)>, Diagnostic> {
        let entries = headers.map_or(&[][..], |headers| &headers.value.0);
        let header = |(name, value): &(Text, Node)| {
            let text = match &value.value {
                Content::Text(text) => text.clone(),
                Content::Number(number) => number.to_string(),
                other => {
                    return Err(self
                        .refuse(
                            value.referenced,
                            format!("the value of a header is a text, not {}", other.described()),
                        )
                        .help("write it in quotes"));
                }
            };
            let text = Spanned::new(text, value.referenced, value.defined);
            Ok((self.header_name(name)?, self.template(&text, names)?))
        };
        entries.iter().map(header).collect()
    }

    fn captures(
        &self,
        written: Option<&Spanned<Entries>>,
        verb: &Verb<'_>,
        names: &mut Names,
    ) -> Result<Vec<Capture>, Diagnostic> {
        let entries = written.map_or(&[][..], |entries| &entries.value.0);
        if let (Verb::Container(_), Some(written)) = (verb, written) {
            return Err(self
                .refuse(written.referenced, "nothing of a container can be captured")
                .help("expect it in the step itself"));
        }
        let mut captures = Vec::with_capacity(entries.len());
        for (name, source) in entries {
            self.define(names, name, "a capture", Names::add_own)?;
            let from = self.capture_source(source, verb)?;
            let is_secret = self.secrets.contains(&name.value);
            captures.push(Capture { name: name.value.clone(), from, is_secret });
        }
        Ok(captures)
    }

    fn capture_source(&self, source: &Node, verb: &Verb<'_>) -> Result<CaptureSource, Diagnostic> {
        match &source.value {
            Content::Text(path) => {
                let path = Spanned::new(path.clone(), source.referenced, source.defined);
                Ok(CaptureSource::Json(self.json_query(&path)?))
            }
            Content::Map(entries) => match (&entries[..], verb) {
                (
                    [(key, Node { value: Content::Text(name), referenced, defined })],
                    Verb::Http(..),
                ) if key.value == "header" => {
                    let name = Spanned::new(name.clone(), *referenced, *defined);
                    self.header_name(&name)?;
                    Ok(CaptureSource::Header(name.value))
                }
                _ => Err(self.no_source(source)),
            },
            _ => Err(self.no_source(source)),
        }
    }

    fn no_source(&self, source: &Node) -> Diagnostic {
        self.refuse(source.referenced, "this does not say what to capture").help(
            "write a JSONPath, as in `id: $.id`; of a response also `id: { header: location }`",
        )
    }

    /// Reads a value with the names in it checked.
    pub(super) fn draft(&self, node: &Node, names: &Names) -> Result<Draft, Diagnostic> {
        let draft = match &node.value {
            Content::Null => Draft::Literal(serde_json::Value::Null),
            Content::Boolean(truth) => Draft::Literal((*truth).into()),
            Content::Number(number) => Draft::Literal(number.clone().into()),
            Content::Text(text) => {
                let text = Spanned::new(text.clone(), node.referenced, node.defined);
                Draft::Text(self.template(&text, names)?)
            }
            Content::List(items) => Draft::List(
                items.iter().map(|item| self.draft(item, names)).collect::<Result<_, _>>()?,
            ),
            Content::Map(entries) => {
                let entry = |(key, value): &(Text, Node)| {
                    Ok((key.value.clone(), self.draft(value, names)?))
                };
                Draft::Object(entries.iter().map(entry).collect::<Result<_, _>>()?)
            }
        };
        Ok(draft)
    }
}
