//! What a generator has to know of the limits, to end a load that does not keep to them.

use super::errors::budget;
use super::response_time::rules;
use super::{Measure, Of};
use crate::load::workload::{Bounds, Request, ResponseBound};
use crate::model::Percent;
use crate::suite::TimeStatistic;

/// Gives the limits that can be told from single responses; a mean cannot.
pub(in crate::load) fn bounds(measure: Measure<'_>, requests: &[Request]) -> Bounds {
    let of_requests = measure.case.limits_of.iter().filter_map(|limits| {
        let index = requests.iter().position(|request| request.name == limits.request)?;
        Some((Of::Request(limits.request.clone()), Some(index)))
    });
    let mut response = Vec::new();
    for (of, request) in std::iter::once((Of::All, None)).chain(of_requests) {
        for rule in rules(&of, measure) {
            let share = match rule.statistic {
                TimeStatistic::Mean => continue,
                TimeStatistic::Max => 1.0,
                quantile => quantile.quantile().expect("what is no mean and no maximum has one"),
            };
            let limit = std::time::Duration::from_secs_f64(rule.limit.0 / 1000.0);
            response.push(ResponseBound { request, share, limit });
        }
    }
    let Percent(budget) = budget(&measure.case.limits);
    Bounds { errors: Some(budget / 100.0), response }
}
