//! The finding about errors: counts against an absolute budget, never a ratio, because a baseline has
//! often none.

use super::super::statistics::{SHARE_CONFIDENCE, Share};
use super::{LAST_LOOK, Metric, Pair, Reading, Rounds};
use crate::model::{Comparison, Diagnostic, Finding, Percent, Reason, Statistic};

/// Holds the errors and requests of one pair.
struct Counted {
    number: u64,
    baseline: [u64; 2],
    candidate: [u64; 2],
}

/// Judges the candidate's errors among its requests.
pub(super) fn judge(rounds: &Rounds, metric: &Metric, budget: f64) -> Result<Finding, Diagnostic> {
    let counted = counted(rounds, metric)?;
    let [bad_before, all_before] = sum(counted.iter().map(|pair| pair.baseline));
    let [bad, all] = sum(counted.iter().map(|pair| pair.candidate));
    let (Some(before), Some(share)) = (Share::of(bad_before, all_before), Share::of(bad, all))
    else {
        return Ok(Finding::inconclusive(
            Reason::NoData,
            "the rounds do not count requests on both sides; add the metric `requests`",
        ));
    };
    let comparison = comparison(&counted, before, share, budget);
    let limit = comparison.shown_limit();
    let seen = if bad == 0 {
        format!("none of {all} requests failed, which proves only a rate below {}", high(share))
    } else {
        let (estimate, interval) = (comparison.shown_estimate(), comparison.shown_interval());
        format!("{bad} of {all} requests failed, {estimate} ({interval})")
    };
    let finding = if share.high <= budget {
        Finding::pass(format!("{seen}: within the budget of {limit}"))
    } else if share.low > budget {
        Finding::fail(
            Reason::ThresholdExceeded,
            format!("{seen}: the whole interval is beyond the budget of {limit}"),
        )
    } else {
        let settled = match comparison.pairs_needed {
            Some(needed) if needed <= LAST_LOOK => {
                format!("about {needed} such pairs would settle it")
            }
            Some(needed) => format!(
                "it takes about as many requests as {needed} such pairs have, more than the {LAST_LOOK} that \
                 are judged: make the rounds longer"
            ),
            None => "no number of requests would settle it".to_owned(),
        };
        Finding::inconclusive(
            Reason::InsufficientSamples,
            format!("{seen}: it may be beyond the budget of {limit}; {settled}"),
        )
    };
    let (baseline, candidate) = comparison.shown_sides();
    let actual = format!(
        "{candidate}, interval {} at {}\nbaseline {baseline}: {bad_before} of {all_before}\n\
         worst round {}, of pair {}",
        comparison.shown_interval(),
        Percent(SHARE_CONFIDENCE * 100.0),
        Statistic::Share.show(comparison.worst),
        comparison.worst_pair,
    );
    Ok(finding.comparing(format!("at most {limit}"), actual).with_comparison(comparison))
}

/// Counts the baseline's errors and requests; none of both where the requests of a pair are not counted.
pub(super) fn of_baseline(rounds: &Rounds, metric: &Metric) -> Result<[u64; 2], Diagnostic> {
    Ok(sum(counted(rounds, metric)?.iter().map(|pair| pair.baseline)))
}

fn sum(counts: impl Iterator<Item = [u64; 2]>) -> [u64; 2] {
    counts.fold([0, 0], |[bad, all], [b, a]| [bad + b, all + a])
}

fn high(share: Share) -> String {
    Statistic::Share.show(share.high)
}

/// Joins the errors of each pair with its requests; of pairs without, there are none.
fn counted(rounds: &Rounds, metric: &Metric) -> Result<Vec<Counted>, Diagnostic> {
    let Some(requests) = rounds.requests_of(&metric.name) else { return Ok(Vec::new()) };
    let both = |errors: Reading, requests: Reading| {
        let counts = [errors.count(), requests.count()];
        if counts[0] <= counts[1] {
            return Ok(counts);
        }
        let message = format!("{} errors are more than the {} requests", counts[0], counts[1]);
        let place = requests.span.place(&rounds.source.name);
        let help = format!("errors are counted among the requests at {place}; correct one of them");
        Err(rounds.refuse(errors.span, message).help(help))
    };
    let mut counted = Vec::new();
    for Pair { number, baseline, candidate } in &metric.pairs {
        if let Some(all) = requests.pairs.iter().find(|pair| pair.number == *number) {
            counted.push(Counted {
                number: *number,
                baseline: both(*baseline, all.baseline)?,
                candidate: both(*candidate, all.candidate)?,
            });
        }
    }
    Ok(if counted.len() == metric.pairs.len() { counted } else { Vec::new() })
}

fn comparison(counted: &[Counted], before: Share, share: Share, budget: f64) -> Comparison {
    let of_round = |[bad, all]: [u64; 2]| Share::of(bad, all).map_or(0.0, |share| share.estimate);
    let (worst_pair, worst) = counted
        .iter()
        .map(|pair| (pair.number, of_round(pair.candidate)))
        .max_by(|(_, one), (_, other)| one.total_cmp(other))
        .expect("a share is of at least one pair");
    let is_settled = share.high <= budget || share.low > budget;
    Comparison {
        statistic: Statistic::Share,
        baseline: before.estimate,
        candidate: share.estimate,
        estimate: share.estimate,
        low: Some(share.low),
        high: Some(share.high),
        confidence: SHARE_CONFIDENCE,
        limit: budget,
        pairs: counted.len(),
        pairs_needed: pairs_needed(counted.len(), share, budget).filter(|_| !is_settled),
        worst,
        worst_pair,
    }
}

/// Gives about how many such pairs would settle it: where none failed, the interval shrinks with the
/// number of requests, else with its root.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number of pairs, far below 2^52"
)]
fn pairs_needed(pairs: usize, share: Share, budget: f64) -> Option<usize> {
    let end = if share.estimate < budget { share.high } else { share.low };
    let shrink = (end - share.estimate) / (budget - share.estimate);
    let more = if share.estimate == 0.0 { shrink } else { shrink * shrink };
    let needed = (pairs as f64 * more).ceil();
    (needed < f64::from(u32::MAX)).then(|| (needed as usize).max(pairs + 1))
}
