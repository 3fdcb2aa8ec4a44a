//! Expectations: which parts of an answer have to be how.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::draft::{Draft, Names};
use super::json_query::JsonQuery;
use super::matcher::{Match, Matcher};
use crate::model::{Bytes, Millis, Percent, REDACTED, TemplateError, shorten};

/// Says which parts of an answer have to be how; never empty.
///
/// `T` is [`Draft`] as written and [`Value`] once filled.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Expectation<T = Draft> {
    /// What is demanded, in the order in which it is written.
    pub demands: Vec<Demand<T>>,
}

/// Says how one part of an answer has to be.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Demand<T = Draft> {
    /// Which part.
    pub subject: Subject,
    /// How it has to be.
    pub matcher: Matcher<T>,
}

/// Names a part of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Subject {
    /// The status of a response.
    Status,
    /// A header of a response, whatever the case of its name.
    Header(String),
    /// The value of a cookie that a response sets.
    Cookie(String),
    /// The address that answered, after the redirects that were followed.
    Url,
    /// What a path finds in a JSON body, in the rows of a table, or in a reply.
    Json(JsonQuery),
    /// The body as text.
    Body,
    /// How long the answer took, in milliseconds.
    Time,
    /// How many rows came back.
    Rows,
    /// A column of the first row.
    Column(String),
    /// How many rows a statement changed.
    Affected,
    /// The reply of the cache.
    Reply,
    /// Whether the object is there.
    Found,
    /// How large an object is, in bytes.
    Size,
    /// The media type of an object.
    Type,
    /// The SHA-256 of what an object holds.
    Sha256,
    /// The entity tag of an object.
    Etag,
    /// What is said of an object by name.
    Metadata(String),
    /// The keys of objects, as a list.
    Keys,
    /// How many objects there are.
    Count,
    /// Whether what was to be deleted is gone.
    Gone,
    /// Whether a bucket is new.
    Created,
    /// A server's word for why it refuses.
    Error,
    /// Whether anybody listens.
    Open,
    /// What a server says first.
    Banner,
    /// Whether a certificate can be verified.
    Verified,
    /// Why it cannot.
    Problem,
    /// For how many days a certificate still holds.
    DaysLeft,
    /// Until when a certificate holds.
    NotAfter,
    /// Whom a certificate names.
    Subject,
    /// Who signed a certificate.
    Issuer,
    /// The hosts that a certificate holds for.
    Names,
    /// The version of TLS.
    Protocol,
    /// A message over a WebSocket.
    Message,
    /// The code with which a WebSocket was closed.
    Closed,
    /// The kind of an event.
    Event,
    /// What an event says.
    Data,
    /// The identity of an event.
    Id,
    /// The state of a container: `running`, `exited`, …
    State,
    /// What a container's own health check says.
    Health,
    /// How often a container was restarted.
    Restarts,
    /// The last lines that a container wrote.
    Logs,
    /// The memory that a container uses, in bytes.
    Memory,
    /// The CPU time that a container uses, in percent of what it may.
    Cpu,
    /// How many processes and threads a container has.
    Pids,
    /// The exit code of a command.
    Exit,
    /// What a command wrote to stdout, without the line ends after it.
    Stdout,
    /// What a command wrote to stderr, without the line ends after it.
    Stderr,
    /// The title of a page.
    Title,
    /// The text of an element, as it is shown.
    Text(String),
    /// Whether an element is shown.
    Visible(String),
    /// How many elements fit.
    Elements(String),
    /// What a field holds.
    Value(String),
    /// Whether a box is ticked.
    Checked(String),
    /// Whether an element can be used.
    Enabled(String),
    /// An attribute of an element: its selector, its name.
    Attribute(String, String),
    /// The errors on the console of a page, as a list.
    Console,
}

