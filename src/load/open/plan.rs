//! What every core knows.

use std::sync::Arc;
use std::time::Duration;

use tokio_rustls::TlsConnector;

use super::request::{Origin, Prepared, prepare};
use crate::load::LoadError;
use crate::load::workload::{Arrivals, Workload};
use crate::model::{Chance, Schedule};
use crate::protocol::TlsOptions;

/// Holds what all cores share.
pub(super) struct Plan {
    pub schedule: Schedule,
    pub requests: Vec<Prepared>,
    pub origins: Vec<Origin>,
    /// One for all: reading the root certificates costs as much as thousands of requests.
    pub tls: TlsConnector,
    pub request_limit: Duration,
    /// How many of the weights belong to each request and those before it.
    weights: Vec<u64>,
    seed: u64,
}

impl Plan {
    /// Makes ready whatever can be made ready before the first request.
    pub fn new(workload: &Workload, arrivals: &Arrivals) -> Result<Self, LoadError> {
        let (requests, origins) = prepare(&workload.requests)?;
        let config = TlsOptions::default().client_config().map_err(LoadError::Tls)?;
        let sum = |before: &mut u64, weight: u32| {
            *before += u64::from(weight);
            Some(*before)
        };
        let weights = workload.requests.iter().map(|request| request.weight);
        Ok(Self {
            schedule: arrivals.schedule.clone(),
            requests,
            origins,
            tls: TlsConnector::from(Arc::new(config)),
            request_limit: workload.request_limit,
            weights: weights.scan(0, sum).collect(),
            seed: arrivals.seed,
        })
    }

    /// Gives which request an arrival is; the same for the same seed, whichever core asks.
    pub fn choose(&self, arrival: u64) -> usize {
        let [.., all] = self.weights[..] else { return 0 };
        if self.weights.len() == 1 {
            return 0;
        }
        // Turned round, because the distances of arrivals may be of the same seed.
        let drawn = Chance::after(!self.seed, arrival).below(all);
        self.weights.partition_point(|weight| *weight <= drawn)
    }
}
