//! The numbers that one round gives.

use super::super::judge::{mean_cpu, most_memory};
use crate::model::{Histogram, LoadRecord, Number, RequestRecord, Round, requests_needed};
use crate::suite::LoadCase;

/// The percentiles of each round, as they are named and as shares. The last is given only where its requests
/// suffice, because few loads have three thousand of them.
const PERCENTILES: [(&str, f64); 4] =
    [("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("p99.9", 0.999)];

/// Gives the metrics that a round of a case may have and that are judged, whether this one has them or not.
pub(super) fn known(case: &LoadCase, services: &[String]) -> Vec<String> {
    let names = case.requests().map(|request| request.name.as_str());
    let of = |metric: &str, name: Option<&str>| match name {
        Some(name) => format!("{metric} of {name}"),
        None => metric.to_owned(),
    };
    let mut known = Vec::new();
    for name in std::iter::once(None).chain(names.map(Some)) {
        let metrics = PERCENTILES.iter().map(|(metric, _)| *metric);
        let metrics = metrics.chain(["mean", "throughput", "errors"]);
        known.extend(metrics.map(|metric| of(metric, name)));
    }
    let used =
        services.iter().flat_map(|service| ["cpu", "memory"].map(|it| of(it, Some(service))));
    known.extend(used);
    known
}

/// Gives the numbers of a round in which something was measured: of all requests, of each, and of each service.
pub(super) fn numbers(record: &LoadRecord) -> Round {
    let mut numbers = Vec::new();
    let seconds = record.measured_ms / 1000.0;
    let all = [record.measured(), record.incorrect()];
    of_requests(&mut numbers, "", &record.response(), all, seconds);
    if record.requests.len() > 1 {
        for request in &record.requests {
            let RequestRecord { name, response, measured, .. } = request;
            let counts = [*measured, request.incorrect()];
            of_requests(&mut numbers, &format!(" of {name}"), response, counts, seconds);
        }
    }
    for service in record.resources.keys() {
        let shares =
            [("cpu", mean_cpu(service, record).0), ("memory", most_memory(service, record).0)];
        for (what, share) in shares {
            if let Some(share) = share {
                numbers.push(number(format!("{what} of {service}"), share.0));
            }
        }
    }
    Round { numbers }
}

/// Adds what is known of some requests: their times, and how many there were without the warm-up. An error of the
/// warm-up is none the less an error, and counted among them.
#[expect(clippy::cast_precision_loss, reason = "counts of requests are below 2^52")]
fn of_requests(
    numbers: &mut Vec<Number>,
    suffix: &str,
    times: &Histogram,
    [measured, errors]: [u64; 2],
    seconds: f64,
) {
    for (metric, share) in PERCENTILES {
        let suffices = metric != "p99.9" || requests_needed(share) <= times.count();
        if let Some(time) = times.quantile(share).filter(|_| suffices) {
            numbers.push(number(format!("{metric}{suffix}"), time.0));
        }
    }
    if let Some(mean) = times.mean() {
        numbers.push(number(format!("mean{suffix}"), mean.0));
    }
    if seconds > 0.0 {
        numbers.push(number(format!("throughput{suffix}"), measured as f64 / seconds));
    }
    numbers.push(number(format!("errors{suffix}"), errors as f64));
    numbers.push(number(format!("requests{suffix}"), (measured + errors) as f64));
}

/// Keeps four digits after the point: a microsecond is three of them.
fn number(metric: String, value: f64) -> Number {
    Number { metric, value: (value * 1e4).round() / 1e4 }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::ResourceReading;

    fn request(name: &str, responses: u64, wrong: u64) -> RequestRecord {
        let mut response = Histogram::default();
        (1..=responses).for_each(|ms| response.record(Duration::from_millis(ms)));
        RequestRecord {
            name: name.into(),
            correct: responses,
            wrong,
            measured: responses,
            response,
            ..RequestRecord::default()
        }
    }

    fn record(requests: Vec<RequestRecord>) -> LoadRecord {
        let cpu = |at_ms, cpu| ResourceReading { at_ms, cpu: Some(cpu), ..Default::default() };
        let readings = vec![cpu(500.0, 20.0), cpu(1500.0, 40.0), cpu(9000.0, 99.0)];
        let resources = [("api".to_owned(), readings)].into();
        LoadRecord { measured_ms: 2000.0, requests, resources, ..LoadRecord::default() }
    }

    #[test]
    fn a_round_counts_what_was_measured_and_every_error() {
        let round = numbers(&record(vec![request("list", 100, 2), request("order", 50, 0)]));
        let seen = |metric| round.get(metric);
        assert_eq!(seen("requests"), Some(152.0));
        assert_eq!(seen("errors"), Some(2.0));
        assert_eq!(seen("throughput"), Some(75.0));
        assert_eq!(seen("p50 of order"), Some(25.007));
        assert_eq!(seen("errors of list"), Some(2.0));
        assert_eq!((seen("cpu of api"), seen("memory of api")), (Some(30.0), None));
        assert_eq!(seen("p99.9"), None);
    }

    #[test]
    fn a_percentile_of_a_thousand_is_given_where_three_thousand_requests_were_measured() {
        let round = numbers(&record(vec![request("list", 2994, 0)]));
        assert_eq!(round.get("p99.9"), None);
        let round = numbers(&record(vec![request("list", 2995, 0)]));
        assert!(round.get("p99.9").is_some());
        assert_eq!(round.get("p50 of list"), None, "the only request is all of them");
    }

    #[test]
    fn a_round_without_a_correct_response_has_no_times() {
        let round = numbers(&record(vec![request("list", 0, 7)]));
        assert_eq!((round.get("p50"), round.get("mean")), (None, None));
        assert_eq!((round.get("errors"), round.get("requests")), (Some(7.0), Some(7.0)));
    }
}