/// The parts that have a key of their own and are one value.
static PLAIN: [(&str, Subject); 41] = [
    ("status", Subject::Status),
    ("url", Subject::Url),
    ("body", Subject::Body),
    ("time", Subject::Time),
    ("rows", Subject::Rows),
    ("affected", Subject::Affected),
    ("reply", Subject::Reply),
    ("found", Subject::Found),
    ("size", Subject::Size),
    ("type", Subject::Type),
    ("sha256", Subject::Sha256),
    ("etag", Subject::Etag),
    ("keys", Subject::Keys),
    ("count", Subject::Count),
    ("gone", Subject::Gone),
    ("created", Subject::Created),
    ("error", Subject::Error),
    ("open", Subject::Open),
    ("banner", Subject::Banner),
    ("verified", Subject::Verified),
    ("problem", Subject::Problem),
    ("days_left", Subject::DaysLeft),
    ("not_after", Subject::NotAfter),
    ("subject", Subject::Subject),
    ("issuer", Subject::Issuer),
    ("names", Subject::Names),
    ("protocol", Subject::Protocol),
    ("message", Subject::Message),
    ("closed", Subject::Closed),
    ("event", Subject::Event),
    ("data", Subject::Data),
    ("id", Subject::Id),
    ("state", Subject::State),
    ("health", Subject::Health),
    ("restarts", Subject::Restarts),
    ("logs", Subject::Logs),
    ("exit", Subject::Exit),
    ("stdout", Subject::Stdout),
    ("stderr", Subject::Stderr),
    ("title", Subject::Title),
    ("console", Subject::Console),
];

impl Subject {
    /// Gives the whole of what came back as JSON.
    pub(super) fn whole() -> Self {
        Self::Json(JsonQuery::parse("$").expect("it is the shortest path there is"))
    }

    /// Gives the part of an element that a suite calls `word`; an attribute has a name besides.
    #[must_use]
    pub(super) fn of_element(word: &str, selector: &str) -> Option<Self> {
        let part: fn(String) -> Self = match word {
            "text" => Self::Text,
            "visible" => Self::Visible,
            "elements" => Self::Elements,
            "value" => Self::Value,
            "checked" => Self::Checked,
            "enabled" => Self::Enabled,
            _ => return None,
        };
        Some(part(selector.to_owned()))
    }

    /// Gives the selector of an element's part.
    #[must_use]
    pub(super) fn selector(&self) -> Option<&str> {
        match self {
            Self::Text(selector)
            | Self::Visible(selector)
            | Self::Elements(selector)
            | Self::Value(selector)
            | Self::Checked(selector)
            | Self::Enabled(selector)
            | Self::Attribute(selector, _) => Some(selector),
            _ => None,
        }
    }

    /// Gives the part that a suite calls `word`, where that is one value.
    #[must_use]
    pub fn plain(word: &str) -> Option<Self> {
        PLAIN.iter().find(|(known, _)| *known == word).map(|(_, subject)| subject.clone())
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Header(name) => write!(f, "header {name}"),
            Self::Cookie(name) => write!(f, "cookie {name}"),
            Self::Json(query) => write!(f, "{query}"),
            Self::Column(name) => write!(f, "column {name}"),
            Self::Metadata(name) => write!(f, "metadata {name}"),
            Self::Affected => f.write_str("affected rows"),
            Self::Memory => f.write_str("memory"),
            Self::Cpu => f.write_str("cpu"),
            Self::Pids => f.write_str("pids"),
            Self::Text(selector) => write!(f, "text of {selector}"),
            Self::Visible(selector) => write!(f, "{selector} visible"),
            Self::Elements(selector) => write!(f, "elements of {selector}"),
            Self::Value(selector) => write!(f, "value of {selector}"),
            Self::Checked(selector) => write!(f, "{selector} checked"),
            Self::Enabled(selector) => write!(f, "{selector} enabled"),
            Self::Attribute(selector, name) => write!(f, "attribute {name} of {selector}"),
            plain => {
                let found = PLAIN.iter().find(|(_, subject)| subject == plain);
                f.write_str(found.expect("every other part is in the table").0)
            }
        }
    }
}

/// Gives the parts of an answer, whatever protocol it came by.
pub trait Answer {
    /// Gives a part, where the answer has it.
    fn part(&self, subject: &Subject) -> Option<Cow<'_, Value>>;

    /// Says why nothing is known of a part, not even that it is not there: then no demand on it holds. `found` is what
    /// [`Answer::part`] gives.
    fn unknown(&self, subject: &Subject, found: Option<&Value>) -> Option<String> {
        // Where there is no JSON, nothing is known of what it lacks.
        let finds_none = matches!(subject, Subject::Json(_)) && found.is_none();
        let has_none = finds_none && self.part(&Subject::whole()).is_none();
        has_none.then(|| "there is no JSON".to_owned())
    }
}

