//! How long responses took, from when the request was due.

use super::doubt::{Doubt, Times};
use super::{Measure, Of, Sum, unless_doubted, without_samples};
use crate::model::{
    Finding, GeneratorRecord, Histogram, LoadRecord, Millis, Percent, Reason, RequestRecord,
    requests_needed,
};
use crate::suite::TimeStatistic;

/// Is one limit of a statistic.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    pub statistic: TimeStatistic,
    pub limit: Millis,
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at most {}", self.statistic.word(), self.limit)
    }
}

impl Rule {
    /// Gives how often the limit goes into what was measured; none without a sample.
    fn excess(self, times: &Histogram) -> Option<f64> {
        Some(value(self.statistic, times)?.0 / self.limit.0)
    }

    /// Gives how many samples the statistic is told from at least.
    fn needed(self) -> u64 {
        self.statistic.quantile().map_or(1, requests_needed)
    }
}

pub(super) fn judge(
    of: &Of,
    record: &LoadRecord,
    measure: Measure<'_>,
    doubt: Option<&Doubt>,
) -> Finding {
    let among = record.requests.iter().filter(|request| of.is(&request.name));
    let among: Vec<&RequestRecord> = among.collect();
    let sum = Sum::of(of, record);
    let (rules, times) = (rules(of, measure), &sum.response);
    let finding = if let Some(silent) =
        among.iter().find(|request| request.correct == 0 || request.response.count() == 0)
    {
        without_samples(silent)
    } else {
        held(&rules, &sum, measure.limits(of).samples, doubt)
    };
    let expected: Vec<String> = rules.iter().map(Rule::to_string).collect();
    let each = among.iter().filter(|_| among.len() > 1);
    let each = each.map(|request| format!("{}: {}", request.name, told(&request.response)));
    let own = (*of == Of::All).then(|| generator(record));
    let seen: Vec<String> = std::iter::once(told(times)).chain(each).chain(own).collect();
    finding.comparing(expected.join("\n"), seen.join("\n"))
}

/// Gives the suite's limits, and the threshold of the environment where it is not one of them.
pub(super) fn rules(of: &Of, measure: Measure<'_>) -> Vec<Rule> {
    let limits = measure.limits(of).times.iter();
    let mut rules: Vec<Rule> = limits
        .map(|(statistic, limit)| Rule { statistic: *statistic, limit: (*limit).into() })
        .collect();
    let threshold = Rule { statistic: TimeStatistic::Max, limit: measure.thresholds.response_time };
    match rules.iter_mut().find(|rule| rule.statistic == TimeStatistic::Max) {
        Some(own) if own.limit > threshold.limit => *own = threshold,
        Some(_) => {}
        None => rules.push(threshold),
    }
    rules
}

fn held(rules: &[Rule], sum: &Sum, samples: Option<u64>, doubt: Option<&Doubt>) -> Finding {
    let times = &sum.response;
    let count = times.count();
    let broken = rules.iter().filter_map(|rule| Some((rule, rule.excess(times)?)));
    let broken = broken.filter(|(rule, excess)| *excess > 1.0 && count >= rule.needed());
    if let Some((rule, _)) = broken.max_by(|one, other| one.1.total_cmp(&other.1)) {
        let (statistic, limit) = (rule.statistic.word(), rule.limit);
        let actual = value(rule.statistic, times).unwrap_or(limit);
        let message = format!("{statistic} is {actual}, over {limit}; {}", told(times));
        let failed = Finding::fail(Reason::ThresholdExceeded, message);
        return if is_certain(*rule, sum, doubt) { failed } else { unless_doubted(failed, doubt) };
    }
    if sum.unfinished > 0 {
        let (unfinished, sent) = (sum.unfinished, sum.sent);
        let message = format!(
            "{unfinished} of {sent} requests had not ended when the load was; {}",
            told(times)
        );
        return unless_doubted(Finding::fail(Reason::TimedOut, message), doubt);
    }
    let few = |statistic: &str, needed: u64| {
        Finding::inconclusive(
            Reason::InsufficientSamples,
            format!(
                "{statistic} needs {needed} responses, and there were {count}; make the load longer"
            ),
        )
    };
    if let Some(rule) = rules.iter().find(|rule| count < rule.needed()) {
        return few(rule.statistic.word(), rule.needed());
    }
    if let Some(samples) = samples.filter(|samples| count < *samples) {
        return few("the suite", samples);
    }
    let limits: Vec<String> = rules.iter().map(Rule::to_string).collect();
    Finding::pass(format!("{}; {}", told(times), limits.join(", ")))
}

/// Whether a limit was broken by the target, whatever doubt there is of the load.
fn is_certain(rule: Rule, sum: &Sum, doubt: Option<&Doubt>) -> bool {
    // What took too long after it was sent was not slow because it was sent late.
    let by_itself = rule.excess(&sum.service).is_some_and(|excess| excess > 1.0);
    match doubt.map_or(Times::Sound, |doubt| doubt.times) {
        // The longest time gets no shorter, whatever would have come after a load that ended early.
        Times::Sound => by_itself || rule.statistic == TimeStatistic::Max,
        Times::FromDue => by_itself,
        Times::All => false,
    }
}

/// Writes what the load itself took of its host.
fn generator(record: &LoadRecord) -> String {
    let GeneratorRecord { busy, cpu_ms, .. } = record.generator;
    let (busy, cpu) = (Percent(busy * 100.0), Millis(cpu_ms));
    format!("the generator: {cpu} of processor time, its busiest core {busy} busy")
}

fn value(statistic: TimeStatistic, times: &Histogram) -> Option<Millis> {
    match (statistic, statistic.quantile()) {
        (_, Some(share)) => times.quantile(share),
        (TimeStatistic::Mean, None) => times.mean(),
        (_, None) => times.max(),
    }
}

/// Writes what a person asks first of times; a percentile only where it has the samples that it needs.
fn told(times: &Histogram) -> String {
    let shown = [TimeStatistic::P50, TimeStatistic::P95, TimeStatistic::P99, TimeStatistic::Max];
    let shown = shown.into_iter().filter_map(|statistic| {
        let value = match statistic.quantile() {
            Some(share) => times.percentile(share),
            None => value(statistic, times),
        };
        Some(format!("{} {}", statistic.word(), value?))
    });
    let shown: Vec<String> = shown.collect();
    match times.count() {
        0 => "no samples".to_owned(),
        1 => format!("{} (1 sample)", shown.join(", ")),
        count => format!("{} ({count} samples)", shown.join(", ")),
    }
}
