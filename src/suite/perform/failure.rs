//! Why a step does not hold, or why that could not be found out.

use crate::engine::EngineError;
use crate::model::{Evidence, Finding, Outcome, Reason, TemplateError};
use crate::protocol::{
    BrowserError, EventError, HttpError, InspectError, ObjectError, ProgramError, RedisError,
    SqlError, TcpError, TlsError, WebSocketError,
};
use crate::suite::case::Step;
use crate::suite::expectation::Unmet;

/// Says why a step does not hold, or why that could not be found out.
pub(super) struct Failure {
    finding: Box<Finding>,
    /// Each expectation that does not hold.
    unmet: Vec<String>,
    misses_a_name: bool,
}

impl Failure {
    pub(super) fn fail(reason: Reason, message: impl Into<String>) -> Self {
        Self::of(Finding::fail(reason, message))
    }

    pub(super) fn unknown(reason: Reason, message: impl Into<String>) -> Self {
        Self::of(Finding::inconclusive(reason, message))
    }

    fn of(finding: Finding) -> Self {
        Self { finding: Box::new(finding), unmet: Vec::new(), misses_a_name: false }
    }

    /// Says which expectations do not hold; there is at least one.
    pub(super) fn unmet(introduction: &str, unmet: &[Unmet]) -> Self {
        let [first, rest @ ..] = unmet else {
            unreachable!("a failure of this kind has at least one unmet demand")
        };
        let more = match rest.len() {
            0 => String::new(),
            count => format!(" (and {count} more)"),
        };
        let finding = Finding::fail(Reason::Expectation, format!("{introduction}{first}{more}"))
            .comparing(first.expected.clone(), first.seen.clone());
        Self::listing(finding, unmet.iter().map(Unmet::to_string).collect())
    }

    /// Says that a step was interrupted, and why it still waited, where it did.
    pub(super) fn interrupted(waiting: Option<Self>) -> Self {
        let Some(waiting) = waiting else {
            return Self::unknown(Reason::Cancelled, "interrupted");
        };
        let lines = std::iter::once("interrupted".to_owned()).chain(waiting.lines()).collect();
        let Finding { message, evidence, .. } = *waiting.finding;
        let message = format!("still waiting: {message}");
        let finding = Finding::inconclusive(Reason::Cancelled, message);
        Self::listing(Finding { evidence, ..finding }, lines)
    }

    /// Says what is wrong line by line; without lines, in the message alone.
    pub(super) fn listing(finding: Finding, lines: Vec<String>) -> Self {
        Self { unmet: lines, ..Self::of(finding) }
    }

    pub(super) const fn outcome(&self) -> Outcome {
        self.finding.outcome
    }

    /// Gives a line for each thing that is wrong.
    pub(super) fn lines(&self) -> Vec<String> {
        if self.unmet.is_empty() { vec![self.finding.message.clone()] } else { self.unmet.clone() }
    }

    /// Whether the step could not be asked, because something in it has no value.
    pub(super) const fn misses_a_name(&self) -> bool {
        self.misses_a_name
    }

    /// Whether asking again may help.
    pub(super) const fn may_pass_by_itself(&self) -> bool {
        matches!(self.finding.reason, Some(Reason::Unreachable | Reason::TimedOut))
    }

    /// Whether the answer was not there in time.
    pub(super) const fn came_too_late(&self) -> bool {
        matches!(self.finding.reason, Some(Reason::TimedOut))
    }

    /// Turns it into the finding of the case.
    pub(super) fn into_finding(self, step: &Step) -> Finding {
        let Finding { message, evidence, .. } = *self.finding;
        Finding {
            message: format!("{}: {message}", step.name),
            evidence: Evidence { source: Some(step.place.to_string()), ..evidence },
            ..*self.finding
        }
    }
}

impl From<TemplateError> for Failure {
    fn from(error: TemplateError) -> Self {
        Self { misses_a_name: true, ..Self::unknown(Reason::NoData, error.to_string()) }
    }
}

impl From<HttpError> for Failure {
    fn from(error: HttpError) -> Self {
        let message = error.to_string();
        match error {
            HttpError::TimedOut { .. } => Self::fail(Reason::TimedOut, message),
            HttpError::TooManyRedirects { .. } => Self::fail(Reason::Expectation, message),
            HttpError::Malformed { .. } | HttpError::TooLarge { .. } => {
                Self::unknown(Reason::NoData, message)
            }
            HttpError::Unresolved { .. }
            | HttpError::NoRoute { .. }
            | HttpError::Refused { .. }
            | HttpError::Broken { .. } => Self::unknown(Reason::Unreachable, message),
        }
    }
}

