//! What every core knows.

use std::sync::Arc;

use reqwest::Url;
use serde_json::Value;
use tokio_rustls::TlsConnector;

use super::request::{Origin, Prepared};
use crate::load::LoadError;
use crate::load::workload::{Arrivals, Journey, Text, Workload};
use crate::model::{Chance, Schedule};
use crate::protocol::TlsOptions;
use crate::suite::{Expectation, FilledLoadRequest};

/// Holds what all cores share.
pub(super) struct Plan {
    pub workload: Workload,
    pub schedule: Schedule,
    /// Each request that is the same for everybody, made once.
    pub prepared: Vec<Option<Prepared>>,
    /// Where those go to.
    pub origins: Vec<Arc<Origin>>,
    /// The terms of TLS, each once for all: reading the root certificates costs as much as thousands of requests.
    pub terms: Vec<TlsConnector>,
    /// Which of them each request has.
    pub terms_of: Vec<usize>,
    /// How many of the weights belong to each journey and those before it.
    weights: Vec<u64>,
    seed: u64,
}

impl Plan {
    /// Makes ready whatever can be made ready before the first request.
    pub fn new(workload: &Workload, arrivals: &Arrivals) -> Result<Self, LoadError> {
        let (terms, terms_of) = terms(workload)?;
        let mut origins = Vec::new();
        let mut prepared = Vec::new();
        for (request, terms) in workload.requests.iter().zip(&terms_of) {
            let refuse = |cause| LoadError::Request { name: request.name.clone(), cause };
            prepared.push(match &request.text {
                Text::Fixed(fixed) => Some(prepare(fixed, *terms, &mut origins).map_err(refuse)?),
                Text::Filled(_) => None,
            });
        }
        let sum = |before: &mut u64, weight: u32| {
            *before += u64::from(weight);
            Some(*before)
        };
        let weights = workload.journeys.iter().map(|journey| journey.weight);
        Ok(Self {
            workload: workload.clone(),
            schedule: arrivals.schedule.clone(),
            prepared,
            origins,
            terms,
            terms_of,
            weights: weights.scan(0, sum).collect(),
            seed: arrivals.seed,
        })
    }

    /// Gives which journey an arrival makes; the same for the same seed, whichever core asks.
    pub fn journey(&self, arrival: u64) -> &Journey {
        let [.., all] = self.weights[..] else { unreachable!("a workload has a journey") };
        if self.weights.len() == 1 {
            return &self.workload.journeys[0];
        }
        // Turned round, because the distances of arrivals may be of the same seed.
        let drawn = Chance::after(!self.seed, arrival).below(all);
        let index = self.weights.partition_point(|weight| *weight <= drawn);
        &self.workload.journeys[index]
    }

    /// Gives the one request of a journey that is the same for everybody and keeps nothing.
    pub fn alone(&self, journey: &Journey) -> Option<(&Prepared, &Expectation<Value>)> {
        let [index] = journey.steps[..] else { return None };
        let request = &self.workload.requests[index];
        let is_bare = request.captures.is_empty() && request.think.is_zero();
        match &request.text {
            Text::Fixed(fixed) if is_bare && journey.values.is_empty() => {
                Some((self.prepared[index].as_ref()?, &fixed.expect))
            }
            _ => None,
        }
    }
}

/// Gives the terms of TLS that there are, and which of them each request has.
fn terms(workload: &Workload) -> Result<(Vec<TlsConnector>, Vec<usize>), LoadError> {
    let mut known: Vec<TlsOptions> = Vec::new();
    let mut terms_of = Vec::with_capacity(workload.requests.len());
    for request in &workload.requests {
        let options = request.tls.clone().unwrap_or_default();
        let index = known.iter().position(|known| *known == options);
        terms_of.push(index.unwrap_or(known.len()));
        if index.is_none() {
            known.push(options);
        }
    }
    let connector =
        |options: &TlsOptions| Ok(TlsConnector::from(Arc::new(options.client_config()?)));
    let terms = known.iter().map(connector).collect::<Result<_, _>>().map_err(LoadError::Tls)?;
    Ok((terms, terms_of))
}

fn prepare(
    request: &FilledLoadRequest,
    terms: usize,
    origins: &mut Vec<Arc<Origin>>,
) -> Result<Prepared, String> {
    let url = Url::parse(&request.url).map_err(|cause| cause.to_string())?;
    let index = Origin::place(origins, &url, terms)?;
    Prepared::new(request, &url, index)
}
