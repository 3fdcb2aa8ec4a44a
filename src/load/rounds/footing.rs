//! Whether the baseline is one to be held against: one that fails its own requests is no measure of response times.

use super::super::statistics::Share;
use super::{Rounds, count};
use crate::model::{Check, Diagnostic, Finding, Kind, Reason, Severity, Statistic};

/// The name of the check.
const BASELINE: &str = "baseline";

/// Says of which requests the baseline surely failed more than the budget; nothing where it did of none.
pub(super) fn judge(
    rounds: &Rounds,
    budget: f64,
    group: &str,
) -> Result<Option<(Check, Finding)>, Diagnostic> {
    let mut failed = Vec::new();
    for metric in rounds.judged_as_errors() {
        let [bad, all] = count::of_baseline(rounds, metric)?;
        if let Some(share) = Share::of(bad, all).filter(|share| share.low > budget) {
            let show = |share| Statistic::Share.show(share);
            let (estimate, low, high) = (show(share.estimate), show(share.low), show(share.high));
            let name = &metric.name;
            failed.push(format!("{name}: {bad} of {all}, {estimate} ({low} to {high})"));
        }
    }
    let Some(first) = failed.first() else { return Ok(None) };
    let limit = Statistic::Share.show(budget);
    let message = format!(
        "the baseline failed requests itself, {first}: beyond the budget of {limit}. Response times and throughput are \
         then held against those of a service that does not work; mend the baseline or take another"
    );
    let check = Check::new(Kind::Load, group, BASELINE).with_severity(Severity::Warning);
    let finding = Finding::fail(Reason::Precondition, message)
        .comparing(format!("at most {limit} of the baseline's requests"), failed.join("\n"));
    Ok(Some((check, finding)))
}
