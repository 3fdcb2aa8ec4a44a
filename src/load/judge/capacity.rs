//! Up to which rate a target keeps to its limits: told from the steps of a stress.

use super::Measure;
use crate::model::{Finding, LoadRecord, Rate, Reason, StepRecord};
use crate::suite::Steps;

/// Tells how one rate went.
enum Went {
    /// Every limit was kept.
    Well,
    /// The target did not keep to a limit.
    Broke(String),
    /// The generator did not offer the rate, so that nothing is known of the target.
    Unoffered(String),
    /// Nothing shows of the target, though it was offered.
    Untold(String),
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
    for (index, rate) in steps.rates().enumerate() {
        let went = went(record.steps.get(index));
        let (told, goes_on) = match &went {
            Went::Well => ("kept to its limits".to_owned(), true),
            Went::Broke(why) | Went::Unoffered(why) | Went::Untold(why) => (why.clone(), false),
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

/// Tells how a rate went that was offered, or was not.
fn went(step: Option<&StepRecord>) -> Went {
    match step {
        None => Went::Unmeasured,
        Some(StepRecord { unoffered: Some(why), .. }) => Went::Unoffered(why.clone()),
        Some(StepRecord { broken: Some(why), .. }) => Went::Broke(why.clone()),
        Some(StepRecord { untold: Some(why), .. }) => Went::Untold(why.clone()),
        Some(_) => Went::Well,
    }
}
