//! Holds what was measured under load against the thresholds.
//!
//! A record in which no correct response was measured passes nothing, and a load that the generator did not make as
//! it was asked to shows nothing good: what would pass is then unknown. What fails for certain fails whatever the doubt.

mod aspect;
mod bounds;
mod capacity;
mod doubt;
mod errors;
mod resources;
mod response_time;
mod throughput;

#[cfg(test)]
mod tests;

pub(super) use aspect::{Aspect, Of};
pub(super) use bounds::bounds;
pub(super) use doubt::{LATE_AT_LEAST, SATURATED};
pub(super) use errors::budget as error_budget;
pub(super) use resources::{mean_cpu, most_memory};

use crate::config::Thresholds;
use crate::model::{Finding, Histogram, LoadRecord, Outcome, Reason, RequestRecord};
use crate::suite::{LoadCase, LoadLimits};
use doubt::Doubt;

/// Is what a record is held against.
#[derive(Clone, Copy)]
pub(super) struct Measure<'a> {
    pub thresholds: &'a Thresholds,
    pub case: &'a LoadCase,
}

impl<'a> Measure<'a> {
    /// Gives the suite's own limits of these requests.
    fn limits(self, of: &Of) -> &'a LoadLimits {
        match of {
            Of::All => &self.case.limits,
            Of::Request(name) => {
                let own = self.case.limits_of.iter().find(|limits| limits.request == *name);
                own.map_or(&self.case.limits, |own| &own.limits)
            }
        }
    }
}

/// Says why nothing can be told of a load, whatever its numbers are: nothing was measured, or it is not the one that
/// was asked for.
pub(super) fn useless(record: &LoadRecord, measure: Measure<'_>) -> Option<(Reason, String)> {
    let doubt = doubt::of(record, measure);
    if let Some(Finding { reason, message, .. }) = dead(record, doubt.as_ref()) {
        return Some((reason.unwrap_or(Reason::NoData), message));
    }
    doubt.map(Doubt::into_words)
}

/// Judges one aspect of a load.
pub(super) fn judge(aspect: &Aspect, record: &LoadRecord, measure: Measure<'_>) -> Finding {
    let doubt = doubt::of(record, measure);
    if let Some(finding) = dead(record, doubt.as_ref()) {
        return broke(aspect, record, measure, doubt.as_ref()).unwrap_or(finding);
    }
    let finding = match aspect {
        Aspect::ResponseTime(of) => response_time::judge(of, record, measure, doubt.as_ref()),
        Aspect::Throughput(of) => throughput::judge(of, record, measure, doubt.as_ref()),
        Aspect::Errors(of) => errors::judge(of, record, measure, doubt.as_ref()),
        Aspect::Capacity(steps) => capacity::judge(*steps, record, measure),
        Aspect::Cpu(service) => resources::cpu(service, record, measure),
        Aspect::Memory(service) => resources::memory(service, record, measure),
        Aspect::Restarts(service) => resources::restarts(service, record),
    };
    match doubt {
        // A stress goes on until something breaks, and weighs each of its rates itself.
        Some(_) if matches!(aspect, Aspect::Capacity(_)) => finding,
        Some(doubt) if finding.outcome == Outcome::Pass => doubt.instead_of(finding),
        _ => finding,
    }
}

/// Says what there is to say when not one correct response was measured: then no number may pass.
fn dead(record: &LoadRecord, doubt: Option<&Doubt>) -> Option<Finding> {
    if record.measured() > 0 && record.response().count() > 0 {
        return None;
    }
    let trouble = record.troubles.first().map(|t| format!(": {t}")).unwrap_or_default();
    Some(if record.sent() == 0 {
        Finding::inconclusive(Reason::NoData, "not one request was sent")
    } else if record.requests.iter().any(|request| request.correct > 0) {
        Finding::inconclusive(
            Reason::InsufficientSamples,
            format!("not one correct response ended in the measured time{trouble}"),
        )
    } else if record.got_any_response() {
        Finding::fail(Reason::NoData, format!("not one correct response{trouble}"))
    } else if record.is_reached() {
        silent(record, doubt, &trouble)
    } else {
        Finding::inconclusive(Reason::Unreachable, format!("nothing answered{trouble}"))
    })
}

/// Says what there is to say of a target that takes connections and answers nothing.
fn silent(record: &LoadRecord, doubt: Option<&Doubt>, trouble: &str) -> Finding {
    let sent = record.sent();
    if record.requests.iter().all(|request| request.failed + request.overdue == 0) {
        let message = format!("not one of {sent} requests had ended when the load was{trouble}");
        return Finding::inconclusive(Reason::InsufficientSamples, message);
    }
    let message =
        format!("the target took connections and answered not one of {sent} requests{trouble}");
    unless_doubted(Finding::fail(Reason::NoData, message), doubt)
}

/// Gives the failure that shows without one measured response: of a target that is known to be there, or of its
/// containers.
fn broke(
    aspect: &Aspect,
    record: &LoadRecord,
    measure: Measure<'_>,
    doubt: Option<&Doubt>,
) -> Option<Finding> {
    let finding = match aspect {
        Aspect::Errors(of) if record.is_reached() => errors::judge(of, record, measure, doubt),
        Aspect::Capacity(steps) if record.is_reached() => capacity::judge(*steps, record, measure),
        Aspect::Restarts(service) => resources::restarts(service, record),
        _ => return None,
    };
    (finding.outcome == Outcome::Fail).then_some(finding)
}

/// Is what was measured of some requests together.
struct Sum {
    sent: u64,
    incorrect: u64,
    unfinished: u64,
    /// How many of these had no time left.
    overdue: u64,
    /// Correct responses that ended in the measured time.
    measured: u64,
    response: Histogram,
    service: Histogram,
}

impl Sum {
    fn of(of: &Of, record: &LoadRecord) -> Self {
        let (response, service) = (Histogram::default(), Histogram::default());
        let (sent, incorrect, unfinished, overdue, measured) = Default::default();
        let mut sum = Self { sent, incorrect, unfinished, overdue, measured, response, service };
        for request in record.requests.iter().filter(|request| of.is(&request.name)) {
            sum.sent += request.sent();
            sum.incorrect += request.incorrect();
            sum.unfinished += request.unfinished;
            sum.overdue += request.overdue;
            sum.measured += request.measured;
            sum.response.add(&request.response);
            sum.service.add(&request.service);
        }
        sum
    }
}

/// Says that a request has no measured response, so that nothing is known of its times.
fn without_samples(request: &RequestRecord) -> Finding {
    let name = &request.name;
    if request.sent() == 0 {
        let message = format!("{name} was not sent once in this time; make the load longer");
        return Finding::inconclusive(Reason::InsufficientSamples, message);
    }
    if request.correct > 0 {
        let message = format!("no correct response to {name} was due in the measured time");
        return Finding::inconclusive(Reason::InsufficientSamples, message);
    }
    let (bad, sent) = (request.incorrect(), request.sent());
    Finding::fail(Reason::NoData, format!("{bad} of {sent} of {name} had no correct response"))
}

/// Turns a failure into what is unknown where the generator may be to blame for it.
fn unless_doubted(finding: Finding, doubt: Option<&Doubt>) -> Finding {
    match doubt {
        Some(doubt) => doubt.instead_of(finding),
        None => finding,
    }
}
