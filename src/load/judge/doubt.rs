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
    /// Which times may be the generator's too.
    pub times: Times,
    /// What had not ended that the generator may have left.
    pub left: Left,
}

/// Says which times may be the generator's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Times {
    /// None of them.
    Sound,
    /// Those that count from when a request was due.
    FromDue,
    /// Those from when it was sent, too.
    All,
}

/// Says which of the requests that had not ended the generator may have left, so that they are no errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Left {
    /// None of them.
    Nothing,
    /// Those that had time left.
    Early,
    /// Each of them.
    All,
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
    let own = overrun(record).or_else(|| late(record, measure));
    match &record.generator.aborted {
        None => own,
        Some(why) => Some(Doubt {
            reason: Reason::Cancelled,
            why: format!("the load ended early, because {why}"),
            times: own.as_ref().map_or(Times::Sound, |own| own.times),
            left: own.map_or(Left::Early, |own| own.left.max(Left::Early)),
        }),
    }
}

/// Says that the generator had more to do than it could. One that falls so far behind reads responses late as well.
fn overrun(record: &LoadRecord) -> Option<Doubt> {
    let generator = &record.generator;
    let doubt = |why| {
        let (reason, times, left) = (Reason::ClientSaturated, Times::All, Left::All);
        Some(Doubt { reason, why, times, left })
    };
    if generator.busy > SATURATED {
        let busy = Percent(generator.busy * 100.0);
        return doubt(format!(
            "the generator's busiest core was {busy} busy, over {}, so the times may be its own",
            Percent(SATURATED * 100.0)
        ));
    }
    // Where it ended early, the last that were due may not have had their turn.
    let due = generator.due.filter(|_| generator.aborted.is_none())?;
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 52 bits")]
    let share = generator.sent as f64 / due.max(1) as f64;
    if share >= SENT {
        return None;
    }
    let (sent, share) = (generator.sent, Percent(share * 100.0));
    let least = Percent(SENT * 100.0);
    doubt(format!(
        "the generator sent {sent} of the {due} requests that were due ({share}, under {least})"
    ))
}

/// Says that requests were taken up late. Waiting for a connection is not among it, because what keeps all of them busy
/// is the target.
fn late(record: &LoadRecord, measure: Measure<'_>) -> Option<Doubt> {
    let strictest = strictest(measure);
    let lag = record.lag_p99().filter(|lag| *lag > LATE_AT_LEAST && lag.0 > strictest.0 * LATE)?;
    let why = format!(
        "the generator sent 1 in 100 requests over {lag} late, which is more than {} of the limit of {strictest}",
        Percent(LATE * 100.0)
    );
    let (reason, times, left) = (Reason::ClientSaturated, Times::FromDue, Left::Nothing);
    Some(Doubt { reason, why, times, left })
}

/// Gives the strictest limit of a response time.
fn strictest(measure: Measure<'_>) -> Millis {
    let of_requests = measure.case.limits_of.iter().map(|limits| &limits.limits);
    let limits = std::iter::once(measure.limits(&Of::All)).chain(of_requests);
    let times = limits.flat_map(|limits| &limits.times).map(|(_, limit)| Millis::from(*limit));
    times.fold(measure.thresholds.response_time, |one, other| if other < one { other } else { one })
}
