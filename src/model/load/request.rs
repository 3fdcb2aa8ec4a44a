//! What was measured of one request.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Histogram, is_zero};

/// Holds what was measured of one request.
///
/// The histograms hold what was due in the measured time: correct responses, and in [`Self::response`] also what was
/// given up on, with the time that it had taken by then, because a percentile without those would flatter. The
/// counts hold everything that was due, because a warm-up does not excuse an error.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RequestRecord {
    /// Its name.
    pub name: String,
    /// How many responses were as expected.
    pub correct: u64,
    /// How many responses were not as expected, or broke off.
    pub wrong: u64,
    /// How many requests got no response.
    pub failed: u64,
    /// How many were due and were not ended when the load was.
    pub unfinished: u64,
    /// How many of these had waited by then for as long as one request may take.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub overdue: u64,
    /// How many correct responses ended within the measured time: what a throughput counts.
    pub measured: u64,
    /// From when it should have been sent to the last byte of its response: the time that is judged.
    pub response: Histogram,
    /// From when it was sent to the last byte.
    pub service: Histogram,
    /// From when it should have been sent to when the generator took it up: what is the generator's own fault. Waiting
    /// for a connection is not, where all are busy.
    pub lag: Histogram,
    /// From when it was sent to the first byte of the response.
    pub first_byte: Histogram,
}

/// Is what came of one request so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RequestSoFar {
    /// Its name.
    pub name: String,
    /// How many responses were as expected.
    pub correct: u64,
    /// How many were not.
    pub wrong: u64,
    /// How many requests got no whole response.
    pub failed: u64,
    /// The times that are judged by now.
    pub response: Histogram,
}

impl RequestRecord {
    /// Adds what another generator measured of the same request.
    pub fn add(&mut self, other: &Self) {
        self.correct += other.correct;
        self.wrong += other.wrong;
        self.failed += other.failed;
        self.unfinished += other.unfinished;
        self.overdue += other.overdue;
        self.measured += other.measured;
        self.response.add(&other.response);
        self.service.add(&other.service);
        self.lag.add(&other.lag);
        self.first_byte.add(&other.first_byte);
    }

    /// Gives how many were due: sent, or left unfinished.
    #[must_use]
    pub const fn sent(&self) -> u64 {
        self.correct + self.incorrect()
    }

    /// Gives how many got no correct response.
    #[must_use]
    pub const fn incorrect(&self) -> u64 {
        self.wrong + self.failed + self.unfinished
    }
}
