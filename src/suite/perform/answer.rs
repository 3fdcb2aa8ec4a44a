//! What came back, whatever was asked.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::Value;

use crate::engine::Container;
use crate::model::Millis;
use crate::protocol::{HttpResponse, Rows};
use crate::suite::case::CaptureSource;
use crate::suite::expectation::{Answer, Expectation, Subject, Unmet};
use crate::suite::response::ResponseAnswer;

/// Is what came back.
pub(super) enum Received {
    Response(HttpResponse),
    Rows {
        rows: Rows,
        elapsed: Duration,
    },
    Reply {
        reply: Value,
        elapsed: Duration,
    },
    /// One view for each replica; a single empty one where there is no container.
    Containers(Vec<ContainerView>),
}

/// Is what can be expected of a container.
#[derive(Debug, Default)]
pub(super) struct ContainerView {
    name: String,
    state: Option<Value>,
    health: Option<Value>,
    restarts: Option<Value>,
    logs: Option<Value>,
}

impl ContainerView {
    /// Is the view of a service that has no container.
    pub(super) fn of_none(service: &str) -> Self {
        Self { name: format!("no container of {service}"), ..Self::default() }
    }

    pub(super) fn of(container: &Container, logs: String) -> Self {
        let health = container.health().and_then(|health| health.status);
        Self {
            name: format!("{} {}", container.service, container.number),
            state: Some(container.status().into()),
            health: health.map(|word| word.to_string().into()),
            restarts: Some(container.restarts().into()),
            logs: Some(logs.into()),
        }
    }
}

impl Answer for ContainerView {
    fn part(&self, subject: &Subject) -> Option<Cow<'_, Value>> {
        let part = match subject {
            Subject::State => &self.state,
            Subject::Health => &self.health,
            Subject::Restarts => &self.restarts,
            Subject::Logs => &self.logs,
            _ => &None,
        };
        part.as_ref().map(Cow::Borrowed)
    }
}

struct RowsAnswer<'a> {
    rows: &'a Rows,
    elapsed: Duration,
}

impl Answer for RowsAnswer<'_> {
    fn part(&self, subject: &Subject) -> Option<Cow<'_, Value>> {
        match subject {
            Subject::Rows => Some(Cow::Owned(self.rows.rows.len().into())),
            Subject::Column(name) => self.rows.rows.first()?.get(name).map(Cow::Borrowed),
            Subject::Affected => self.rows.affected.map(|count| Cow::Owned(count.into())),
            Subject::Time => Some(Cow::Owned(Millis::from(self.elapsed).0.into())),
            _ => None,
        }
    }
}

struct ReplyAnswer<'a> {
    reply: &'a Value,
    elapsed: Duration,
}

impl Answer for ReplyAnswer<'_> {
    fn part(&self, subject: &Subject) -> Option<Cow<'_, Value>> {
        match subject {
            // A key that is not there has a nil reply: nothing is there to compare.
            Subject::Reply => (!self.reply.is_null()).then_some(Cow::Borrowed(self.reply)),
            Subject::Time => Some(Cow::Owned(Millis::from(self.elapsed).0.into())),
            _ => None,
        }
    }
}

fn response(response: &HttpResponse) -> ResponseAnswer<'_> {
    let HttpResponse { status, headers, body, elapsed } = response;
    ResponseAnswer::new(*status, headers, body, Some(*elapsed))
}

impl Received {
    /// Gives each demand that does not hold.
    pub(super) fn unmet(&self, expect: &Expectation<Value>) -> Vec<Unmet> {
        match self {
            Self::Response(answer) => expect.unmet(&response(answer)),
            Self::Rows { rows, elapsed } => expect.unmet(&RowsAnswer { rows, elapsed: *elapsed }),
            Self::Reply { reply, elapsed } => {
                expect.unmet(&ReplyAnswer { reply, elapsed: *elapsed })
            }
            Self::Containers(views) => views.iter().flat_map(|view| expect.unmet(view)).collect(),
        }
    }

    /// Gives the first demand that holds.
    pub(super) fn first_met(&self, expect: &Expectation<Value>) -> Option<String> {
        match self {
            Self::Response(answer) => expect.first_met(&response(answer)),
            Self::Rows { rows, elapsed } => {
                expect.first_met(&RowsAnswer { rows, elapsed: *elapsed })
            }
            Self::Reply { reply, elapsed } => {
                expect.first_met(&ReplyAnswer { reply, elapsed: *elapsed })
            }
            Self::Containers(views) => views.iter().find_map(|view| expect.first_met(view)),
        }
    }

    /// Gives the part that a capture keeps.
    pub(super) fn captured(&self, source: &CaptureSource) -> Option<Value> {
        let find = |value: &Value| match source {
            CaptureSource::Json(query) => query.find(value).map(Cow::into_owned),
            CaptureSource::Header(_) => None,
        };
        match (self, source) {
            (Self::Response(answer), CaptureSource::Header(name)) => {
                response(answer).header(name).map(Value::from)
            }
            (Self::Response(answer), CaptureSource::Json(_)) => {
                find(&serde_json::from_slice(&answer.body).ok()?)
            }
            (Self::Rows { rows, .. }, _) => find(&Value::Array(rows.rows.clone())),
            (Self::Reply { reply, .. }, _) => find(reply),
            (Self::Containers(_), _) => None,
        }
    }

    /// Writes it for a person.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Response(answer) => super::trace::response(answer),
            Self::Rows { rows, .. } => match rows.affected {
                Some(affected) => format!("{affected} rows changed"),
                None => super::trace::lines(&rows.rows),
            },
            Self::Reply { reply, .. } => super::trace::cut(&reply.to_string()),
            Self::Containers(views) => {
                let shown = |view: &ContainerView| {
                    let part = |name, part: &Option<Value>| {
                        let part = part.as_ref().map_or_else(|| "none".to_owned(), plain);
                        format!("{name}: {part}")
                    };
                    let ContainerView { name, state, health, restarts, logs } = view;
                    [
                        name.clone(),
                        part("state", state),
                        part("health", health),
                        part("restarts", restarts),
                        part("logs", logs),
                    ]
                    .join("\n")
                };
                super::trace::cut(&views.iter().map(shown).collect::<Vec<_>>().join("\n\n"))
            }
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
