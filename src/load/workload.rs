//! What a load generator is told.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{Schedule, show_duration};
use crate::suite::{Expectation, FilledLoadRequest, LoadCase};

/// How long one request may take before it counts as unanswered, unless something else is said.
const REQUEST_LIMIT: Duration = Duration::from_secs(30);

/// Is everything that a load generator needs to know; nothing in it names a variable any more.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Workload {
    pub requests: Vec<Request>,
    pub model: Model,
    /// How much of the beginning is not measured, beside the ramp of users.
    pub warm_up: Duration,
    /// How long one request may take before it counts as unanswered.
    pub request_limit: Duration,
    /// What the numbers must keep to, for what ends before its time.
    pub bounds: Bounds,
    pub ends: Ends,
}

/// Says when a load ends; only arrivals can be told to end early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ends {
    /// When its time is over.
    AtItsTime,
    /// As soon as a bound is certainly broken, whatever the rest may bring.
    WhenLost,
    /// After the first stage that breaks a bound, or that the generator cannot keep up with.
    WhenBroken,
}

/// Holds what the numbers of a load must keep to.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Bounds {
    /// The share of requests that may go without a correct response, from 0 to 1.
    pub errors: Option<f64>,
    pub response: Vec<ResponseBound>,
}

/// Bounds a percentile of response times.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ResponseBound {
    /// Which of the requests; all of them together where none is said.
    pub request: Option<usize>,
    /// The share of them, from 0 to 1, that must not take longer; 1 for the longest of all.
    pub share: f64,
    pub limit: Duration,
}

/// Says what makes the next request be sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Model {
    /// The answer to the one before: each user waits for it (closed model).
    Users(Users),
    /// The clock alone (open model).
    Arrivals(Arrivals),
}

/// Are those who wait for answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Users {
    pub count: u32,
    /// How long it takes until all of them are there.
    pub ramp: Duration,
    /// How long all of them stay.
    pub hold: Duration,
    /// How long a user waits between two requests.
    pub think: Duration,
}

/// Is what comes whether or not there were answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Arrivals {
    pub schedule: Schedule,
    /// How many connections may be open at once.
    pub connections: u32,
    /// What decides which of several requests an arrival is.
    pub seed: u64,
}

/// Is one kind of request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Request {
    pub name: String,
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub json: Option<Value>,
    pub weight: u32,
    pub expect: Expectation<Value>,
}

impl Workload {
    /// Joins a load case with its requests after their names were replaced.
    pub fn new(case: &LoadCase, filled: Vec<FilledLoadRequest>) -> Self {
        let requests = case.requests.iter().zip(filled).map(|(request, filled)| Request {
            name: request.name.clone(),
            method: request.method.to_string(),
            url: filled.url,
            headers: filled.headers.into_iter().map(|(n, v)| (n.to_string(), v)).collect(),
            json: filled.json,
            weight: request.weight,
            expect: filled.expect,
        });
        Self {
            requests: requests.collect(),
            model: Model::Users(Users {
                count: case.users,
                ramp: case.ramp,
                hold: case.hold,
                think: case.think,
            }),
            warm_up: case.warm_up,
            request_limit: REQUEST_LIMIT,
            bounds: Bounds::default(),
            ends: Ends::AtItsTime,
        }
    }

    /// Gives for how long requests are sent.
    pub fn length(&self) -> Duration {
        match &self.model {
            Model::Users(users) => users.ramp + users.hold,
            Model::Arrivals(arrivals) => arrivals.schedule.lasts(),
        }
    }

    /// Gives how much of the beginning is not measured.
    pub fn skipped(&self) -> Duration {
        match &self.model {
            Model::Users(users) => users.ramp + self.warm_up,
            Model::Arrivals(_) => self.warm_up,
        }
    }

    /// Says how the load is offered.
    pub fn offered_as(&self) -> String {
        match &self.model {
            Model::Users(users) => {
                let s = if users.count == 1 { "" } else { "s" };
                format!("{} user{s} for {}", users.count, show_duration(self.length()))
            }
            Model::Arrivals(arrivals) => arrivals.schedule.to_string(),
        }
    }
}

impl ResponseBound {
    /// Names it as a person would: `p95`, `p99.9`, `the longest time`.
    pub fn name(&self) -> String {
        if self.share >= 1.0 {
            "the longest time".into()
        } else {
            format!("p{}", percent(self.share))
        }
    }
}

/// Gives a share in percent without what a binary fraction adds to it.
fn percent(share: f64) -> f64 {
    (share * 1e6).round() / 1e4
}
