//! Load cases: which requests, by how many users, for how long.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::HeaderName;
use serde_json::Value;

use super::draft::{Draft, Names, fill_template};
use super::expectation::Expectation;
use crate::model::{Percent, Place, Rate, Template, TemplateError};

/// Is one case of a suite of the level `load`: the room `load` performs it.
#[derive(Debug, Clone)]
pub struct LoadCase {
    /// Its name, unlike every other of the suite.
    pub name: String,
    /// Where it is written.
    pub place: Place,
    /// What the users ask for, at least one request, at least one with a demand on its status.
    pub requests: Vec<LoadRequest>,
    /// How many users, at least one.
    pub users: u32,
    /// How long it takes until all of them are there.
    pub ramp: Duration,
    /// How long all of them stay; never zero.
    pub hold: Duration,
    /// How long a user waits between two requests.
    pub think: Duration,
    /// How much of the beginning is not measured.
    pub warm_up: Duration,
    /// What the numbers must keep to, beside the thresholds of the environment.
    pub limits: LoadLimits,
}

/// Is one request of a load case.
#[derive(Debug, Clone)]
pub struct LoadRequest {
    /// Its name; what its numbers are reported under.
    pub name: String,
    /// The method.
    pub method: Method,
    /// The whole address.
    pub url: Template,
    /// The headers.
    pub headers: Vec<(HeaderName, Template)>,
    /// The JSON body, where it has one.
    pub json: Option<Draft>,
    /// How often it is asked beside the others; at least one.
    pub weight: u32,
    /// What a correct response is; `time` is not among it, because [`LoadLimits`] says that.
    pub expect: Expectation,
}

/// Holds what the numbers of a load case must keep to; what is not said is not asked.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct LoadLimits {
    /// Half of the responses are quicker.
    pub p50: Option<Duration>,
    /// 95 % of the responses are quicker.
    pub p95: Option<Duration>,
    /// 99 % of the responses are quicker.
    pub p99: Option<Duration>,
    /// The fewest correct responses per second.
    pub throughput: Option<Rate>,
    /// Fewer responses than this share are wrong or missing.
    pub errors: Option<Percent>,
}

/// Is a request of a load case with every name replaced.
#[derive(Debug, Clone)]
pub struct FilledLoadRequest {
    /// The whole address.
    pub url: String,
    /// The headers; a JSON body's own `content-type` is not among them.
    pub headers: Vec<(HeaderName, String)>,
    /// The JSON body, where it has one.
    pub json: Option<Value>,
    /// What a correct response is; see [`super::check_response`].
    pub expect: Expectation<Value>,
}

impl LoadRequest {
    /// Replaces every name.
    ///
    /// # Errors
    ///
    /// When a name has no value.
    pub fn fill(&self, names: &impl Names) -> Result<FilledLoadRequest, TemplateError> {
        let header = |(name, value): &(HeaderName, Template)| {
            Ok((name.clone(), fill_template(value, names)?))
        };
        Ok(FilledLoadRequest {
            url: fill_template(&self.url, names)?,
            headers: self.headers.iter().map(header).collect::<Result<_, _>>()?,
            json: self.json.as_ref().map(|json| json.fill(names)).transpose()?,
            expect: self.expect.fill(names)?,
        })
    }
}
