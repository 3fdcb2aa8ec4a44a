//! What a load generator measured.

use serde::{Deserialize, Serialize};

/// Holds what came of a workload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Samples {
    /// By kind of request, in the order of the workload.
    pub requests: Vec<RequestSamples>,
    /// How long was measured, warm-up not included, in seconds.
    pub seconds: f64,
    /// How many requests goose itself counted.
    pub counted_by_goose: u64,
    /// CPU time of the generator as a share of all cores that it may use, from 0 to 1.
    pub generator_busy: f64,
    /// The first few things that went wrong, for a person.
    pub troubles: Vec<String>,
}

/// Holds what came of one kind of request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct RequestSamples {
    pub name: String,
    /// Correct responses over the whole run.
    pub correct: u64,
    /// Responses that were not what was expected, over the whole run.
    pub wrong: u64,
    /// Requests without a response, over the whole run.
    pub failed: u64,
    /// Correct responses after the warm-up, and how long they took, send to last byte.
    pub measured: u64,
    pub p50_ms: f64,
    pub p95_ms: f64,
    pub p99_ms: f64,
    pub max_ms: f64,
}

impl Samples {
    /// Gives how many requests were sent.
    pub fn sent(&self) -> u64 {
        self.requests.iter().map(|r| r.correct + r.wrong + r.failed).sum()
    }

    /// Gives how many of them got no correct response.
    pub fn unanswered(&self) -> u64 {
        self.requests.iter().map(|r| r.wrong + r.failed).sum()
    }

    /// Gives how many correct responses were measured.
    pub fn measured(&self) -> u64 {
        self.requests.iter().map(|r| r.measured).sum()
    }

    /// Whether a single response came back, right or wrong.
    pub fn got_any_response(&self) -> bool {
        self.requests.iter().any(|r| r.correct + r.wrong > 0)
    }
}
