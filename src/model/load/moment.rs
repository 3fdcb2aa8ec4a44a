//! What a load shows while it runs.

use std::collections::BTreeMap;

use super::{Limited, LoadLimit, LoadSecond, RequestSoFar, ResourceReading};
use crate::model::Redactor;

/// Is what a load shows while it runs, once a second.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LoadMoment {
    /// The case.
    pub case: String,
    /// How the load is offered, as a person would say it.
    pub offered_as: String,
    /// How long it takes in all, in seconds.
    pub lasts: f64,
    /// The second that has just passed.
    pub second: LoadSecond,
    /// How many requests were sent so far.
    pub sent: u64,
    /// How many of them got no correct response.
    pub incorrect: u64,
    /// What came of each request so far.
    pub requests: Vec<RequestSoFar>,
    /// The last reading of each service.
    pub resources: BTreeMap<String, ResourceReading>,
    /// What the load is held to.
    pub limits: Vec<LoadLimit>,
}

impl LoadMoment {
    /// Gives the moment without any secret that `redactor` knows.
    #[must_use]
    pub fn redacted(mut self, redactor: &Redactor) -> Self {
        let names = self.requests.iter_mut().map(|request| &mut request.name);
        for text in names.chain([&mut self.case, &mut self.offered_as]) {
            redactor.clean(text);
        }
        self
    }

    /// Gives the limit of what holds for every request or service, where there is one.
    #[must_use]
    pub fn limit(&self, of: Limited) -> Option<f64> {
        self.limits.iter().find(|limit| limit.of == of && limit.name.is_none()).map(|it| it.value)
    }
}
