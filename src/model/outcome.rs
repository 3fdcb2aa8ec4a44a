//! What came of a check, and the evidence for it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Acceptance, Comparison, LoadRecord, Redactor};

/// Says what came of a check.
///
/// *Did the target misbehave?* is `Pass` or `Fail`; *could we not find out?* is `Inconclusive`.
/// There is no conversion from an error to `Pass`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It was measured and holds.
    Pass,
    /// It was measured and does not hold.
    Fail,
    /// It could not be measured.
    Inconclusive,
    /// It does not hold, and a person accepted that until a date.
    Waived,
    /// It was not asked.
    Skipped,
}

impl Outcome {
    /// The word for it in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
            Self::Waived => "waived",
            Self::Skipped => "skipped",
        }
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.word())
    }
}

/// Gives the cause of an outcome in a word that a machine can branch on.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// An expectation of a suite step did not hold.
    Expectation,
    /// A recorded fact is not there.
    Missing,
    /// A recorded fact has another value.
    Changed,
    /// Something is there that was never recorded.
    Unmanaged,
    /// A health probe answered and is not well.
    Unhealthy,
    /// A service did not come up.
    StartFailed,
    /// A security control is violated.
    Violation,
    /// A measured number is past its threshold.
    ThresholdExceeded,
    /// It got worse than the baseline by more than is tolerated.
    Regression,
    /// A condition for going on is not met.
    Precondition,
    /// The backup was not made, or could not be read back.
    BackupFailed,
    /// A cleanup step failed, so the target is not as it was found.
    CleanupFailed,
    /// A time limit was reached before an answer.
    TimedOut,
    /// The target could not be reached.
    Unreachable,
    /// The container engine could not be asked.
    EngineUnavailable,
    /// No sample was taken.
    NoData,
    /// Too few samples to tell.
    InsufficientSamples,
    /// Recorded under other conditions than these.
    EnvironmentMismatch,
    /// The load generator was the limit, not the target.
    ClientSaturated,
    /// There is no accepted baseline to hold the target against.
    MissingBaseline,
    /// What the target shows does not include this.
    NotObserved,
    /// A change of a recorded fact would not be noticed.
    Unnoticed,
    /// A waiver is not needed any more, or names no check.
    Stale,
    /// The suite does not allow this target.
    NotAllowed,
    /// A command left no report of its cases that can be used.
    NoReport,
    /// A command ended otherwise than the cases that it reports explain.
    Exited,
    /// Its own runner left the case out.
    LeftOut,
    /// The check held only when it was asked again, and that counts as a failure here.
    Flaky,
    /// The run was interrupted before or during this check.
    Cancelled,
    /// The check itself broke.
    Panicked,
}

impl Reason {
    /// The machine-readable word, as in JSON.
    #[must_use]
    pub fn word(self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(word)) => word,
            _ => unreachable!("a unit variant serialises as a string"),
        }
    }
}

/// Holds what was wanted beside what was seen.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// What was wanted, as text for a person.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expected: Option<String>,
    /// What was seen.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub actual: Option<String>,
    /// What was looked at: `path:line:column` or a probe such as `GET http://…`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source: Option<String>,
    /// The numbers, where a candidate was held against a baseline.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub comparison: Option<Box<Comparison>>,
    /// What was measured under load; with one of the checks that judge it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub load: Option<Box<LoadRecord>>,
}

impl Evidence {
    /// Takes every secret out that `redactor` knows.
    pub(super) fn redact(&mut self, redactor: &Redactor) {
        let Self { expected, actual, source, comparison: _, load } = self;
        for text in [expected, actual, source].into_iter().flatten() {
            redactor.clean(text);
        }
        if let Some(load) = load {
            load.redact(redactor);
        }
    }
}

/// Tells what one step of a case did; of a case that holds, that it did and how long it took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepTrace {
    /// The step's name, or its verb and subject.
    pub name: String,
    /// What came of it.
    pub outcome: Outcome,
    /// How long it took, polling included, in milliseconds.
    pub elapsed_ms: f64,
    /// How often it was asked; more than once only under `until`.
    pub attempts: u32,
    /// What was sent, redacted; nothing where the case holds.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub sent: String,
    /// What came back, redacted and cut to a readable length; nothing where the case holds.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub received: String,
    /// Each expectation that did not hold.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub failures: Vec<String>,
    /// What the page looked like where a step in a browser did not hold.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub screenshot: Option<Screenshot>,
}

/// Is a picture of a page, kept as a file of its own so that reports for programs stay small.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Screenshot {
    /// The PNG file.
    pub file: String,
    /// The picture itself, for the page that shows it; none once a run was read back.
    #[serde(skip)]
    pub png: Vec<u8>,
}

impl StepTrace {
    /// Keeps that the step was done, and lets go of what was said on it.
    pub(crate) fn summarise(&mut self) {
        self.sent = String::new();
        self.received = String::new();
    }

    /// Takes every secret out that `redactor` knows.
    pub(super) fn redact(&mut self, redactor: &Redactor) {
        let Self { name, sent, received, failures, .. } = self;
        for text in [name, sent, received].into_iter().chain(failures) {
            redactor.clean(text);
        }
    }
}

/// Is what the work of a check gives back.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What came of it.
    pub outcome: Outcome,
    /// Why, for a machine; always there unless the outcome is `Pass`.
    pub reason: Option<Reason>,
    /// Why, for a person; one line.
    pub message: String,
    /// What was wanted beside what was seen.
    pub evidence: Evidence,
    /// Step by step, for suite cases.
    pub steps: Vec<StepTrace>,
    /// Who accepted the failure, where somebody did; also after that has expired.
    pub waiver: Option<Box<Acceptance>>,
}

impl Finding {
    /// Says that the question was measured and the answer holds.
    #[must_use]
    pub fn pass(message: impl Into<String>) -> Self {
        Self::of(Outcome::Pass, None, message)
    }

    /// Says that the question was measured and the answer does not hold.
    #[must_use]
    pub fn fail(reason: Reason, message: impl Into<String>) -> Self {
        Self::of(Outcome::Fail, Some(reason), message)
    }

    /// Says that the question could not be measured.
    #[must_use]
    pub fn inconclusive(reason: Reason, message: impl Into<String>) -> Self {
        Self::of(Outcome::Inconclusive, Some(reason), message)
    }

    /// Says that the question was not asked.
    #[must_use]
    pub fn skipped(reason: Reason, message: impl Into<String>) -> Self {
        Self::of(Outcome::Skipped, Some(reason), message)
    }

    fn of(outcome: Outcome, reason: Option<Reason>, message: impl Into<String>) -> Self {
        Self {
            outcome,
            reason,
            message: message.into(),
            evidence: Evidence::default(),
            steps: Vec::new(),
            waiver: None,
        }
    }

    /// Adds what was wanted and what was seen.
    #[must_use]
    pub fn comparing(mut self, expected: impl Into<String>, actual: impl Into<String>) -> Self {
        self.evidence.expected = Some(expected.into());
        self.evidence.actual = Some(actual.into());
        self
    }

    /// Adds what was looked at.
    #[must_use]
    pub fn from_source(mut self, source: impl Into<String>) -> Self {
        self.evidence.source = Some(source.into());
        self
    }

    /// Adds the numbers of a comparison.
    #[must_use]
    pub fn with_comparison(mut self, comparison: Comparison) -> Self {
        self.evidence.comparison = Some(Box::new(comparison));
        self
    }

    /// Adds what was measured under load.
    #[must_use]
    pub fn with_load(mut self, record: LoadRecord) -> Self {
        self.evidence.load = Some(Box::new(record));
        self
    }
}
