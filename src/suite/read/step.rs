//! From a step as written to a step as meant.

use std::time::Duration;

use super::Reader;
use super::names::Names;
use super::verb::Asked;
use super::written::Written;
use crate::config::{Content, Node, Text};
use crate::model::{Diagnostic, Protocol};
use crate::suite::case::{Step, Until};
use crate::suite::draft::Draft;
use crate::suite::expectation::Expectation;

/// How long one answer may take where the step does not say.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);
/// How long a repeated step waits between two questions where it does not say.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

impl Reader<'_> {
    /// Reads a step; what it captures is known to the steps after it.
    pub(super) fn step(&self, written: Written<'_>, names: &mut Names) -> Result<Step, Diagnostic> {
        let asked = self.asked(written)?;
        let expect = self.expected_under("expect", &asked, names)?;
        let until = self.until(&asked, names)?;
        let snapshot = self.snapshot(&asked)?;
        if expect.is_none() && until.is_none() {
            return Err(self
                .refuse(asked.at(), "a step without an expectation proves nothing")
                .help("add `expect`, which says how its answer has to be"));
        }
        let action = (asked.verb.read)(self, &asked, names)?;
        let name = match self.text_of(&written, "name")? {
            Some(name) => self.line(&name)?,
            None => asked.described(),
        };
        let limit = self.duration_or(self.text_of(&written, "timeout")?.as_ref(), ANSWER_LIMIT)?;
        let captures = self.captures(&asked, names)?;
        let place = self.place(written.at);
        Ok(Step { name, place, action, limit, expect, snapshot, until, captures })
    }

    fn expected_under(
        &self,
        key: &str,
        asked: &Asked<'_>,
        names: &Names,
    ) -> Result<Option<Expectation>, Diagnostic> {
        let written = self.map_of(&asked.step, key)?;
        written.map(|map| self.expectation(map, &asked.verb.answer, names)).transpose()
    }

    fn until(&self, asked: &Asked<'_>, names: &Names) -> Result<Option<Until>, Diagnostic> {
        let step = &asked.step;
        let Some(reached) = self.expected_under("until", asked, names)? else {
            let alone = ["give_up_if", "every", "within"]
                .into_iter()
                .find_map(|key| Some((key, step.get(key)?.at)));
            return match alone {
                None => Ok(None),
                Some((key, at)) => Err(self
                    .refuse(at, format!("`{key}` means nothing without `until`"))
                    .help("say with `until` what the step waits for")),
            };
        };
        let Some(within) = self.text_of(step, "within")? else {
            let at = step.get("until").map_or(asked.at(), |until| until.at);
            return Err(self
                .refuse(at, "`until` without `within` could wait for ever")
                .help("add `within: 20s`"));
        };
        Ok(Some(Until {
            reached,
            give_up_if: self.expected_under("give_up_if", asked, names)?,
            every: self.duration_or(self.text_of(step, "every")?.as_ref(), POLL_INTERVAL)?,
            within: self.duration(&within)?,
        }))
    }

    /// Reads `on`: the service that performs the verb, which has to speak its protocol, or one of them.
    pub(super) fn on(&self, asked: &Asked<'_>, wanted: &[Protocol]) -> Result<String, Diagnostic> {
        let word = asked.verb.word;
        let Some(on) = self.text_of(&asked.step, "on")? else {
            return Err(self
                .refuse(asked.at(), format!("`{word}` does not say which service performs it"))
                .help("add `on: service`"));
        };
        let name = self.service(&on)?;
        match self.settings.services[&name].protocol {
            spoken if wanted.contains(&spoken) => Ok(name),
            _ => Err(self
                .refuse(
                    on.at,
                    match wanted {
                        [_] => format!("`{name}` does not speak {word}"),
                        _ => format!("`{name}` is no object store"),
                    },
                )
                .help("its `protocol` stands in the settings")),
        }
    }

    /// Reads a value with the names in it checked.
    pub(super) fn draft(&self, node: &Node, names: &Names) -> Result<Draft, Diagnostic> {
        let draft = match &node.value {
            Content::Null => Draft::Literal(serde_json::Value::Null),
            Content::Boolean(truth) => Draft::Literal((*truth).into()),
            Content::Number(number) => Draft::Literal(number.clone().into()),
            Content::Text(text) => {
                let text = Text::new(text.clone(), node.at);
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
