//! What one performance of a workload gave: the only input of its judgement and of its pictures.

mod interval;
mod limit;
mod moment;
mod request;
mod resource;
mod second;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Histogram, Millis, Rate, Redactor};
pub use interval::LoadInterval;
pub use limit::{Limited, LoadLimit};
pub use moment::LoadMoment;
pub use request::{RequestRecord, RequestSoFar};
pub use resource::ResourceReading;
pub use second::{LoadSecond, StepRecord};

/// Holds what a generator measured of one workload, and what ran beside it meanwhile.
///
/// Everything is told on one axis of time, which begins with the first request; only [`Self::measured_ms`] from
/// [`Self::skipped_ms`] on is judged.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LoadRecord {
    /// How the load was offered, as a person would say it: `4 users`, `200/s for 30s`.
    pub offered_as: String,
    /// How much of the beginning is not measured (ramp and warm-up), in milliseconds.
    pub skipped_ms: f64,
    /// How long it was measured, in milliseconds.
    pub measured_ms: f64,
    /// What was measured of each request, in the order of the suite.
    pub requests: Vec<RequestRecord>,
    /// What was seen in each second, those that were not measured too.
    pub seconds: Vec<LoadSecond>,
    /// The times of each request second by second; of a load of more than ten minutes, in longer intervals.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub intervals: Vec<LoadInterval>,
    /// What was seen at each rate, where it was raised until it was too much.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub steps: Vec<StepRecord>,
    /// What the generator says of itself.
    pub generator: GeneratorRecord,
    /// What each service used meanwhile, in the order of time.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub resources: BTreeMap<String, Vec<ResourceReading>>,
    /// What it is held to: drawn beside what was measured.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub limits: Vec<LoadLimit>,
    /// What went wrong, each trouble once.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub troubles: Vec<String>,
}

/// Holds what a generator says of itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GeneratorRecord {
    /// How busy its busiest core was in the measured time, from 0 to 1.
    pub busy: f64,
    /// The processor time that it took in all, in milliseconds.
    pub cpu_ms: f64,
    /// How many requests were due in the measured time; none where users wait for answers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub due: Option<u64>,
    /// How many of these it took up within that time; fewer means that it could not keep up.
    pub sent: u64,
    /// How many of these had to wait because as many connections as may be open were busy.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub queued: u64,
    /// Whether a connection came about at all, whatever came over it; without one nobody knows whether the target is
    /// there.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub reached: bool,
    /// How many connections were open at most; none where that is not known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub connections: Option<u64>,
    /// The share of the host's processor time, from 0 to 1, that its hypervisor gave to others meanwhile; none where that
    /// cannot be read.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub stolen: Option<f64>,
    /// For how long its control group was kept from computing meanwhile, in milliseconds; none where that cannot be read.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub throttled_ms: Option<f64>,
    /// What a load was ended by before its time, where it was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub aborted: Option<String>,
}

impl LoadRecord {
    /// Gives how many requests were sent, or due where nobody waits for answers.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.requests.iter().map(RequestRecord::sent).sum()
    }

    /// Gives how many requests got no correct response.
    #[must_use]
    pub fn incorrect(&self) -> u64 {
        self.requests.iter().map(RequestRecord::incorrect).sum()
    }

    /// Gives how many correct responses ended within the measured time.
    #[must_use]
    pub fn measured(&self) -> u64 {
        self.requests.iter().map(|request| request.measured).sum()
    }

    /// Whether anything answered at all.
    #[must_use]
    pub fn got_any_response(&self) -> bool {
        self.requests.iter().any(|request| request.correct + request.wrong > 0)
    }

    /// Whether the target is known to be there: it took a connection, or answered.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        self.generator.reached || self.got_any_response()
    }

    /// Gives the correct responses a second of the measured time; none where none was measured.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a rate needs no more than 52 bits")]
    pub fn throughput(&self) -> Option<Rate> {
        (self.measured_ms > 0.0).then(|| Rate(self.measured() as f64 * 1000.0 / self.measured_ms))
    }

    /// Gives the times of all requests together.
    #[must_use]
    pub fn response(&self) -> Histogram {
        let mut all = Histogram::default();
        self.requests.iter().for_each(|request| all.add(&request.response));
        all
    }

    /// Gives everything that was measured, as if of one request.
    #[must_use]
    pub fn all(&self) -> RequestRecord {
        let mut all = RequestRecord { name: "all".to_owned(), ..RequestRecord::default() };
        for request in &self.requests {
            all.add(request);
        }
        all
    }

    /// Gives the moment until which it is measured, in seconds after the first request.
    #[must_use]
    pub fn ended(&self) -> f64 {
        (self.skipped_ms + self.measured_ms) / 1000.0
    }

    /// Gives the highest rate up to which every step kept every bound; none where the first did not, or there are no steps.
    #[must_use]
    pub fn sustained(&self) -> Option<Rate> {
        let held = self.steps.iter().take_while(|step| step.is_held());
        held.last().map(|step| Rate(step.rate))
    }

    /// Gives how late 99 % of the requests were sent at most; none where none was measured.
    #[must_use]
    pub fn lag_p99(&self) -> Option<Millis> {
        let mut all = Histogram::default();
        self.requests.iter().for_each(|request| all.add(&request.lag));
        all.quantile(0.99)
    }

    /// Adds what another generator measured of the same load at the same time.
    pub fn add(&mut self, other: Self) {
        self.measured_ms = self.measured_ms.max(other.measured_ms);
        for (own, other) in self.requests.iter_mut().zip(&other.requests) {
            own.add(other);
        }
        let (own, other_generator) = (&mut self.generator, other.generator);
        own.busy = own.busy.max(other_generator.busy);
        own.cpu_ms += other_generator.cpu_ms;
        own.sent += other_generator.sent;
        own.queued += other_generator.queued;
        own.reached |= other_generator.reached;
        own.connections = own.connections.zip(other_generator.connections).map(|(a, b)| a + b);
        for trouble in other.troubles {
            if !self.troubles.contains(&trouble) {
                self.troubles.push(trouble);
            }
        }
    }

    /// Takes every secret out that `redactor` knows.
    pub(super) fn redact(&mut self, redactor: &Redactor) {
        let names = self.requests.iter_mut().map(|request| &mut request.name);
        let limited = self.limits.iter_mut().filter_map(|limit| limit.name.as_mut());
        let broken = self
            .steps
            .iter_mut()
            .flat_map(|step| [&mut step.broken, &mut step.unoffered, &mut step.untold]);
        let names = names.chain(limited).chain(broken.flatten());
        for text in names.chain(&mut self.troubles).chain(&mut self.generator.aborted) {
            redactor.clean(text);
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "how serde asks")]
pub(super) const fn is_zero(count: &u64) -> bool {
    *count == 0
}
