//! What a load is held to, as it stands beside its numbers in reports.

use super::judge::error_budget;
use crate::config::Thresholds;
use crate::model::{Limited, LoadLimit, Millis};
use crate::suite::{LoadCase, LoadLimits, TimeStatistic};

/// Gives every limit of a case: those of the suite, and the environment's where it asks for more.
pub(super) fn limits(thresholds: &Thresholds, case: &LoadCase) -> Vec<LoadLimit> {
    let mut all = of_all(thresholds, &case.limits);
    for of in &case.limits_of {
        all.extend(times(&of.limits, Some(&of.request)));
    }
    all
}

fn of_all(thresholds: &Thresholds, own: &LoadLimits) -> Vec<LoadLimit> {
    let least = own.throughput.map_or(0.0, |least| least.0).max(thresholds.throughput.0);
    let most = |own: Option<f64>, most: f64| own.map_or(most, |own| own.min(most));
    let max = time(own, TimeStatistic::Max);
    let mut all = times(own, None);
    all.retain(|limit| limit.of != Limited::Max);
    for (of, value) in [
        (Limited::Max, most(max, thresholds.response_time.0)),
        (Limited::Throughput, least),
        (Limited::Errors, error_budget(own).0),
        (Limited::Cpu, most(own.cpu.map(|most| most.0), thresholds.cpu.0)),
        (Limited::Memory, most(own.memory.map(|most| most.0), thresholds.memory.0)),
    ] {
        all.push(LoadLimit { of, name: None, value });
    }
    all
}

fn time(limits: &LoadLimits, of: TimeStatistic) -> Option<f64> {
    let found = limits.times.iter().find(|(statistic, _)| *statistic == of);
    found.map(|(_, limit)| Millis::from(*limit).0)
}

fn times(limits: &LoadLimits, name: Option<&str>) -> Vec<LoadLimit> {
    let of_times = limits.times.iter().map(|(statistic, limit)| LoadLimit {
        of: statistic.limited(),
        name: name.map(str::to_owned),
        value: Millis::from(*limit).0,
    });
    of_times.collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{Percent, Rate};

    #[test]
    fn the_stricter_of_suite_and_environment_is_the_limit() {
        let thresholds = Thresholds {
            response_time: Millis(1000.0),
            throughput: Rate(10.0),
            cpu: Percent(80.0),
            memory: Percent(80.0),
            disk: Percent(90.0),
        };
        let own = LoadLimits {
            times: vec![
                (TimeStatistic::P95, Duration::from_millis(300)),
                (TimeStatistic::Max, Duration::from_secs(2)),
            ],
            throughput: Some(Rate(50.0)),
            cpu: Some(Percent(90.0)),
            ..LoadLimits::default()
        };
        let all = of_all(&thresholds, &own);
        let told: Vec<(&str, f64)> = all.iter().map(|it| (it.of.word(), it.value)).collect();
        let expected = [
            ("p95", 300.0),
            ("max", 1000.0),
            ("throughput", 50.0),
            ("errors", 1.0),
            ("cpu", 80.0),
            ("memory", 80.0),
        ];
        assert_eq!(told, expected);
    }
}
