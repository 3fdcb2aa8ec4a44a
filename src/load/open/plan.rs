//! What every core knows.

use std::sync::Arc;

use reqwest::Url;
use serde_json::Value;

use super::request::{Origin, Prepared};
use super::terms::Terms;
use crate::load::LoadError;
use crate::load::workload::{Arrivals, Journey, Text, Workload};
use crate::model::{Chance, Schedule};
use crate::suite::{Expectation, FilledLoadRequest};

/// Holds what all cores share.
pub(super) struct Plan {
    pub workload: Workload,
    pub schedule: Schedule,
    /// Each request that is the same for everybody, made once.
    pub prepared: Vec<Option<Prepared>>,
    /// Where those go to.
    pub origins: Vec<Arc<Origin>>,
    /// By which terms connections speak TLS.
    pub terms: Vec<Terms>,
    /// Which of them each request has.
    pub terms_of: Vec<usize>,
    /// How many of the weights belong to each journey and those before it.
    weights: Vec<u64>,
    seed: u64,
}

impl Plan {
    /// Makes ready whatever can be made ready before the first request.
    pub fn new(workload: &Workload, arrivals: &Arrivals) -> Result<Self, LoadError> {
        let (terms, terms_of) = Terms::of(workload);
        let mut origins = Vec::new();
        let mut prepared = Vec::new();
        for (request, terms) in workload.requests.iter().zip(&terms_of) {
            let refuse = |cause| LoadError::Request { name: request.name.clone(), cause };
            prepared.push(match &request.text {
                Text::Fixed(fixed) => Some(prepare(fixed, *terms, &mut origins).map_err(refuse)?),
                Text::Filled(_) => None,
            });
        }
        // What cannot be read is told before the first request.
        for origin in origins.iter().filter(|origin| origin.tls.is_some()) {
            terms[origin.terms].connector().map_err(LoadError::Tls)?;
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

fn prepare(
    request: &FilledLoadRequest,
    terms: usize,
    origins: &mut Vec<Arc<Origin>>,
) -> Result<Prepared, String> {
    let url = Url::parse(&request.url).map_err(|cause| cause.to_string())?;
    let index = Origin::place(origins, &url, terms)?;
    Prepared::new(request, &url, index)
}
