//! What was seen in a stretch of a load: a second of it, or a rate of several.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::RequestSoFar;

/// Holds what was seen in one second of a load.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LoadSecond {
    /// When the second began, in seconds after the first request.
    pub at: u32,
    /// How many requests were due; none where users wait for answers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub due: Option<u64>,
    /// How many requests were sent.
    pub sent: u64,
    /// How many correct responses ended.
    pub correct: u64,
    /// How many wrong responses ended.
    pub wrong: u64,
    /// How many requests ended without a response.
    pub failed: u64,
    /// How many requests were under way at its end, those that wait for a connection too.
    pub under_way: u64,
    /// Half of the correct responses took at most this long, in milliseconds; none where there were too few to tell.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p50_ms: Option<f64>,
    /// 95 % of them, where there were as many as that takes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p95_ms: Option<f64>,
    /// 99 % of them, where there were as many as that takes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p99_ms: Option<f64>,
    /// All of them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub max_ms: Option<f64>,
    /// 99 % of the requests were sent at most so much later than they should have been, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lag_p99_ms: Option<f64>,
    /// How busy the generator's busiest core was, from 0 to 1.
    pub busy: f64,
    /// What came of each request so far: told while the load runs, not kept.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub requests: Vec<RequestSoFar>,
}

/// Holds what was seen at one of several rates.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepRecord {
    /// The rate that was offered, in requests a second.
    pub rate: f64,
    /// When it began, in milliseconds after the first request.
    pub from_ms: f64,
    /// How long it lasted, in milliseconds.
    pub lasts_ms: f64,
    /// How many requests were due.
    pub due: u64,
    /// How many correct responses ended.
    pub correct: u64,
    /// How many wrong responses ended.
    pub wrong: u64,
    /// How many requests ended without a response.
    pub failed: u64,
    /// Half of the correct responses took at most this long, in milliseconds; none where there were too few to tell.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p50_ms: Option<f64>,
    /// 95 % of them, where there were as many as that takes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p95_ms: Option<f64>,
    /// 99 % of them, where there were as many as that takes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p99_ms: Option<f64>,
    /// All of them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub max_ms: Option<f64>,
    /// 99 % of the requests were taken up at most so much later than they were due, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lag_p99_ms: Option<f64>,
    /// How busy the generator's busiest core was in its busiest second, from 0 to 1.
    pub busy: f64,
    /// What was too much for the target at this rate; none where every bound was kept.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub broken: Option<String>,
    /// Why the generator did not offer this rate; none where it did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unoffered: Option<String>,
    /// Why nothing shows of the target at this rate although it was offered; none where something does.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub untold: Option<String>,
}

impl StepRecord {
    /// Whether the rate was offered, and every bound kept.
    #[must_use]
    pub const fn is_held(&self) -> bool {
        self.broken.is_none() && self.unoffered.is_none() && self.untold.is_none()
    }
}
