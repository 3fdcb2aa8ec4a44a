//! Holds what was measured under load against the thresholds.

use super::performance::Performance;
use crate::config::Thresholds;
use crate::model::{Finding, LoadRecord, Millis, Outcome, Percent, Reason};
use crate::suite::LoadLimits;

/// The share of requests that may go without a correct response, unless the suite says less.
pub(super) const ERROR_BUDGET: Percent = Percent(1.0);
/// From this share of its cores on, the generator may have been what was slow.
const SATURATED: f64 = 0.85;

/// Names what one check of a load case judges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Aspect {
    /// How long correct responses took.
    ResponseTime,
    /// How many correct responses there were each second.
    Throughput,
    /// How many requests went without one.
    Errors,
    /// Mean CPU of a service.
    Cpu(String),
    /// The most memory of a service.
    Memory(String),
}

impl std::fmt::Display for Aspect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::ResponseTime => f.write_str("response time"),
            Self::Throughput => f.write_str("throughput"),
            Self::Errors => f.write_str("errors"),
            Self::Cpu(service) => write!(f, "cpu of {service}"),
            Self::Memory(service) => write!(f, "memory of {service}"),
        }
    }
}

/// Judges one aspect of a performance.
pub(super) fn judge(
    aspect: &Aspect,
    performance: &Performance,
    thresholds: &Thresholds,
    limits: &LoadLimits,
) -> Finding {
    let record = &performance.record;
    let finding = match aspect {
        Aspect::Errors => errors(record, limits),
        Aspect::ResponseTime => {
            dead(record).unwrap_or_else(|| response_time(record, thresholds, limits))
        }
        Aspect::Throughput => {
            dead(record).unwrap_or_else(|| throughput(record, thresholds, limits))
        }
        Aspect::Cpu(service) => {
            let used = performance.used.get(service).and_then(|used| used.cpu);
            share(used, thresholds.cpu, "mean CPU")
        }
        Aspect::Memory(service) => {
            let used = performance.used.get(service).and_then(|used| used.memory);
            share(used, thresholds.memory, "memory")
        }
    };
    match &record.generator.aborted {
        // What was seen may fail; what was not may not pass.
        Some(why) if finding.outcome == Outcome::Pass => {
            Finding::inconclusive(Reason::Cancelled, format!("the load ended early: {why}"))
        }
        _ => finding,
    }
}

/// Says what there is to say when not one correct response was measured: then no number may pass.
fn dead(record: &LoadRecord) -> Option<Finding> {
    if record.measured() > 0 {
        return None;
    }
    let trouble = record.troubles.first().map(|t| format!(": {t}")).unwrap_or_default();
    Some(if record.sent() == 0 {
        Finding::inconclusive(Reason::NoData, "not one request was sent")
    } else if record.got_any_response() {
        Finding::fail(Reason::NoData, format!("not one correct response{trouble}"))
    } else {
        Finding::inconclusive(Reason::Unreachable, format!("nothing answered{trouble}"))
    })
}

fn errors(record: &LoadRecord, limits: &LoadLimits) -> Finding {
    let (sent, bad) = (record.sent(), record.incorrect());
    if sent == 0 {
        return Finding::inconclusive(Reason::NoData, "not one request was sent");
    }
    if !record.got_any_response() {
        let trouble = record.troubles.first().cloned().unwrap_or_default();
        return Finding::inconclusive(Reason::Unreachable, format!("nothing answered: {trouble}"));
    }
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 52 bits")]
    let share = Percent(bad as f64 * 100.0 / sent as f64);
    let budget = limits.errors.filter(|errors| *errors < ERROR_BUDGET).unwrap_or(ERROR_BUDGET);
    let message = format!("{bad} of {sent} requests without a correct response ({share})");
    let finding = if share > budget {
        let trouble = record.troubles.join("\n");
        return Finding::fail(Reason::ThresholdExceeded, message)
            .comparing(format!("at most {budget}"), format!("{share}\n{trouble}"));
    } else {
        Finding::pass(message)
    };
    finding.comparing(format!("at most {budget}"), share.to_string())
}

