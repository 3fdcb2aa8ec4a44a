//! What one performance of a workload gave: the only input of its judgement and of its pictures.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Histogram, Millis, Rate, Redactor};

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

/// Is one limit that a load is held to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LoadLimit {
    /// What is limited.
    pub of: Limited,
    /// The request or the service that it holds for; none where it holds for each.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// The most that it may be, or the least of a throughput, in the unit of what is limited.
    pub value: f64,
}

/// Tells what a limit of a load is about, and so its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Limited {
    /// The median of the response times, in milliseconds.
    P50,
    /// What 90 % of them do not exceed.
    P90,
    /// What 95 % of them do not exceed.
    P95,
    /// What 99 % of them do not exceed.
    P99,
    /// What 99.9 % of them do not exceed.
    P999,
    /// The longest of them.
    Max,
    /// Their mean.
    Mean,
    /// Correct responses a second.
    Throughput,
    /// Requests without a correct response, in percent.
    Errors,
    /// Mean processor time, in percent of what a service may use.
    Cpu,
    /// The most memory, in percent of a service's limit.
    Memory,
}

impl Limited {
    /// The word for it in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::P50 => "p50",
            Self::P90 => "p90",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::P999 => "p99.9",
            Self::Max => "max",
            Self::Mean => "mean",
            Self::Throughput => "throughput",
            Self::Errors => "errors",
            Self::Cpu => "cpu",
            Self::Memory => "memory",
        }
    }
}

/// Holds what was measured of one request.
///
/// The histograms hold what was due in the measured time: correct responses, and in [`Self::response`] also what was
/// given up on, with the time that it had taken by then, because a percentile without those would flatter. The
/// counts hold everything that was due, because a warm-up does not excuse an error.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RequestRecord {
    /// Its name.
    pub name: String,
    /// How many responses were as expected.
    pub correct: u64,
    /// How many responses were not as expected.
    pub wrong: u64,
    /// How many requests got no whole response.
    pub failed: u64,
    /// How many were due and were not ended when the load was.
    pub unfinished: u64,
    /// How many correct responses ended within the measured time: what a throughput counts.
    pub measured: u64,
    /// From when it should have been sent to the last byte of its response: the time that is judged.
    pub response: Histogram,
    /// From when it was sent to the last byte.
    pub service: Histogram,
    /// From when it should have been sent to when the generator took it up: what is the generator's own fault. Waiting
    /// for a connection is not, where all are busy.
    pub lag: Histogram,
    /// From when it was sent to the first byte of the response.
    pub first_byte: Histogram,
}

/// Holds what was seen in one second of a load.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LoadSecond {
    /// When the second began, in seconds after the first request.
    pub at: u32,
    /// How many requests were due; none where users wait for answers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub due: Option<u64>,
    /// How many requests were sent.
    pub sent: u64,
    /// How many correct responses ended.
    pub correct: u64,
    /// How many wrong responses ended.
    pub wrong: u64,
    /// How many requests ended without a response.
    pub failed: u64,
    /// How many requests were under way at its end, those that wait for a connection too.
    pub under_way: u64,
    /// Half of the correct responses took at most this long, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p50_ms: Option<f64>,
    /// 95 % of them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p95_ms: Option<f64>,
    /// 99 % of them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p99_ms: Option<f64>,
    /// All of them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub max_ms: Option<f64>,
    /// 99 % of the requests were sent at most so much later than they should have been, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lag_p99_ms: Option<f64>,
    /// How busy the generator's busiest core was, from 0 to 1.
    pub busy: f64,
    /// What came of each request so far: told while the load runs, not kept.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub requests: Vec<RequestSoFar>,
}

/// Holds what was seen at one of several rates.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepRecord {
    /// The rate that was offered, in requests a second.
    pub rate: f64,
    /// When it began, in milliseconds after the first request.
    pub from_ms: f64,
    /// How long it lasted, in milliseconds.
    pub lasts_ms: f64,
    /// How many requests were due.
    pub due: u64,
    /// How many correct responses ended.
    pub correct: u64,
    /// How many wrong responses ended.
    pub wrong: u64,
    /// How many requests ended without a response.
    pub failed: u64,
    /// Half of the correct responses took at most this long, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p50_ms: Option<f64>,
    /// 95 % of them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p95_ms: Option<f64>,
    /// 99 % of them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p99_ms: Option<f64>,
    /// All of them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub max_ms: Option<f64>,
    /// 99 % of the requests were taken up at most so much later than they were due, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lag_p99_ms: Option<f64>,
    /// How busy the generator's busiest core was in its busiest second, from 0 to 1.
    pub busy: f64,
    /// What was too much for the target at this rate; none where every bound was kept.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub broken: Option<String>,
    /// Why the generator did not offer this rate; none where it did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unoffered: Option<String>,
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

/// Is what one service used at one moment, all its containers together; none of what could not be read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ResourceReading {
    /// When, in milliseconds after the first request.
    pub at_ms: f64,
    /// The processor time since the reading before, in percent of what the service may use.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cpu: Option<f64>,
    /// The memory in bytes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub memory: Option<u64>,
    /// The memory in percent of its limit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub memory_share: Option<f64>,
    /// Bytes read from disks since the container started.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub disk_read: Option<u64>,
    /// Bytes written to disks since the container started.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub disk_written: Option<u64>,
    /// Bytes received from networks since the container started.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub received: Option<u64>,
    /// Bytes sent to networks since the container started.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sent: Option<u64>,
    /// How many of its containers run.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub running: Option<u64>,
    /// How often the engine started its containers again.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub restarts: Option<u64>,
    /// How often the kernel ended a process of it for want of memory.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub oom_kills: Option<u64>,
    /// The connections that a database serves.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub connections: Option<u64>,
    /// The memory that a cache says it uses, in bytes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cache_memory: Option<u64>,
}

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

/// Is what came of one request so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RequestSoFar {
    /// Its name.
    pub name: String,
    /// How many responses were as expected.
    pub correct: u64,
    /// How many were not.
    pub wrong: u64,
    /// How many requests got no whole response.
    pub failed: u64,
    /// The times that are judged by now.
    pub response: Histogram,
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
            all.correct += request.correct;
            all.wrong += request.wrong;
            all.failed += request.failed;
            all.unfinished += request.unfinished;
            all.measured += request.measured;
            all.response.add(&request.response);
            all.service.add(&request.service);
            all.lag.add(&request.lag);
            all.first_byte.add(&request.first_byte);
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
        let held =
            self.steps.iter().take_while(|step| step.broken.is_none() && step.unoffered.is_none());
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
        let broken = self.steps.iter_mut().flat_map(|step| [&mut step.broken, &mut step.unoffered]);
        let names = names.chain(limited).chain(broken.flatten());
        for text in names.chain(&mut self.troubles).chain(&mut self.generator.aborted) {
            redactor.clean(text);
        }
    }
}

impl RequestRecord {
    /// Adds what another generator measured of the same request.
    pub fn add(&mut self, other: &Self) {
        self.correct += other.correct;
        self.wrong += other.wrong;
        self.failed += other.failed;
        self.unfinished += other.unfinished;
        self.measured += other.measured;
        self.response.add(&other.response);
        self.service.add(&other.service);
        self.lag.add(&other.lag);
        self.first_byte.add(&other.first_byte);
    }

    /// Gives how many were due: sent, or left unfinished.
    #[must_use]
    pub const fn sent(&self) -> u64 {
        self.correct + self.incorrect()
    }

    /// Gives how many got no correct response.
    #[must_use]
    pub const fn incorrect(&self) -> u64 {
        self.wrong + self.failed + self.unfinished
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "how serde asks")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}
