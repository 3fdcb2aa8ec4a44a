//! What a load is held to, as it stands beside its numbers in reports.

use std::time::Duration;

use crate::config::Thresholds;
use crate::model::{Limited, LoadLimit, Millis};
use crate::suite::LoadLimits;

use super::judge::ERROR_BUDGET;

/// Gives every limit of a case: those of the suite, and the environment's where it asks for more.
pub(super) fn limits(thresholds: &Thresholds, limits: &LoadLimits) -> Vec<LoadLimit> {
    let time = |limit: Option<Duration>| limit.map(|limit| Millis::from(limit).0);
    let throughput = limits
        .throughput
        .map_or(thresholds.throughput.0, |least| least.0.max(thresholds.throughput.0));
    let errors = limits.errors.map_or(ERROR_BUDGET.0, |most| most.0.min(ERROR_BUDGET.0));
    let all = [
        (Limited::P50, time(limits.p50)),
        (Limited::P95, time(limits.p95)),
        (Limited::P99, time(limits.p99)),
        (Limited::Max, Some(thresholds.response_time.0)),
        (Limited::Throughput, Some(throughput)),
        (Limited::Errors, Some(errors)),
        (Limited::Cpu, Some(thresholds.cpu.0)),
        (Limited::Memory, Some(thresholds.memory.0)),
    ];
    let said = all.into_iter().filter_map(|(of, value)| Some((of, value?)));
    said.map(|(of, value)| LoadLimit { of, name: None, value }).collect()
}
