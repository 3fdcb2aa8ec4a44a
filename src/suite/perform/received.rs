//! What came back, whatever was asked.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::Value;

use crate::model::Millis;
use crate::suite::capture::CaptureSource;
use crate::suite::expectation::{Answer, Expectation, Subject, Unmet};

/// Is what came back.
pub(super) struct Received {
    /// One answer, or one of each replica that was looked at.
    answers: Vec<Box<dyn Answer + Send + Sync>>,
    /// As it is written for a person.
    shown: String,
}

impl Received {
    pub(super) fn one(answer: impl Answer + Send + Sync + 'static, shown: String) -> Self {
        Self { answers: vec![Box::new(answer)], shown }
    }

    /// Takes an answer of each replica; there is at least one.
    pub(super) fn each(answers: Vec<Parts>, shown: String) -> Self {
        let boxed = |parts| Box::new(parts) as Box<dyn Answer + Send + Sync>;
        Self { answers: answers.into_iter().map(boxed).collect(), shown }
    }

    /// Gives each demand that does not hold.
    pub(super) fn unmet(&self, expect: &Expectation<Value>) -> Vec<Unmet> {
        self.answers.iter().flat_map(|answer| expect.unmet(&**answer)).collect()
    }

    /// Gives the first demand that holds.
    pub(super) fn first_met(&self, expect: &Expectation<Value>) -> Option<String> {
        self.answers.iter().find_map(|answer| expect.first_met(&**answer))
    }

    /// Gives the part that a capture keeps, of the first replica that has it.
    pub(super) fn captured(&self, source: &CaptureSource) -> Option<Value> {
        self.answers.iter().find_map(|answer| source.of(&**answer))
    }

    /// Gives the whole of it as JSON, where it is JSON.
    pub(super) fn json(&self) -> Option<Value> {
        self.part(&Subject::whole())
    }

    /// Gives the whole of it as text, where it is a text.
    pub(super) fn text(&self) -> Option<String> {
        let text = self.part(&Subject::Body).or_else(|| self.part(&Subject::Stdout))?;
        text.as_str().map(str::to_owned)
    }

    fn part(&self, subject: &Subject) -> Option<Value> {
        self.answers.first()?.part(subject).map(Cow::into_owned)
    }

    /// Writes it for a person.
    pub(super) fn shown(&self) -> String {
        self.shown.clone()
    }
}

/// Is an answer as the list of its parts.
#[derive(Default)]
pub(super) struct Parts {
    parts: Vec<(Subject, Value)>,
    json: Option<Value>,
}

impl Parts {
    /// Adds a part.
    pub(super) fn with(mut self, subject: Subject, value: impl Into<Value>) -> Self {
        self.parts.push((subject, value.into()));
        self
    }

    /// Adds a part that an answer may lack.
    pub(super) fn with_some(self, subject: Subject, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(subject, value),
            None => self,
        }
    }

    /// Adds how long the answer took.
    pub(super) fn after(self, elapsed: Duration) -> Self {
        self.with(Subject::Time, Millis::from(elapsed).0)
    }

    /// Adds what a JSONPath finds its values in; none where the answer is no JSON.
    pub(super) fn with_json(self, json: Option<Value>) -> Self {
        Self { json, ..self }
    }

    /// Writes each part on a line.
    pub(super) fn lines(&self) -> String {
        let line = |(subject, value): &(Subject, Value)| {
            let value = match (subject, value.as_str()) {
                (Subject::Time | Subject::Memory | Subject::Cpu, _) => subject.shown()(value),
                (_, Some(text)) => text.to_owned(),
                (_, None) => value.to_string(),
            };
            format!("{subject}: {value}")
        };
        self.parts.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

impl Answer for Parts {
    fn part(&self, subject: &Subject) -> Option<Cow<'_, Value>> {
        if let Subject::Json(query) = subject {
            return query.find(self.json.as_ref()?);
        }
        let found = self.parts.iter().find(|(known, _)| known == subject);
        found.map(|(_, value)| Cow::Borrowed(value))
    }
}
