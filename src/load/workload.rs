//! What a load generator is told.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::{Rate, Schedule, Spread, Stage, show_duration};
use crate::protocol::TlsOptions;
use crate::suite::{
    Capture, Draft, Feed, FillError, FilledLoadRequest, LoadCase, LoadRequest, Offer, ReadyJourney,
    Steps,
};

/// How long one request may take before it counts as unanswered, unless something else is said.
const REQUEST_LIMIT: Duration = Duration::from_secs(30);

/// Decides which of several journeys an arrival makes, and which row of a feed it gets where that is by chance; always
/// the same one, so that a load can be made again.
pub(super) const SEED: u64 = 1;

/// Is everything that a load generator needs to know.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Workload {
    /// Everything that is sent, in the order in which its numbers are told.
    pub requests: Vec<Request>,
    /// In which order visitors send it.
    pub journeys: Vec<Journey>,
    /// The rows that visitors get.
    pub feed: Option<Feed>,
    /// What each visitor's `${unique}` begins with.
    pub unique: String,
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

impl Ends {
    fn of(case: &LoadCase) -> Self {
        match case.offer {
            Offer::Stress { .. } => Self::WhenBroken,
            _ if case.abort => Self::WhenLost,
            _ => Self::AtItsTime,
        }
    }
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

impl Model {
    fn of(offer: &Offer) -> Self {
        let arrivals = |schedule: Schedule, connections: u32| {
            Self::Arrivals(Arrivals { schedule, connections, seed: SEED })
        };
        match offer {
            Offer::Users { users, ramp, hold, think } => {
                Self::Users(Users { count: *users, ramp: *ramp, hold: *hold, think: *think })
            }
            Offer::Arrivals { schedule, connections } => arrivals(schedule.clone(), *connections),
            Offer::Stress { steps, connections } => arrivals(schedule_of(*steps), *connections),
        }
    }
}

/// Gives the schedule of rates that follow each other.
fn schedule_of(steps: Steps) -> Schedule {
    let stage = |rate: Rate| Stage { from: rate, to: rate, lasts: steps.every };
    Schedule { stages: steps.rates().map(stage).collect(), spread: Spread::Even }
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

/// Is one request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Request {
    pub name: String,
    /// How long the visitor waits before it.
    pub think: Duration,
    pub text: Text,
    /// What is kept of a correct response.
    pub captures: Vec<Capture>,
    /// Whom its connection trusts and what it shows of itself; none for the host's own certificates.
    pub tls: Option<TlsOptions>,
}

/// Is what is sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Text {
    /// The same each time.
    Fixed(FilledLoadRequest),
    /// Filled for each visitor.
    Filled(Box<LoadRequest>),
}

/// Is what one visitor sends, step by step; a request alone is a journey of one step.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Journey {
    pub name: String,
    /// How often it is begun beside the others; at least one.
    pub weight: u32,
    /// What is made for each visitor at the beginning, each after those that it may name.
    pub values: Vec<(String, Draft)>,
    /// Its requests, by their place among all; at least one.
    pub steps: Vec<usize>,
}

/// Gives what there is, each once and in the order of its first place, and which of it stands at each place.
pub(super) fn distinct<T: PartialEq>(all: impl Iterator<Item = T>) -> (Vec<T>, Vec<usize>) {
    let mut known: Vec<T> = Vec::new();
    let places = all.map(|item| {
        known.iter().position(|known| *known == item).unwrap_or_else(|| {
            known.push(item);
            known.len() - 1
        })
    });
    let places = places.collect();
    (known, places)
}

impl Request {
    fn new(request: LoadRequest) -> Result<Self, FillError> {
        let is_fixed = request.names().next().is_none();
        let (name, think, captures, tls) =
            (request.name.clone(), request.think, request.captures.clone(), request.tls.clone());
        let text = if is_fixed {
            Text::Fixed(request.fill(&|_: &str| None)?)
        } else {
            Text::Filled(Box::new(request))
        };
        Ok(Self { name, think, text, captures, tls })
    }
}

impl Workload {
    /// Joins a load case with what is sent; `unique` begins each visitor's `${unique}`.
    pub fn new(
        case: &LoadCase,
        ready: Vec<ReadyJourney>,
        unique: String,
    ) -> Result<Self, FillError> {
        let (mut requests, mut journeys) = (Vec::new(), Vec::new());
        for ReadyJourney { name, weight, values, steps } in ready {
            let first = requests.len();
            for step in steps {
                requests.push(Request::new(step)?);
            }
            journeys.push(Journey {
                name,
                weight,
                values,
                steps: (first..requests.len()).collect(),
            });
        }
        Ok(Self {
            requests,
            journeys,
            feed: case.feed.clone(),
            unique,
            model: Model::of(&case.offer),
            warm_up: case.warm_up,
            request_limit: REQUEST_LIMIT,
            bounds: Bounds::default(),
            ends: Ends::of(case),
        })
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
