//! The findings about metrics whose two sides are held against each other.

use super::super::statistics::{least_differences, levels, median, noise};
use super::metric::{self, Direction, Nature};
use super::rule::{Rule, Tolerance};
use super::standing::{
    Claim, FIRST_LOOK, LAST_LOOK, LEAST_PAIRS, LEVEL, Standing, levels_together,
};
use super::{Metric, Pair, Rounds};
use crate::model::{Comparison, Diagnostic, Finding, Percent, Reason, Severity, Statistic};

/// Is what is found about one metric, and what that means for the verdict.
type Found = (Severity, Finding);

/// Is one metric on its way to a finding.
struct Case<'r> {
    metric: &'r Metric,
    statistic: Statistic,
    tolerance: Tolerance,
    /// What the rounds say, or why they say nothing.
    claim: Result<Claim, Finding>,
    /// Whether it is known how many requests a percentile was taken of.
    is_tail_known: bool,
    is_last_look: bool,
}

/// Judges every metric that is a ratio, by name: together those that gate, each of the others alone.
pub(super) fn judge<'r>(
    rounds: &'r Rounds,
    rule: &Rule,
) -> Result<Vec<(&'r str, Found)>, Diagnostic> {
    let ratios =
        rounds.metrics.iter().filter(|metric| metric::nature(&metric.name) == Nature::Ratio);
    let cases: Vec<Case<'_>> =
        ratios.map(|metric| case(rounds, metric, rule)).collect::<Result<_, _>>()?;
    let (gating, others): (Vec<&Case<'_>>, Vec<&Case<'_>>) =
        cases.iter().partition(|case| rule.gates(&case.metric.name));
    let claims: Vec<Option<&Claim>> = gating.iter().map(|case| case.claim.as_ref().ok()).collect();
    let together = gating.into_iter().zip(levels_together(&claims));
    let alone = others.into_iter().map(|case| (case, LEVEL));
    Ok(together.chain(alone).map(|(case, level)| (&*case.metric.name, case.found(level))).collect())
}

/// Gives the fewest pairs after which any metric can be told where these gate together: with fewer, no interval at the
/// level that Holm's correction leaves to the first of them has an end.
#[must_use]
pub fn least_pairs<'m>(gating: impl IntoIterator<Item = &'m str>) -> usize {
    let ratios = gating.into_iter().filter(|name| metric::nature(name) == Nature::Ratio).count();
    let first = levels(&vec![1.0; ratios], LEVEL).into_iter().next().unwrap_or(LEVEL);
    least_differences(first).max(LEAST_PAIRS)
}

/// Gives the noise of every metric that is a ratio, in percent; of one that cannot be compared, why not.
pub(super) fn noises<'r>(rounds: &'r Rounds) -> Vec<(&'r str, Result<Percent, Finding>)> {
    let ratios = rounds.metrics.iter().filter_map(|metric| match metric::direction(&metric.name) {
        Some(Direction::Lower) => Some((metric, Statistic::Ratio)),
        Some(Direction::Higher) => Some((metric, Statistic::InverseRatio)),
        None => None,
    });
    let of = |(metric, statistic): (&'r Metric, Statistic)| {
        let noise = match obstacle(rounds, metric, fewest_requests(rounds, metric).0) {
            Some(obstacle) => Err(obstacle),
            None => noise(&log_ratios(metric, statistic), LEVEL)
                .map(|share| Percent(share * 100.0))
                .ok_or_else(|| {
                    let pairs = metric.pairs.len();
                    let message = format!("{pairs} pairs tell no noise; it takes {LEAST_PAIRS}");
                    Finding::inconclusive(Reason::InsufficientSamples, message)
                }),
        };
        (&*metric.name, noise)
    };
    ratios.map(of).collect()
}

