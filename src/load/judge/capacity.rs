//! Up to which rate a target keeps to its limits: told from the seconds of a stress.

use super::errors::BUDGET;
use super::response_time::{Rule, rules};
use super::{Measure, Of};
use crate::model::{Finding, LoadRecord, LoadSecond, Millis, Percent, Rate, Reason, StepRecord};
use crate::suite::{Steps, TimeStatistic};

/// Tells how one rate went.
enum Went {
    /// Every second kept to every limit.
    Well,
    /// The target did not keep to a limit.
    Broke(String),
    /// The generator did not offer the rate, so that nothing is known of the target.
    Unoffered(String),
    /// It was not offered to its end.
    Unmeasured,
}

pub(super) fn judge(steps: Steps, record: &LoadRecord, measure: Measure<'_>) -> Finding {
    let wanted = measure.case.limits.throughput.unwrap_or(Rate(0.0));
    let threshold = measure.thresholds.throughput;
    let wanted = if wanted > threshold { wanted } else { threshold };
    let mut held: Option<Rate> = None;
    let mut seen = Vec::new();
    let mut end = None;
    for (index, rate) in (0_u64..).zip(steps.rates()) {
        let told = usize::try_from(index).ok().and_then(|at| record.steps.get(at));
        let went = match told.and_then(|step| Some((step, step.broken.clone()?))) {
            Some((step, why)) if is_of_generator(step) => Went::Unoffered(why),
            Some((_, why)) => Went::Broke(why),
            None => went(index, steps, record, measure),
        };
        let (told, goes_on) = match &went {
            Went::Well => ("kept to its limits".to_owned(), true),
            Went::Broke(why) | Went::Unoffered(why) => (why.clone(), false),
            Went::Unmeasured => ("was not offered to its end".to_owned(), false),
        };
        seen.push(format!("{rate}: {told}"));
        if !goes_on {
            end = Some((rate, went, told));
            break;
        }
        held = Some(rate);
    }
    let known = held.map_or_else(|| "no rate was held".to_owned(), |held| format!("held {held}"));
    let beyond = match &end {
        None => "the highest that was offered".to_owned(),
        Some((rate, _, told)) => format!("at {rate} {told}"),
    };
    let message = format!("{known}; {beyond}");
    let finding = match (held, end) {
        (Some(held), _) if held >= wanted => Finding::pass(message),
        (_, Some((_, Went::Broke(_), _))) => Finding::fail(
            Reason::ThresholdExceeded,
            format!("{message}; at least {wanted} asked for"),
        ),
        (_, Some((_, Went::Unoffered(_), _))) => {
            Finding::inconclusive(Reason::ClientSaturated, message)
        }
        _ => Finding::inconclusive(
            Reason::InsufficientSamples,
            format!("{message}; at least {wanted} asked for"),
        ),
    };
    finding.comparing(format!("at least {wanted}"), seen.join("\n"))
}

/// Whether the generator itself was the limit.
fn is_of_generator(step: &StepRecord) -> bool {
    step.busy > super::doubt::SATURATED
        || step.lag_p99_ms.is_some_and(|lag| lag > super::doubt::LATE_AT_LEAST.0)
}

fn went(index: u64, steps: Steps, record: &LoadRecord, measure: Measure<'_>) -> Went {
    let every = steps.every.as_secs();
    // What of the warm-up lies in the first step is not judged.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a warm-up in whole seconds"
    )]
    let skipped = (record.skipped_ms / 1000.0).ceil() as u64;
    let (from, until) = ((index * every).max(skipped), (index + 1) * every);
    let is_in = |second: &&LoadSecond| (from..until).contains(&u64::from(second.at));
    let seconds: Vec<&LoadSecond> = record.seconds.iter().filter(is_in).collect();
    if u64::try_from(seconds.len()).unwrap_or_default() < until.saturating_sub(from) {
        return Went::Unmeasured;
    }
    let sum = |part: fn(&LoadSecond) -> u64| seconds.iter().map(|second| part(second)).sum::<u64>();
    let busy = seconds.iter().map(|second| second.busy).fold(0.0, f64::max);
    if busy > super::doubt::SATURATED {
        let busy = Percent(busy * 100.0);
        return Went::Unoffered(format!("the generator's busiest core was {busy} busy"));
    }
    let (bad, correct) = (sum(|s| s.wrong + s.failed), sum(|s| s.correct));
    if correct == 0 {
        return Went::Broke("there was not one correct response".to_owned());
    }
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 52 bits")]
    let share = Percent(bad as f64 * 100.0 / (bad + correct) as f64);
    let budget = measure.case.limits.errors.filter(|own| *own < BUDGET).unwrap_or(BUDGET);
    if share > budget {
        return Went::Broke(format!("{share} of the requests failed, over {budget}"));
    }
    for Rule { statistic, limit } in rules(&Of::All, measure) {
        let worst = seconds.iter().filter_map(|second| told_by(second, statistic));
        let worst = worst.fold(0.0, f64::max);
        if worst > limit.0 {
            let (word, worst) = (statistic.word(), Millis(worst));
            return Went::Broke(format!("{word} was {worst} in one second, over {limit}"));
        }
    }
    Went::Well
}

/// Gives a statistic of one second, where that is told.
pub(in crate::load) const fn told_by(second: &LoadSecond, statistic: TimeStatistic) -> Option<f64> {
    match statistic {
        TimeStatistic::P50 => second.p50_ms,
        TimeStatistic::P95 => second.p95_ms,
        TimeStatistic::P99 => second.p99_ms,
        TimeStatistic::Max => second.max_ms,
        TimeStatistic::Mean | TimeStatistic::P90 | TimeStatistic::P999 => None,
    }
}