impl<T> Expectation<T> {
    /// Tells whether it says anything of this part.
    #[must_use]
    pub fn expects(&self, subject: &Subject) -> bool {
        self.demands.iter().any(|demand| demand.subject == *subject)
    }
}

impl Expectation<Draft> {
    /// Gives the expectation with every name replaced.
    ///
    /// # Errors
    ///
    /// When a name has no value.
    pub fn fill(&self, names: &impl Names) -> Result<Expectation<Value>, TemplateError> {
        let fill = |demand: &Demand| {
            Ok(Demand { subject: demand.subject.clone(), matcher: demand.matcher.fill(names)? })
        };
        Ok(Expectation { demands: self.demands.iter().map(fill).collect::<Result<_, _>>()? })
    }

    /// Gives the expectation with every name replaced but those that get their values later.
    pub(super) fn settle(
        &self,
        names: &impl Names,
        is_later: &impl Fn(&str) -> bool,
    ) -> Result<Self, TemplateError> {
        let settle = |Demand { subject, matcher }: &Demand| {
            Ok(Demand { subject: subject.clone(), matcher: matcher.settle(names, is_later)? })
        };
        Ok(Self { demands: self.demands.iter().map(settle).collect::<Result<_, _>>()? })
    }

    /// Gives every name that it mentions.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.demands.iter().flat_map(|demand| demand.matcher.names())
    }
}

/// Is one demand that does not hold: what was wanted of which part, and what was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// The part and how it had to be, such as `status to be 201`.
    pub expected: String,
    /// What was there instead, such as `got 500`.
    pub seen: String,
}

impl std::fmt::Display for Unmet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "expected {} but {}", self.expected, self.seen)
    }
}

impl Expectation<Value> {
    /// Gives each demand that does not hold.
    #[must_use]
    pub fn unmet(&self, answer: &(impl Answer + ?Sized)) -> Vec<Unmet> {
        self.demands.iter().filter_map(|demand| demand.unmet(answer)).collect()
    }

    /// Gives the first demand that holds, such as `status to be one of 401, 403`.
    #[must_use]
    pub fn first_met(&self, answer: &(impl Answer + ?Sized)) -> Option<String> {
        let met = |demand: &&Demand<Value>| demand.unmet(answer).is_none();
        self.demands.iter().find(met).map(Demand::wanted)
    }
}

impl Demand<Value> {
    fn wanted(&self) -> String {
        format!("{} {}", self.subject, self.matcher.wanted(self.subject.shown()))
    }

    fn unmet(&self, answer: &(impl Answer + ?Sized)) -> Option<Unmet> {
        let actual = answer.part(&self.subject);
        let actual = actual.as_deref();
        let found = self.matcher.test(actual);
        if found == Match::Holds {
            let seen = answer.unknown(&self.subject, actual);
            return seen.map(|seen| Unmet { expected: self.wanted(), seen });
        }
        let show = self.subject.shown();
        let seen = match actual {
            None => {
                answer.unknown(&self.subject, None).unwrap_or_else(|| "there is none".to_owned())
            }
            Some(value) if found == Match::Unfit => {
                format!("got {}, which cannot be compared so", show(value))
            }
            Some(value) => format!("got {}", show(value)),
        };
        Some(Unmet { expected: self.wanted(), seen })
    }
}

impl Subject {
    /// Gives the way in which a value of this part is written in a message.
    pub(super) fn shown(&self) -> fn(&Value) -> String {
        match self {
            Self::Time => |value| show_unit(value, |millis| Millis(millis).to_string()),
            Self::Memory => |value| match value.as_u64() {
                Some(bytes) => Bytes(bytes).to_string(),
                None => value.to_string(),
            },
            Self::Cpu => |value| show_unit(value, |share| Percent(share).to_string()),
            // Most cookies are credentials, and nothing tells which are not.
            Self::Cookie(_) => |_| REDACTED.to_owned(),
            _ => show_short,
        }
    }
}

fn show_unit(value: &Value, show: fn(f64) -> String) -> String {
    value.as_f64().map_or_else(|| value.to_string(), show)
}

/// Writes a value as JSON, cut where it would drown the message.
fn show_short(value: &Value) -> String {
    const MOST: usize = 300;
    shorten(&value.to_string(), MOST)
}
