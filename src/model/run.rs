//! One run: the only input of the verdict and of every report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Acceptance, Attempts, Check, Evidence, Finding, Kind, Outcome, Phase, Reason, Redactor,
    Severity, StepTrace,
};

/// Holds everything that was asked of one target in one go, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// Version of this shape in JSON.
    pub schema: u32,
    /// Version of Proofmark that ran.
    pub tool: String,
    /// What was asked for: the command's name.
    pub command: String,
    /// The project's name.
    pub project: String,
    /// The environment's name.
    pub environment: String,
    /// The phase of a deployment that this run is for, if it is for one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub phase: Option<Phase>,
    /// The release that the target was running, where that could be told.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub release: Option<String>,
    /// When it began, RFC 3339 in UTC.
    pub started: String,
    /// How long it took, in milliseconds.
    pub elapsed_ms: f64,
    /// In the order in which the checks were planned.
    pub results: Vec<CheckResult>,
}

impl Run {
    /// The version that [`Run::schema`] carries.
    pub const SCHEMA: u32 = 1;

    /// Counts the outcomes.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts::of(self.results.iter())
    }

    /// Gives the results of one kind, in order.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &CheckResult> {
        self.results.iter().filter(move |result| result.check.kind == kind)
    }
}

/// Joins a check with what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CheckResult {
    /// The question.
    pub check: Check,
    /// What came of it.
    pub outcome: Outcome,
    /// Why, for a machine.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<Reason>,
    /// Why, for a person.
    pub message: String,
    /// What was wanted beside what was seen.
    pub evidence: Evidence,
    /// Step by step, for suite cases.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub steps: Vec<StepTrace>,
    /// Who accepted the failure, where somebody did; also after that has expired.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub waiver: Option<Box<Acceptance>>,
    /// The other attempts, where it was asked more than once.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub attempts: Option<Box<Attempts>>,
    /// Whether it took longer than is usual.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub slow: bool,
    /// When it began, in milliseconds after the run did.
    pub began_ms: f64,
    /// How long it took, in milliseconds.
    pub elapsed_ms: f64,
}

impl CheckResult {
    /// Joins a check with its finding and its place on the run's clock.
    #[must_use]
    pub fn new(check: Check, finding: Finding, began_ms: f64, elapsed_ms: f64) -> Self {
        let Finding { outcome, reason, message, evidence, steps, waiver } = finding;
        Self {
            check,
            outcome,
            reason,
            message,
            evidence,
            steps,
            waiver,
            attempts: None,
            slow: false,
            began_ms,
            elapsed_ms,
        }
    }

    /// Whether it does not hold and decides nothing, so that it must not look like what fails the verdict.
    #[must_use]
    pub fn only_informs(&self) -> bool {
        self.outcome == Outcome::Fail && self.check.severity == Severity::Info
    }

    /// Adds how it was asked: which other attempts there were, and whether it was slow.
    #[must_use]
    pub fn asked(mut self, attempts: Option<Attempts>, slow: bool) -> Self {
        self.attempts = attempts.map(Box::new);
        self.slow = slow;
        self
    }

    /// Whether it held, but not at the first attempt.
    #[must_use]
    pub fn is_flaky(&self) -> bool {
        let held = self.outcome == Outcome::Pass || self.reason == Some(Reason::Flaky);
        held && self.attempts.is_some()
    }

    /// Whether it is worth asking again: it failed, could not be measured, or was not reached.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self.outcome {
            Outcome::Fail | Outcome::Inconclusive => true,
            Outcome::Skipped => self.reason == Some(Reason::Cancelled),
            Outcome::Pass | Outcome::Waived => false,
        }
    }

    /// Gives the result without any secret that `redactor` knows, in whatever text it stood.
    #[must_use]
    pub fn redacted(mut self, redactor: &Redactor) -> Self {
        let Check { id, name, .. } = &mut self.check;
        for text in [&mut self.message, id, name] {
            redactor.clean(text);
        }
        self.evidence.redact(redactor);
        self.steps.iter_mut().for_each(|step| step.redact(redactor));
        self.waiver.iter_mut().for_each(|waiver| redactor.clean(&mut waiver.reason));
        if let Some(attempts) = &mut self.attempts {
            let others = std::mem::take(&mut attempts.others).into_iter();
            attempts.others = others.map(|attempt| attempt.redacted(redactor)).collect();
        }
        self
    }
}

/// Counts outcomes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Measured, and it holds.
    pub pass: usize,
    /// Measured, and it does not hold.
    pub fail: usize,
    /// Not measured.
    pub inconclusive: usize,
    /// Accepted by a person.
    pub waived: usize,
    /// Not asked.
    pub skipped: usize,
}

impl Counts {
    /// Counts the outcomes of `results`.
    #[must_use]
    pub fn of<'a>(results: impl Iterator<Item = &'a CheckResult>) -> Self {
        let mut counts = Self::default();
        results.for_each(|result| counts.add(result.outcome));
        counts
    }

    /// Counts one more.
    pub const fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Pass => self.pass += 1,
            Outcome::Fail => self.fail += 1,
            Outcome::Inconclusive => self.inconclusive += 1,
            Outcome::Waived => self.waived += 1,
            Outcome::Skipped => self.skipped += 1,
        }
    }

    /// Gives how many came to `outcome`.
    #[must_use]
    pub const fn of_outcome(self, outcome: Outcome) -> usize {
        match outcome {
            Outcome::Pass => self.pass,
            Outcome::Fail => self.fail,
            Outcome::Inconclusive => self.inconclusive,
            Outcome::Waived => self.waived,
            Outcome::Skipped => self.skipped,
        }
    }

    /// Gives how many checks there were.
    #[must_use]
    pub const fn total(self) -> usize {
        self.pass + self.fail + self.inconclusive + self.waived + self.skipped
    }
}
