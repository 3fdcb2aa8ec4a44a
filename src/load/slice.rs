//! One second of a load, while it is counted.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::{Histogram, LoadSecond, RequestSoFar};

/// Counts what happens in one second.
#[derive(Debug, Clone, Default)]
pub(super) struct Slice {
    /// When it began, in seconds after the first request.
    pub at: u32,
    pub due: Option<u64>,
    pub sent: u64,
    pub correct: u64,
    pub wrong: u64,
    pub failed: u64,
    pub under_way: u64,
    pub response: Histogram,
    /// The times that are judged, of each request that has any.
    pub judged: BTreeMap<usize, Histogram>,
    pub lag: Histogram,
    pub busy: f64,
    /// What was seen of each bound on response times.
    pub held: Vec<Held>,
    /// What came of each request since the beginning, when this second was over.
    pub so_far: Vec<RequestSoFar>,
}

/// Counts how a bound on response times was kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Held {
    /// How many responses it bounds.
    pub of: u64,
    /// How many of these took longer.
    pub over: u64,
}

impl Slice {
    pub fn of(at: u32) -> Self {
        Self { at, ..Self::default() }
    }

    /// Takes down a time that is judged.
    pub fn judge(&mut self, request: usize, response: Duration) {
        self.judged.entry(request).or_default().record(response);
    }

    /// Adds what came of each request at another core by the end of the same second.
    pub fn add_so_far(&mut self, other: &[RequestSoFar]) {
        if self.so_far.is_empty() {
            self.so_far = other.to_vec();
            return;
        }
        for (own, other) in self.so_far.iter_mut().zip(other) {
            own.correct += other.correct;
            own.wrong += other.wrong;
            own.failed += other.failed;
            own.response.add(&other.response);
        }
    }

    /// Adds what another core counted in the same second, or the same core in another.
    pub fn add(&mut self, other: &Self) {
        self.sent += other.sent;
        self.correct += other.correct;
        self.wrong += other.wrong;
        self.failed += other.failed;
        self.under_way += other.under_way;
        self.response.add(&other.response);
        for (request, times) in &other.judged {
            self.judged.entry(*request).or_default().add(times);
        }
        self.lag.add(&other.lag);
        self.busy = self.busy.max(other.busy);
        self.held.resize(self.held.len().max(other.held.len()), Held::default());
        for (own, other) in self.held.iter_mut().zip(&other.held) {
            own.of += other.of;
            own.over += other.over;
        }
    }

    /// Says in numbers what was counted.
    pub fn second(&self) -> LoadSecond {
        let at = |share: f64| self.response.percentile(share).map(|time| time.0);
        LoadSecond {
            at: self.at,
            due: self.due,
            sent: self.sent,
            correct: self.correct,
            wrong: self.wrong,
            failed: self.failed,
            under_way: self.under_way,
            p50_ms: at(0.50),
            p95_ms: at(0.95),
            p99_ms: at(0.99),
            max_ms: self.response.max().map(|time| time.0),
            lag_p99_ms: self.lag.quantile(0.99).map(|time| time.0),
            busy: self.busy,
            requests: Vec::new(),
        }
    }
}