fn case<'r>(rounds: &Rounds, metric: &'r Metric, rule: &Rule) -> Result<Case<'r>, Diagnostic> {
    let direction = rule.direction(&metric.name).or_else(|| metric::direction(&metric.name));
    let statistic = match direction {
        Some(Direction::Lower) => Statistic::Ratio,
        Some(Direction::Higher) => Statistic::InverseRatio,
        None => {
            let message = format!("nobody knows which way `{}` is better", metric.name);
            let help = format!("say it: `--direction \"{}=lower\"`, or `=higher`", metric.name);
            return Err(rounds.refuse(metric.span, message).help(help));
        }
    };
    let tolerance = rule.tolerance(&metric.name, middle(metric, |pair| pair.baseline.value));
    let (fewest, is_tail_known) = fewest_requests(rounds, metric);
    let claim = match obstacle(rounds, metric, fewest) {
        Some(obstacle) => Err(obstacle),
        None => Ok(Claim::new(&log_ratios(metric, statistic), tolerance.share)),
    };
    let is_last_look = rule.is_last_look;
    Ok(Case { metric, statistic, tolerance, claim, is_tail_known, is_last_look })
}

/// Gives the logarithm of each pair's ratio, turned round where more is better: above 0 is worse.
///
/// It is taken of each side by itself, because the ratio of two finite numbers may have none.
fn log_ratios(metric: &Metric, statistic: Statistic) -> Vec<f64> {
    let log_ratio = |pair: &Pair| {
        let [baseline, candidate] = [pair.baseline.value.ln(), pair.candidate.value.ln()];
        match statistic {
            Statistic::InverseRatio => baseline - candidate,
            Statistic::Ratio | Statistic::Share => candidate - baseline,
        }
    };
    metric.pairs.iter().map(log_ratio).collect()
}

/// Gives the ratio of a logarithm, as far as a report can hold it.
fn ratio(log_ratio: f64) -> f64 {
    log_ratio.exp().min(f64::MAX)
}

/// Gives what keeps the two sides from being compared at all.
fn obstacle(rounds: &Rounds, metric: &Metric, fewest: Option<u64>) -> Option<Finding> {
    if let Some((span, [one, other])) = &rounds.mixed {
        let place = span.place(&rounds.source.name);
        let message = format!(
            "the rounds are of two environments, `{one}` and `{other}` ({place}); only budgets hold \
             across environments: measure both sides on one host"
        );
        return Some(Finding::inconclusive(Reason::EnvironmentMismatch, message));
    }
    let is_zero = |pair: &&Pair| pair.baseline.value == 0.0 || pair.candidate.value == 0.0;
    if let Some(pair) = metric.pairs.iter().find(is_zero) {
        let message = format!(
            "a side of pair {} is 0, which has no ratio to anything; a fixed threshold can judge it",
            pair.number
        );
        return Some(Finding::inconclusive(Reason::NoData, message));
    }
    let needed = metric::requests_needed(&metric.name)?;
    let fewest = fewest.filter(|fewest| *fewest < needed)?;
    let message = format!(
        "a round had {fewest} requests, and {} needs {needed}: load for longer",
        metric.name
    );
    Some(Finding::inconclusive(Reason::InsufficientSamples, message))
}

/// Gives the requests of the round that had the fewest, and whether all that a percentile needs are known.
fn fewest_requests(rounds: &Rounds, metric: &Metric) -> (Option<u64>, bool) {
    if metric::requests_needed(&metric.name).is_none() {
        return (None, true);
    }
    let Some(requests) = rounds.requests_of(&metric.name) else { return (None, false) };
    let of_pair = |pair: &Pair| requests.pairs.iter().find(|other| other.number == pair.number);
    let known: Vec<&Pair> = metric.pairs.iter().filter_map(of_pair).collect();
    let counts = known.iter().flat_map(|pair| [pair.baseline.count(), pair.candidate.count()]);
    (counts.min(), known.len() == metric.pairs.len())
}

/// Gives the median of one side's rounds.
fn middle(metric: &Metric, side: impl Fn(&Pair) -> f64) -> f64 {
    let mut values: Vec<f64> = metric.pairs.iter().map(side).collect();
    values.sort_by(f64::total_cmp);
    median(&values)
}

