//! What services used meanwhile, and whether they stayed up.

use super::Measure;
use crate::model::{Finding, LoadRecord, Percent, Reason, ResourceReading};

/// Judges the mean CPU of a service over the measured time.
pub(super) fn cpu(service: &str, record: &LoadRecord, measure: Measure<'_>) -> Finding {
    let limit = stricter(measure.case.limits.cpu, measure.thresholds.cpu);
    let shares: Vec<f64> = measured(service, record).filter_map(|reading| reading.cpu).collect();
    #[expect(clippy::cast_precision_loss, reason = "a few thousand readings at most")]
    let mean = (!shares.is_empty()).then(|| shares.iter().sum::<f64>() / shares.len() as f64);
    share(service, mean.map(Percent), limit, "mean CPU", shares.len())
}

/// Judges the most memory of a service in the measured time.
pub(super) fn memory(service: &str, record: &LoadRecord, measure: Measure<'_>) -> Finding {
    let limit = stricter(measure.case.limits.memory, measure.thresholds.memory);
    let shares: Vec<f64> =
        measured(service, record).filter_map(|reading| reading.memory_share).collect();
    let most = shares.iter().copied().reduce(f64::max);
    share(service, most.map(Percent), limit, "memory", shares.len())
}

/// Judges whether the containers of a service ran all the time: neither started again nor ended by the kernel.
pub(super) fn restarts(service: &str, record: &LoadRecord) -> Finding {
    let readings = record.resources.get(service).map_or(&[][..], Vec::as_slice);
    // The first was taken before the first request, and the last after the last.
    let grown = |part: fn(&ResourceReading) -> Option<u64>| {
        let mut known = readings.iter().filter_map(part);
        let first = known.next()?;
        Some((first, known.next_back()?))
    };
    let seen = [
        (grown(|reading| reading.restarts), "started again"),
        (grown(|reading| reading.oom_kills), "ended by the kernel for want of memory"),
    ];
    for (grown, what) in seen {
        if let Some((first, last)) = grown.filter(|(first, last)| last > first) {
            let times = last - first;
            let s = if times == 1 { "" } else { "s" };
            let message = format!("{service} was {what} under load, {times} time{s}");
            return Finding::fail(Reason::Unhealthy, message);
        }
    }
    match grown(|reading| reading.running) {
        Some((first, last)) if last < first => {
            let message = format!("{last} of {first} containers of {service} ran after the load");
            Finding::fail(Reason::Unhealthy, message)
        }
        Some((first, _)) if seen[0].0.is_some() => {
            let s = if first == 1 { "" } else { "s" };
            Finding::pass(format!("{first} container{s} ran all the time"))
        }
        _ => not_measured(service),
    }
}

fn stricter(own: Option<Percent>, threshold: Percent) -> Percent {
    own.filter(|own| *own < threshold).unwrap_or(threshold)
}

fn measured<'r>(
    service: &str,
    record: &'r LoadRecord,
) -> impl Iterator<Item = &'r ResourceReading> {
    let measured = record.skipped_ms..=record.skipped_ms + record.measured_ms;
    let readings = record.resources.get(service).into_iter().flatten();
    readings.filter(move |reading| measured.contains(&reading.at_ms))
}

fn share(
    service: &str,
    used: Option<Percent>,
    limit: Percent,
    what: &str,
    readings: usize,
) -> Finding {
    let Some(used) = used else { return not_measured(service) };
    let s = if readings == 1 { "" } else { "s" };
    let seen = format!("{what} {used} of what {service} may use ({readings} reading{s})");
    let finding = if used > limit {
        Finding::fail(Reason::ThresholdExceeded, format!("{seen}, over {limit}"))
    } else {
        Finding::pass(format!("{seen}, at most {limit}"))
    };
    finding.comparing(format!("at most {limit}"), used.to_string())
}

fn not_measured(service: &str) -> Finding {
    Finding::inconclusive(Reason::NoData, format!("{service} was not measured under load"))
}
