//! Load cases: who asks for what, how often, for how long.

use std::time::Duration;

use super::case::SecretName;
use super::draft::Draft;
use super::feed::Feed;
use super::load_limits::LoadLimits;
use super::load_request::LoadRequest;
use crate::model::{Place, Rate, Schedule, Span};

/// Is one case of a suite of the level `load`: the room `load` performs it.
#[derive(Debug, Clone)]
pub struct LoadCase {
    /// Its name, unlike every other of the suite.
    pub name: String,
    /// Where it is written.
    pub place: Place,
    /// Where its name is written.
    pub span: Span,
    /// What visitors do; at least one of it, and at least one request with a demand on its status.
    pub journeys: Vec<Journey>,
    /// The rows that give `${feed.…}` its values.
    pub feed: Option<Feed>,
    /// How many visitors there are.
    pub offer: Offer,
    /// How much of the beginning is not measured, after the ramp of users.
    pub warm_up: Duration,
    /// What the numbers of all requests must keep to, beside the thresholds of the environment.
    pub limits: LoadLimits,
    /// What those of one request must keep to.
    pub limits_of: Vec<RequestLimits>,
    /// Whether the load ends as soon as it is certain that it does not keep to its limits.
    pub abort: bool,
}

/// Says how many visitors there are at a time, or how many come.
#[derive(Debug, Clone, PartialEq)]
pub enum Offer {
    /// So many users, each of whom waits for an answer before asking again.
    Users {
        /// How many, at least one.
        users: u32,
        /// How long it takes until all of them are there.
        ramp: Duration,
        /// How long all of them stay; never zero.
        hold: Duration,
        /// How long a user waits between two requests.
        think: Duration,
    },
    /// Visitors who come when they are due, whatever became of those before.
    Arrivals {
        /// When they are due.
        schedule: Schedule,
        /// How many connections there are at most.
        connections: u32,
    },
    /// Arrivals at one rate after another, until the target holds one no longer.
    Stress {
        /// The rates.
        steps: Steps,
        /// How many connections there are at most.
        connections: u32,
    },
}

/// Is a row of rates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Steps {
    /// The first rate.
    pub from: Rate,
    /// By how much each is higher than the one before.
    pub by: Rate,
    /// How long each lasts.
    pub every: Duration,
    /// The last rate at most.
    pub up_to: Rate,
}

impl Steps {
    /// Gives the rates, in order.
    pub fn rates(self) -> impl Iterator<Item = Rate> {
        let rate = move |step: u32| Rate(f64::from(step).mul_add(self.by.0, self.from.0));
        (0..).map(rate).take_while(move |rate| rate.0 <= self.up_to.0)
    }
}

impl Offer {
    /// Gives how long it takes in all, and how much of it is before the warm-up.
    #[must_use]
    pub fn lasts(&self) -> Duration {
        match self {
            Self::Users { ramp, hold, .. } => *ramp + *hold,
            Self::Arrivals { schedule, .. } => schedule.lasts(),
            Self::Stress { steps, .. } => steps.rates().map(|_| steps.every).sum(),
        }
    }
}

/// Is what one visitor does, step by step, with cookies and captures that nobody else has.
///
/// A request that is written alone is a journey of one step.
#[derive(Debug, Clone)]
pub struct Journey {
    /// Its name.
    pub name: String,
    /// How often it is begun beside the others; at least one.
    pub weight: u32,
    /// What its names stand for where it is a case of another suite; else what those of its own suite do.
    pub given: Option<Given>,
    /// Its requests, in order; empty until it is taken over from its case.
    pub steps: Vec<LoadRequest>,
    /// The case of another suite that it is, until its steps were taken over.
    pub borrowed: Option<Borrowed>,
}

/// Holds what the names of a case stand for.
#[derive(Debug, Clone)]
pub struct Given {
    /// The values that come from outside.
    pub secrets: Vec<SecretName>,
    /// The values that it names, each after those that it may name itself.
    pub values: Vec<(String, Draft)>,
}

/// Names a case of another suite.
#[derive(Debug, Clone)]
pub struct Borrowed {
    /// The case.
    pub case: String,
    /// Its suite.
    pub suite: String,
    /// Where it is named.
    pub span: Span,
    /// How long a visitor waits between its steps.
    pub between: Duration,
}

impl Journey {
    /// Makes one of these steps that is begun as often as any other, and has nothing given.
    pub(super) const fn of(name: String, steps: Vec<LoadRequest>) -> Self {
        Self { name, weight: 1, given: None, steps, borrowed: None }
    }
}

/// Holds what the numbers of one request must keep to.
#[derive(Debug, Clone)]
pub struct RequestLimits {
    /// The name of the request.
    pub request: String,
    /// Where it is named.
    pub span: Span,
    /// What its numbers must keep to; its resources are not among them.
    pub limits: LoadLimits,
}

impl LoadCase {
    /// Gives every request, in the order in which its numbers are told.
    pub fn requests(&self) -> impl Iterator<Item = &LoadRequest> {
        self.journeys.iter().flat_map(|journey| &journey.steps)
    }
}
