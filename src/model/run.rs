//! One run: the only input of the verdict and of every report.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Acceptance, Check, Evidence, Finding, Kind, Outcome, Phase, Reason, Redactor, StepTrace,
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
        Self { check, outcome, reason, message, evidence, steps, waiver, began_ms, elapsed_ms }
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
        let clean = |text: &mut String| {
            if let Cow::Owned(clean) = redactor.apply(text) {
                *text = clean;
            }
        };
        let Evidence { expected, actual, source, comparison: _ } = &mut self.evidence;
        [&mut self.message, &mut self.check.id, &mut self.check.name].into_iter().for_each(clean);
        [expected, actual, source].into_iter().flatten().for_each(clean);
        self.waiver.iter_mut().for_each(|waiver| clean(&mut waiver.reason));
        for StepTrace { name, sent, received, failures, .. } in &mut self.steps {
            [name, sent, received].into_iter().for_each(clean);
            failures.iter_mut().for_each(clean);
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