impl From<TlsError> for Failure {
    fn from(error: TlsError) -> Self {
        Self::unknown(Reason::NoData, error.to_string())
    }
}

impl From<TcpError> for Failure {
    fn from(error: TcpError) -> Self {
        let message = error.to_string();
        match error {
            TcpError::TimedOut { .. } => Self::fail(Reason::TimedOut, message),
            TcpError::Refused(_) | TcpError::Unreachable { .. } => {
                Self::unknown(Reason::Unreachable, message)
            }
        }
    }
}

impl From<InspectError> for Failure {
    fn from(error: InspectError) -> Self {
        let message = error.to_string();
        match error {
            InspectError::Connection(error) => error.into(),
            InspectError::Options(error) => error.into(),
            InspectError::Name(_) => Self::unknown(Reason::NoData, message),
            InspectError::Handshake { .. } | InspectError::Certificate { .. } => {
                Self::fail(Reason::Expectation, message)
            }
            InspectError::TimedOut { .. } => Self::fail(Reason::TimedOut, message),
        }
    }
}

impl From<WebSocketError> for Failure {
    fn from(error: WebSocketError) -> Self {
        let message = error.to_string();
        match error {
            WebSocketError::Options(error) => error.into(),
            WebSocketError::Malformed { .. } => Self::unknown(Reason::NoData, message),
            WebSocketError::Unreachable { .. } => Self::unknown(Reason::Unreachable, message),
            WebSocketError::Broken { .. } => Self::fail(Reason::Expectation, message),
            WebSocketError::TimedOut { .. } => Self::fail(Reason::TimedOut, message),
        }
    }
}

impl From<EventError> for Failure {
    fn from(error: EventError) -> Self {
        let message = error.to_string();
        match error {
            EventError::Http(error) => error.into(),
            EventError::Unreadable { .. } => Self::fail(Reason::Expectation, message),
            EventError::TimedOut { .. } => Self::fail(Reason::TimedOut, message),
        }
    }
}

impl From<SqlError> for Failure {
    fn from(error: SqlError) -> Self {
        let message = error.to_string();
        match error {
            SqlError::TimedOut { .. } => Self::fail(Reason::TimedOut, message),
            SqlError::Unreachable { .. } => Self::unknown(Reason::Unreachable, message),
            SqlError::Refused { .. } | SqlError::Arguments { .. } => {
                Self::fail(Reason::Expectation, message)
            }
        }
    }
}

impl From<RedisError> for Failure {
    fn from(error: RedisError) -> Self {
        let message = error.to_string();
        match error {
            RedisError::TimedOut { .. } => Self::fail(Reason::TimedOut, message),
            RedisError::NobodyListens { .. } | RedisError::Unreachable { .. } => {
                Self::unknown(Reason::Unreachable, message)
            }
            RedisError::Denied { .. } => Self::unknown(Reason::Precondition, message),
            RedisError::Refused(_) => Self::fail(Reason::Expectation, message),
        }
    }
}

impl From<ObjectError> for Failure {
    fn from(error: ObjectError) -> Self {
        let message = error.to_string();
        match error {
            ObjectError::Http(error) => error.into(),
            ObjectError::NotLetIn { .. } => Self::unknown(Reason::Unreachable, message),
            ObjectError::Refused { .. } | ObjectError::Unreadable { .. } => {
                Self::fail(Reason::Expectation, message)
            }
            ObjectError::Malformed { .. } => Self::unknown(Reason::NoData, message),
        }
    }
}

impl From<ProgramError> for Failure {
    fn from(error: ProgramError) -> Self {
        Self::unknown(Reason::Precondition, error.to_string())
    }
}

impl From<BrowserError> for Failure {
    fn from(error: BrowserError) -> Self {
        let message = error.to_string();
        match error {
            BrowserError::TimedOut { .. } => Self::fail(Reason::TimedOut, message),
            BrowserError::Gesture { .. } | BrowserError::Dialog { .. } => {
                Self::fail(Reason::Expectation, message)
            }
            BrowserError::Unreachable { .. } => Self::unknown(Reason::Unreachable, message),
            BrowserError::NoDriver { .. }
            | BrowserError::Driver { .. }
            | BrowserError::NotOpened { .. } => Self::unknown(Reason::Precondition, message),
            BrowserError::Malformed { .. } | BrowserError::Lost { .. } => {
                Self::unknown(Reason::NoData, message)
            }
        }
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        Self::unknown(Reason::EngineUnavailable, error.to_string())
    }
}
