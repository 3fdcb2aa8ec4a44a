//! How many correct responses there were each second.

use super::doubt::Doubt;
use super::{Measure, Of, Sum, unless_doubted};
use crate::model::{Finding, LoadRecord, Rate, Reason};

pub(super) fn judge(
    of: &Of,
    record: &LoadRecord,
    measure: Measure<'_>,
    doubt: Option<&Doubt>,
) -> Finding {
    if record.measured_ms <= 0.0 {
        return Finding::inconclusive(Reason::NoData, "nothing was measured");
    }
    let per_second = |count: u64| {
        #[expect(clippy::cast_precision_loss, reason = "a rate needs no more than 52 bits")]
        let rate = Rate(count as f64 * 1000.0 / record.measured_ms);
        rate
    };
    let sum = Sum::of(of, record);
    let rate = per_second(sum.measured);
    let own = measure.limits(of).throughput.unwrap_or(Rate(0.0));
    let least = match of {
        Of::All if measure.thresholds.throughput > own => measure.thresholds.throughput,
        _ => own,
    };
    let message = format!("{rate} correct responses{of}, at least {least} asked for");
    let offered = record.generator.due.filter(|_| *of == Of::All).map(per_second);
    let finding = if rate >= least && sum.measured > 0 {
        Finding::pass(message)
    } else if let Some(offered) = offered.filter(|offered| *offered < least) {
        let message = format!("{message}; the load offers only {offered}, so make its rate higher");
        Finding::inconclusive(Reason::InsufficientSamples, message)
    } else {
        let failed = Finding::fail(Reason::ThresholdExceeded, message);
        unless_doubted(failed, doubt)
    };
    finding.comparing(format!("at least {least}"), rate.to_string())
}