impl Case<'_> {
    fn found(&self, level: f64) -> Found {
        let claim = match &self.claim {
            Ok(claim) => claim,
            Err(obstacle) => return (Severity::Critical, obstacle.clone()),
        };
        let standing = claim.standing(level);
        let comparison = self.comparison(claim, standing, level);
        let estimate = comparison.shown_estimate();
        let seen = format!("{estimate} ({})", comparison.shown_interval());
        let limit = comparison.shown_limit();
        let settled = || settled_by(claim, level, self.is_last_look);
        let severity = match standing {
            Standing::Worse => Severity::Warning,
            _ => Severity::Critical,
        };
        let finding = match standing {
            Standing::Within => {
                Finding::pass(format!("{seen}: the whole interval is within {limit}"))
            }
            Standing::Over => Finding::fail(
                Reason::Regression,
                format!("{seen}: the whole interval is beyond {limit}"),
            ),
            Standing::Worse => Finding::fail(
                Reason::Regression,
                format!("{seen}: surely worse, and likely beyond {limit}; {}", settled()),
            ),
            Standing::Open if claim.pairs < LEAST_PAIRS => Finding::inconclusive(
                Reason::InsufficientSamples,
                format!("{seen}: too few pairs to judge; {}", settled()),
            ),
            Standing::Open => Finding::inconclusive(
                Reason::InsufficientSamples,
                format!("{seen}: the interval does not tell which side of {limit}; {}", settled()),
            ),
        };
        let [expected, actual] = self.evidence(&comparison);
        (severity, finding.comparing(expected, actual).with_comparison(comparison))
    }

    fn comparison(&self, claim: &Claim, standing: Standing, level: f64) -> Comparison {
        let (low, high) = claim.evidence.interval(level);
        let end = |end: f64| end.is_finite().then(|| ratio(end));
        let ratios = log_ratios(self.metric, self.statistic);
        let (worst_pair, worst) = self
            .metric
            .pairs
            .iter()
            .map(|pair| pair.number)
            .zip(ratios)
            .max_by(|(_, one), (_, other)| one.total_cmp(other))
            .expect("a metric is named by at least one pair");
        let is_settled = matches!(standing, Standing::Within | Standing::Over);
        Comparison {
            statistic: self.statistic,
            baseline: middle(self.metric, |pair| pair.baseline.value),
            candidate: middle(self.metric, |pair| pair.candidate.value),
            estimate: ratio(claim.evidence.estimate()),
            low: end(low),
            high: end(high),
            confidence: 1.0 - level,
            limit: (1.0 + self.tolerance.share).min(f64::MAX),
            pairs: claim.pairs,
            pairs_needed: claim.pairs_needed(level).filter(|_| !is_settled),
            worst: ratio(worst),
            worst_pair,
        }
    }

    /// Gives what was wanted and what was seen.
    fn evidence(&self, comparison: &Comparison) -> [String; 2] {
        let most = match self.statistic {
            Statistic::InverseRatio => "at least",
            Statistic::Ratio | Statistic::Share => "at most",
        };
        let expected =
            format!("{most} {} ({} tolerance)", comparison.shown_limit(), self.tolerance.from);
        let (baseline, candidate) = comparison.shown_sides();
        let mut actual = format!(
            "{}, interval {} at {}\nbaseline {baseline}, candidate {candidate}: medians of {} pairs\n\
             worst round {}, of pair {}",
            comparison.shown_estimate(),
            comparison.shown_interval(),
            Percent(comparison.confidence * 100.0),
            comparison.pairs,
            self.statistic.show(comparison.worst),
            comparison.worst_pair,
        );
        if !self.is_tail_known {
            actual.push_str(
                "\nnobody counted the requests of a round, so its tail is taken on trust",
            );
        }
        [expected, actual]
    }
}

/// Says how many pairs would settle it, and whether that many will be looked at.
fn settled_by(claim: &Claim, level: f64, is_last_look: bool) -> String {
    let next = if claim.pairs < FIRST_LOOK { FIRST_LOOK } else { LAST_LOOK };
    match claim.pairs_needed(level) {
        Some(needed) if needed <= LAST_LOOK && is_last_look => format!(
            "about {needed} pairs would settle it, and there is no other look at these: measure as many anew"
        ),
        Some(needed) if needed <= LAST_LOOK => {
            let next = if needed > next { LAST_LOOK } else { next };
            format!("about {needed} pairs would settle it, and the next look is at {next}")
        }
        Some(needed) => format!(
            "about {needed} pairs would settle it, more than the {LAST_LOOK} that are judged: make the \
             rounds longer or the host quieter"
        ),
        None => "no number of pairs would settle it, because it is what is tolerated".to_owned(),
    }
}
