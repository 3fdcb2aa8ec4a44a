//! What a load generator is told.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::suite::{Expectation, FilledLoadRequest, LoadCase};

/// Is everything that a load generator needs to know; nothing in it names a variable any more.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Workload {
    pub requests: Vec<Request>,
    pub users: u32,
    pub ramp: Duration,
    pub hold: Duration,
    pub think: Duration,
    pub warm_up: Duration,
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
            users: case.users,
            ramp: case.ramp,
            hold: case.hold,
            think: case.think,
            warm_up: case.warm_up,
        }
    }

    /// Gives how long it takes in all.
    pub fn length(&self) -> Duration {
        self.ramp + self.hold
    }
}
