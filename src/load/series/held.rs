//! Pairs of rounds judged, by the same way as those that `proofmark judge` reads.

use super::super::rounds::{Measured as Row, Rounds, Rule, csv, read};
use crate::config::Source;
use crate::model::{Finding, Percent, Reason, Severity, Statistic};

/// Is what was found about one metric.
pub(super) struct Found {
    pub metric: String,
    pub severity: Severity,
    pub finding: Finding,
}

/// Judges pairs of rounds. A metric that is to gate and is not in every round is not known.
pub(super) fn judge(pairs: &[[Row<'_>; 2]], rule: &Rule) -> Vec<Found> {
    let rounds = match rounds(pairs) {
        Ok(rounds) => rounds,
        Err(why) => return vec![unknown("rounds", why)],
    };
    let names: Vec<String> = rounds.names().map(str::to_owned).collect();
    let lacking = rule.gating.iter().filter(|metric| !names.contains(metric));
    let mut found: Vec<Found> = lacking.map(|metric| unknown(metric, lacks(metric))).collect();
    let own = rule.of_only(&names);
    if own.gating.is_empty() {
        return found;
    }
    match rounds.judge(&own, "") {
        Ok(judged) => found.extend(judged.into_iter().map(|(check, finding)| Found {
            metric: check.name,
            severity: check.severity,
            finding,
        })),
        Err(refusal) => found.push(unknown("rounds", refusal.to_string())),
    }
    found
}

/// Gives the noise of each metric, where both sides are the same.
pub(super) fn noises(pairs: &[[Row<'_>; 2]]) -> Vec<(String, Result<Percent, Finding>)> {
    match rounds(pairs) {
        Ok(rounds) => {
            let noises = rounds.noises().into_iter();
            noises.map(|(metric, noise)| (metric.to_owned(), noise)).collect()
        }
        Err(why) => vec![("rounds".to_owned(), Err(Finding::inconclusive(Reason::NoData, why)))],
    }
}

/// Tells whether another look would settle what this one leaves open.
pub(super) fn is_open(found: &[Found]) -> bool {
    found.iter().any(|found| {
        let comparison = found.finding.evidence.comparison.as_deref();
        found.severity == Severity::Critical
            && found.finding.reason == Some(Reason::InsufficientSamples)
            && comparison.is_some_and(|comparison| comparison.statistic != Statistic::Share)
    })
}

fn rounds(pairs: &[[Row<'_>; 2]]) -> Result<Rounds, String> {
    read(Source::new("rounds.csv", csv(pairs))).map_err(|refusal| refusal.to_string())
}

fn lacks(metric: &str) -> String {
    format!("not every round has {metric}: load for longer, or let another metric gate")
}

fn unknown(metric: &str, why: String) -> Found {
    Found {
        metric: metric.to_owned(),
        severity: Severity::Critical,
        finding: Finding::inconclusive(Reason::InsufficientSamples, why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Number, Outcome, Round};

    fn round(p95: f64) -> Round {
        let numbers = [("p95", p95), ("p50 of list", 3.0), ("errors", 0.0), ("requests", 900.0)];
        Round { numbers: numbers.map(|(metric, value)| Number::new(metric, value)).into() }
    }

    /// Gives ten pairs whose candidate is slower by `factor`, a little more or less each.
    fn rounds_of(factor: f64) -> Vec<[Round; 2]> {
        let spread = [0.99, 1.01, 1.0, 0.98, 1.02, 1.0, 0.995, 1.005, 1.015, 0.985];
        spread.map(|by| [round(40.0), round(40.0 * factor * by)]).into()
    }

    fn judged(rounds: &[[Round; 2]], gating: &[&str]) -> Vec<Found> {
        let pairs: Vec<_> = rounds
            .iter()
            .zip(0..)
            .map(|([one, other], at)| {
                let row = |round, order| Row { round, order, environment: "a1b2" };
                [row(one, 2 * at + 1), row(other, 2 * at + 2)]
            })
            .collect();
        let gating = gating.iter().map(|metric| (*metric).to_owned()).collect();
        judge(&pairs, &Rule { gating, ..Rule::default() })
    }

    fn of<'f>(found: &'f [Found], metric: &str) -> &'f Found {
        found.iter().find(|found| found.metric == metric).unwrap()
    }

    #[test]
    fn what_is_measured_is_judged_by_the_rule_for_files_and_only_what_gates_counts() {
        let found = judged(&rounds_of(1.3), &["p95", "errors"]);
        let slower = of(&found, "p95");
        assert_eq!(slower.finding.reason, Some(Reason::Regression));
        assert_eq!(slower.severity, Severity::Critical);
        assert_eq!(of(&found, "p50 of list").severity, Severity::Info);
        assert_eq!(of(&found, "errors").finding.outcome, Outcome::Pass);
    }

    #[test]
    fn a_metric_that_gates_and_was_not_measured_is_not_known() {
        let found = judged(&rounds_of(1.0), &["p99.9"]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].finding.outcome, Outcome::Inconclusive);
        assert!(!is_open(&found), "no number of rounds would bring it");
    }

    #[test]
    fn only_an_interval_that_does_not_tell_asks_for_another_look() {
        assert!(!is_open(&judged(&rounds_of(1.0), &["p95"])));
        assert!(!is_open(&judged(&rounds_of(1.3), &["p95"])));
        assert!(is_open(&judged(&rounds_of(1.095), &["p95"])));
        assert!(!is_open(&judged(&rounds_of(1.095), &["p50 of list"])));
    }
}