fn response_time(record: &LoadRecord, thresholds: &Thresholds, limits: &LoadLimits) -> Finding {
    let limit = |limit: Option<std::time::Duration>| limit.map(Millis::from);
    let mut worst: Option<(String, Millis, Millis)> = None;
    let mut seen = Vec::new();
    for request in &record.requests {
        let at = |share: f64| request.response.quantile(share);
        let (Some(p50), Some(p95), Some(p99), Some(max)) =
            (at(0.50), at(0.95), at(0.99), request.response.max())
        else {
            continue;
        };
        let samples = request.response.count();
        let name = &request.name;
        seen.push(format!(
            "{name}: p50 {p50}, p95 {p95}, p99 {p99}, max {max} ({samples} samples)"
        ));
        let rules = [
            ("max", max, Some(thresholds.response_time)),
            ("p50", p50, limit(limits.p50)),
            ("p95", p95, limit(limits.p95)),
            ("p99", p99, limit(limits.p99)),
        ];
        for (statistic, actual, limit) in rules {
            if let Some(limit) = limit.filter(|limit| actual > *limit) {
                let excess = actual.0 / limit.0;
                if worst.as_ref().is_none_or(|(_, a, l)| excess > a.0 / l.0) {
                    worst = Some((format!("{statistic} of {}", request.name), actual, limit));
                }
            }
        }
    }
    let expected = format!("at most {}", thresholds.response_time);
    match worst {
        None => Finding::pass(seen.join("; ")),
        Some((what, actual, limit)) => {
            too_slow(record, format!("{what} is {actual}, over {limit}"))
        }
    }
    .comparing(expected, seen.join("\n"))
}

fn throughput(record: &LoadRecord, thresholds: &Thresholds, limits: &LoadLimits) -> Finding {
    let Some(rate) = record.throughput() else {
        return Finding::inconclusive(Reason::NoData, "nothing was measured");
    };
    let least = limits.throughput.filter(|l| *l > thresholds.throughput);
    let least = least.unwrap_or(thresholds.throughput);
    let message = format!("{rate} correct responses, at least {least} asked for");
    let finding = if rate < least { too_slow(record, message) } else { Finding::pass(message) };
    finding.comparing(format!("at least {least}"), rate.to_string())
}

/// Is a failure, unless the generator itself may have been what was slow.
fn too_slow(record: &LoadRecord, message: String) -> Finding {
    if record.generator.busy > SATURATED {
        let busy = Percent(record.generator.busy * 100.0);
        let message = format!("{message}; but the generator was {busy} busy, so it may be its own");
        return Finding::inconclusive(Reason::ClientSaturated, message);
    }
    Finding::fail(Reason::ThresholdExceeded, message)
}

