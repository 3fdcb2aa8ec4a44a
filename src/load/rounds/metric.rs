//! What is known of a metric by its name.

use std::str::FromStr;

use crate::model;

/// The metric that counts requests, which others need and nobody judges.
pub(super) const REQUESTS: &str = "requests";
/// The metric that counts requests without a correct response.
const ERRORS: &str = "errors";
/// Stands between a metric and what it was measured of: `p95 of GET /orders`.
const OF: &str = " of ";

/// Says which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The less the better, as with response times.
    Lower,
    /// The more the better, as with throughput.
    Higher,
}

impl FromStr for Direction {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "lower" => Ok(Self::Lower),
            "higher" => Ok(Self::Higher),
            _ => Err(format!("`{word}` is no direction; write `lower` or `higher`, as is better")),
        }
    }
}

/// Says how a metric is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nature {
    /// By the ratio of the two sides.
    Ratio,
    /// As a count against a budget.
    Errors,
    /// Not at all.
    Requests,
}

/// Splits `p95 of GET /orders` into the metric and what it was measured of.
fn parts(name: &str) -> (&str, Option<&str>) {
    name.split_once(OF).map_or((name, None), |(metric, of)| (metric, Some(of)))
}

pub(super) fn nature(name: &str) -> Nature {
    match parts(name).0 {
        ERRORS => Nature::Errors,
        REQUESTS => Nature::Requests,
        _ => Nature::Ratio,
    }
}

/// Names the number of requests that were measured with this metric.
pub(super) fn requests_beside(name: &str) -> String {
    match parts(name).1 {
        Some(of) => format!("{REQUESTS}{OF}{of}"),
        None => REQUESTS.to_owned(),
    }
}

/// Gives which way is better for a metric of which that is known.
pub(super) fn direction(name: &str) -> Option<Direction> {
    match parts(name).0 {
        "throughput" => Some(Direction::Higher),
        "response time" | "mean" | "max" | "cpu" | "memory" => Some(Direction::Lower),
        metric => quantile(metric).map(|_| Direction::Lower),
    }
}

/// Gives how many requests a round needs for a percentile of its response times; none for what is no percentile.
pub(super) fn requests_needed(name: &str) -> Option<u64> {
    quantile(parts(name).0).map(model::requests_needed)
}

/// Reads `p95` as 0.95.
fn quantile(metric: &str) -> Option<f64> {
    let digits = metric.strip_prefix('p')?;
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let percent = digits.parse::<f64>().ok()?;
    (percent > 0.0 && percent < 99.999_999).then_some(percent / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_needs_its_requests() {
        let needed = ["p95", "p99", "p99.9", "p95 of GET /orders"].map(requests_needed);
        assert_eq!(needed, [Some(59), Some(299), Some(2995), Some(59)]);
        assert_eq!(["mean", "p", "p0", "p100", "pods"].map(requests_needed), [None; 5]);
    }

    #[test]
    fn what_a_metric_was_measured_of_does_not_change_what_it_is() {
        assert_eq!(nature("errors of GET /orders"), Nature::Errors);
        assert_eq!(direction("throughput of GET /orders"), Some(Direction::Higher));
        assert_eq!(direction("cpu of api"), Some(Direction::Lower));
        assert_eq!(direction("speed"), None);
        assert_eq!(requests_beside("p95 of GET /orders"), "requests of GET /orders");
    }
}
