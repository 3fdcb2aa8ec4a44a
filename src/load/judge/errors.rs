//! How many requests went without a correct response: a count against a budget.

use super::doubt::{Doubt, Left};
use super::{Measure, Of, Sum};
use crate::load::statistics::Share;
use crate::model::{Finding, LoadRecord, Percent, Reason};
use crate::suite::LoadLimits;

/// The share of requests that may go without a correct response, unless the suite says less.
const BUDGET: Percent = Percent(1.0);

pub(super) fn judge(
    of: &Of,
    record: &LoadRecord,
    measure: Measure<'_>,
    doubt: Option<&Doubt>,
) -> Finding {
    let Sum { sent, incorrect, unfinished, overdue, .. } = Sum::of(of, record);
    let left = match doubt.map_or(Left::Nothing, |doubt| doubt.left) {
        Left::Nothing => 0,
        Left::Early => unfinished.saturating_sub(overdue),
        Left::All => unfinished,
    };
    let (sent, bad, unanswered) = (sent - left, incorrect - left, unfinished - left);
    let budget = budget(measure.limits(of));
    let Some(share) = Share::of(bad, sent) else {
        return Finding::inconclusive(Reason::NoData, format!("not one request{of} was sent"));
    };
    let of_all = |share: f64| percent(share * 100.0);
    let counted = if bad == 0 {
        format!("none of {sent} requests failed, which proves a rate below {}", of_all(share.high))
    } else {
        let (estimate, low, high) = (of_all(share.estimate), of_all(share.low), of_all(share.high));
        let open = match unanswered {
            0 => String::new(),
            open => format!(", {open} of them not ended when the load was"),
        };
        format!(
            "{bad} of {sent} requests without a correct response{open}: {estimate} ({low} to {high})"
        )
    };
    let limit = budget.0 / 100.0;
    let finding = if share.high <= limit {
        Finding::pass(format!("{counted}; at most {budget}"))
    } else if share.low > limit {
        let message = format!("{counted}; over {budget} by the whole interval");
        Finding::fail(Reason::ThresholdExceeded, message)
    } else {
        let few = if bad == 0 {
            let needed = (3.0 / limit).ceil();
            format!(
                "it takes {needed:.0} requests without a failure to show that it is at most {budget}"
            )
        } else {
            format!("that may be over {budget} or under it; make the load longer to tell")
        };
        Finding::inconclusive(Reason::InsufficientSamples, format!("{counted}; {few}"))
    };
    let lines = std::iter::once(counted).chain(record.troubles.iter().cloned());
    let actual: Vec<String> = lines.collect();
    finding.comparing(format!("at most {budget}"), actual.join("\n"))
}

/// Gives the share of requests that may go without a correct response under these limits.
pub(in crate::load) fn budget(limits: &LoadLimits) -> Percent {
    limits.errors.filter(|errors| *errors < BUDGET).unwrap_or(BUDGET)
}

/// Writes a share with as many digits as a small one needs.
fn percent(share: f64) -> String {
    if share >= 1.0 || share == 0.0 { format!("{share:.1}%") } else { format!("{share:.3}%") }
}