fn share(used: Option<Percent>, limit: Percent, what: &str) -> Finding {
    match used {
        None => Finding::inconclusive(Reason::NoData, "the container was not measured under load"),
        Some(used) if used > limit => {
            let message = format!("{what} {used} of its limit, over {limit}");
            Finding::fail(Reason::ThresholdExceeded, message)
        }
        Some(used) => Finding::pass(format!("{what} {used} of its limit, at most {limit}")),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use super::super::resources::Used;
    use super::*;
    use crate::model::{GeneratorRecord, Histogram, Rate, RequestRecord};

    const THRESHOLDS: Thresholds = Thresholds {
        response_time: Millis(1000.0),
        throughput: Rate(10.0),
        cpu: Percent(80.0),
        memory: Percent(80.0),
        disk: Percent(90.0),
    };

    fn times(count: u64, ms: u64) -> Histogram {
        let mut times = Histogram::default();
        (0..count).for_each(|_| times.record(Duration::from_millis(ms)));
        times
    }

    fn well() -> Performance {
        let request = RequestRecord {
            name: "GET /products".into(),
            correct: 600,
            measured: 500,
            response: times(500, 20),
            ..RequestRecord::default()
        };
        let record = LoadRecord {
            measured_ms: 5000.0,
            requests: vec![request],
            generator: GeneratorRecord { busy: 0.1, ..GeneratorRecord::default() },
            ..LoadRecord::default()
        };
        let used = Used { cpu: Some(Percent(30.0)), memory: Some(Percent(40.0)) };
        Performance { record, used: BTreeMap::from([("api".to_owned(), used)]) }
    }

    fn aspects() -> [Aspect; 5] {
        let api = || "api".to_owned();
        [
            Aspect::ResponseTime,
            Aspect::Throughput,
            Aspect::Errors,
            Aspect::Cpu(api()),
            Aspect::Memory(api()),
        ]
    }

    fn judged(aspect: &Aspect, performance: &Performance) -> (Outcome, Option<Reason>) {
        let finding = judge(aspect, performance, &THRESHOLDS, &LoadLimits::default());
        (finding.outcome, finding.reason)
    }

    #[test]
    fn a_service_within_every_threshold_passes() {
        for aspect in aspects() {
            assert_eq!(judged(&aspect, &well()).0, Outcome::Pass, "{aspect}");
        }
    }

    #[test]
    fn one_response_over_a_second_fails() {
        let mut slow = well();
        slow.record.requests[0].response.record(Duration::from_millis(1001));
        let failed = (Outcome::Fail, Some(Reason::ThresholdExceeded));
        assert_eq!(judged(&Aspect::ResponseTime, &slow), failed);
    }

    #[test]
    fn fewer_than_ten_correct_responses_a_second_fail() {
        let mut slow = well();
        slow.record.requests[0].measured = 49;
        let failed = (Outcome::Fail, Some(Reason::ThresholdExceeded));
        assert_eq!(judged(&Aspect::Throughput, &slow), failed);
    }

    #[test]
    fn a_closed_port_with_a_thousand_fast_refusals_never_passes() {
        let mut closed = well();
        let request = &mut closed.record.requests[0];
        (request.correct, request.measured, request.failed) = (0, 0, 1000);
        (request.response, closed.record.measured_ms) = (Histogram::default(), 1000.0);
        for aspect in &aspects()[..3] {
            let unreachable = (Outcome::Inconclusive, Some(Reason::Unreachable));
            assert_eq!(judged(aspect, &closed), unreachable, "{aspect}");
        }
    }

    #[test]
    fn a_service_that_only_answers_wrongly_fails_every_number() {
        let mut wrong = well();
        let request = &mut wrong.record.requests[0];
        (request.correct, request.measured, request.wrong) = (0, 0, 1000);
        for aspect in &aspects()[..3] {
            assert_eq!(judged(aspect, &wrong).0, Outcome::Fail, "{aspect}");
        }
    }

    #[test]
    fn nothing_sent_is_unknown() {
        let mut empty = well();
        empty.record.requests.clear();
        for aspect in &aspects()[..3] {
            let no_data = (Outcome::Inconclusive, Some(Reason::NoData));
            assert_eq!(judged(aspect, &empty), no_data, "{aspect}");
        }
    }

    #[test]
    fn a_saturated_generator_makes_slowness_unknown_and_excuses_no_errors() {
        let mut saturated = well();
        saturated.record.generator.busy = 0.9;
        assert_eq!(judged(&Aspect::ResponseTime, &saturated).0, Outcome::Pass);
        saturated.record.requests[0].response.record(Duration::from_secs(5));
        saturated.record.requests[0].wrong = 500;
        let unknown = (Outcome::Inconclusive, Some(Reason::ClientSaturated));
        assert_eq!(judged(&Aspect::ResponseTime, &saturated), unknown);
        assert_eq!(judged(&Aspect::Errors, &saturated).0, Outcome::Fail);
    }

    #[test]
    fn what_ended_early_passes_nothing() {
        let mut stopped = well();
        stopped.record.generator.aborted = Some("it was stopped".into());
        for aspect in aspects() {
            let unknown = (Outcome::Inconclusive, Some(Reason::Cancelled));
            assert_eq!(judged(&aspect, &stopped), unknown, "{aspect}");
        }
    }

    #[test]
    fn more_than_one_percent_of_errors_fail() {
        let mut bad = well();
        bad.record.requests[0].failed = 7;
        assert_eq!(judged(&Aspect::Errors, &bad).0, Outcome::Fail);
        bad.record.requests[0].failed = 6;
        assert_eq!(judged(&Aspect::Errors, &bad).0, Outcome::Pass);
    }

    #[test]
    fn a_service_over_its_share_fails_and_one_that_was_not_read_is_unknown() {
        let mut full = well();
        full.used.get_mut("api").unwrap().memory = Some(Percent(80.1));
        assert_eq!(judged(&Aspect::Memory("api".into()), &full).0, Outcome::Fail);
        assert_eq!(judged(&Aspect::Cpu("db".into()), &full).0, Outcome::Inconclusive);
    }
}
