//! One of several attempts at a check.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Evidence, Finding, Outcome, Reason, Redactor, StepTrace};

/// Holds the other attempts at a check that was asked more than once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Attempts {
    /// How many attempts there could have been.
    pub at_most: u32,
    /// Every attempt but the one that decided, in order; never empty.
    pub others: Vec<Attempt>,
}

impl Attempts {
    /// Gives how many attempts there were.
    #[must_use]
    pub fn count(&self) -> usize {
        self.others.len() + 1
    }
}

/// Is one attempt at a check, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Attempt {
    /// Which one, from one.
    pub number: u32,
    /// What came of it.
    pub outcome: Outcome,
    /// Why, for a machine.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<Reason>,
    /// Why, for a person.
    pub message: String,
    /// What was wanted beside what was seen.
    pub evidence: Evidence,
    /// Step by step.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub steps: Vec<StepTrace>,
    /// How long it took, in milliseconds.
    pub elapsed_ms: f64,
}

impl Attempt {
    /// Gives what came of an attempt, which took this long.
    #[must_use]
    pub fn of(number: u32, finding: &Finding, elapsed_ms: f64) -> Self {
        let Finding { outcome, reason, message, evidence, steps, .. } = finding.clone();
        Self { number, outcome, reason, message, evidence, steps, elapsed_ms }
    }

    /// Gives the attempt without any secret that `redactor` knows.
    #[must_use]
    pub fn redacted(mut self, redactor: &Redactor) -> Self {
        redactor.clean(&mut self.message);
        self.evidence.redact(redactor);
        self.steps.iter_mut().for_each(|step| step.redact(redactor));
        self
    }
}
