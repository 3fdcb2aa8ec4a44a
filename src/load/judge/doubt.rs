//! Whether the load was the one that was asked for.

use super::{Measure, Of};
use crate::model::{Finding, LoadRecord, Millis, Percent, Reason};

/// From this share of a core on, the generator may have been what was slow.
pub(in crate::load) const SATURATED: f64 = 0.85;
/// The share of a latency limit by which requests may be sent late.
const LATE: f64 = 0.1;
/// By how much a request may be late whatever the limit is.
pub(in crate::load) const LATE_AT_LEAST: Millis = Millis(10.0);
/// The share of the requests that were due which has to be sent.
const SENT: f64 = 0.99;

/// Says why a load is not the one that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Doubt {
    reason: Reason,
    why: String,
    /// Whether times from the sending on may be the generator's too.
    pub is_of_service: bool,
    /// Whether what was under way at the end may have been left by the generator, so that it is no error.
    pub is_of_ends: bool,
}

impl Doubt {
    /// Gives the reason for a machine and for a person.
    pub fn into_words(self) -> (Reason, String) {
        (self.reason, self.why)
    }

    /// Says that nothing is known, with what was seen all the same.
    pub fn instead_of(&self, finding: Finding) -> Finding {
        let message = format!("{}: {}", self.why, finding.message);
        Finding { evidence: finding.evidence, ..Finding::inconclusive(self.reason, message) }
    }
}

/// Gives the first reason to doubt a load.
pub(super) fn of(record: &LoadRecord, measure: Measure<'_>) -> Option<Doubt> {
    let generator = &record.generator;
    if let Some(why) = &generator.aborted {
        let why = format!("the load ended early, because {why}");
        return Some(Doubt {
            reason: Reason::Cancelled,
            why,
            is_of_service: false,
            is_of_ends: true,
        });
    }
    let saturated = |why: String, is_overrun: bool| {
        let (is_of_service, is_of_ends) = (is_overrun, is_overrun);
        Some(Doubt { reason: Reason::ClientSaturated, why, is_of_service, is_of_ends })
    };
    if generator.busy > SATURATED {
        let busy = Percent(generator.busy * 100.0);
        let why = format!(
            "the generator's busiest core was {busy} busy, over {}, so the times may be its own",
            Percent(SATURATED * 100.0)
        );
        return saturated(why, true);
    }
    if let Some(due) = generator.due {
        #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 52 bits")]
        let share = generator.sent as f64 / due.max(1) as f64;
        if share < SENT {
            let (sent, share) = (generator.sent, Percent(share * 100.0));
            let least = Percent(SENT * 100.0);
            let why = format!(
                "the generator sent {sent} of the {due} requests that were due ({share}, under {least})"
            );
            // One that falls so far behind reads responses late as well.
            return saturated(why, true);
        }
    }
    let strictest = strictest(measure);
    let lag = record.lag_p99().filter(|lag| *lag > LATE_AT_LEAST && lag.0 > strictest.0 * LATE)?;
    let why = format!(
        "the generator sent 1 in 100 requests over {lag} late, which is more than {} of the limit of {strictest}",
        Percent(LATE * 100.0)
    );
    saturated(why, false)
}

/// Gives the strictest limit of a response time.
fn strictest(measure: Measure<'_>) -> Millis {
    let of_requests = measure.case.limits_of.iter().map(|limits| &limits.limits);
    let limits = std::iter::once(measure.limits(&Of::All)).chain(of_requests);
    let times = limits.flat_map(|limits| &limits.times).map(|(_, limit)| Millis::from(*limit));
    times.fold(measure.thresholds.response_time, |one, other| if other < one { other } else { one })
}
