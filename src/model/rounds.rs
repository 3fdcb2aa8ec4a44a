//! Rounds of a load, as they are measured and kept.

use serde::{Deserialize, Serialize};

use super::Fingerprint;

/// Is one number that a round gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Number {
    /// What was measured, such as `p95 of GET /orders`.
    pub metric: String,
    /// The number, without a unit.
    pub value: f64,
}

impl Number {
    /// Joins a metric with its value.
    #[must_use]
    pub fn new(metric: impl Into<String>, value: f64) -> Self {
        Self { metric: metric.into(), value }
    }
}

/// Holds the numbers of one round: a warm-up and a fixed load against one side.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// The numbers, each metric once.
    pub numbers: Vec<Number>,
}

impl Round {
    /// Gives the number of a metric; none where the round did not measure it.
    #[must_use]
    pub fn get(&self, metric: &str) -> Option<f64> {
        self.numbers.iter().find(|number| number.metric == metric).map(|number| number.value)
    }
}

/// Holds the rounds of one release under one load case, for a later release to be held against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptRounds {
    /// The load case, as `suite/case`.
    pub case: String,
    /// The environment that was measured.
    pub environment: String,
    /// The release that ran, where the target told.
    pub release: Option<String>,
    /// When the first round began, RFC 3339 in UTC.
    pub started: String,
    /// Where and how it was measured.
    pub fingerprint: Fingerprint,
    /// The rounds, in the order in which they were measured.
    pub rounds: Vec<Round>,
}

/// Holds by how much a load case differed from itself where nothing had changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// The load case, as `suite/case`.
    pub case: String,
    /// The environment that was measured.
    pub environment: String,
    /// When the first round began, RFC 3339 in UTC.
    pub started: String,
    /// Where and how it was measured.
    pub fingerprint: Fingerprint,
    /// Of how many pairs of rounds it was estimated.
    pub pairs: usize,
    /// The noise of each metric in percent.
    pub noise: Vec<Number>,
}
