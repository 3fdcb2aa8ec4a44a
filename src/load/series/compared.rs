//! What a candidate's rounds show beside each of those that they are held against.

use super::super::rounds::{Measured as Row, Rule};
use super::held::{self, Found};
use super::measure::Measured;
use super::{Against, Kept, Series};
use crate::model::{
    Calibration, Finding, Fingerprint, KeptRounds, Number, Percent, Reason, Severity,
};

/// Is one comparison: against whom, and what it shows.
pub(super) struct Compared {
    pub whom: String,
    pub found: Vec<Found>,
}

/// Gives the rounds that are held against, by the kinds of those that were kept: such as were measured at `place`, or
/// else the newest.
pub(super) fn kept<'s>(
    series: &'s Series,
    case: &str,
    place: &Fingerprint,
) -> Vec<Option<&'s KeptRounds>> {
    let Against::Kept(kinds) = &series.against else { return Vec::new() };
    let best = |kept: &'s Kept| {
        let rounds = kept.rounds.get(case)?;
        rounds.iter().find(|it| it.fingerprint == *place).or(rounds.first())
    };
    kinds.iter().map(best).collect()
}

/// Gives every comparison of rounds that were all measured.
pub(super) fn compared(
    series: &Series,
    measured: &Measured<'_>,
    kept: &[Option<&KeptRounds>],
    place: &Fingerprint,
    rule: &Rule,
) -> Vec<Compared> {
    let digest = place.digest();
    match &series.against {
        Against::Nothing => Vec::new(),
        Against::Baseline(_, name) => {
            let mut found = held::judge(&measured.pairs(&digest), rule);
            found.extend(unseen(series, rule));
            vec![Compared { whom: format!("against {name}"), found }]
        }
        Against::Itself => {
            let found = noises(&measured.pairs(&digest), rule);
            vec![Compared { whom: "against itself".to_owned(), found }]
        }
        Against::Kept(kinds) => {
            let one = |(at, (kind, rounds)): (usize, (&Kept, Option<&KeptRounds>))| {
                let mut found = match rounds {
                    Some(rounds) => {
                        let there = rounds.fingerprint.digest();
                        let mut found =
                            held::judge(&joined(rounds, measured, [&there, &digest]), rule);
                        found.extend(unseen(series, rule));
                        found
                    }
                    None => vec![nothing_kept(&kind.name)],
                };
                if at > 0 {
                    for found in &mut found {
                        found.severity = Severity::Info;
                    }
                }
                Compared { whom: format!("against {}", kind.name), found }
            };
            kinds.iter().zip(kept.iter().copied()).enumerate().map(one).collect()
        }
    }
}

/// Gives what is kept of rounds that were held against themselves.
pub(super) fn calibration(pairs: &[[Row<'_>; 2]], kept: &KeptRounds) -> Calibration {
    let noises = held::noises(pairs).into_iter();
    let KeptRounds { case, environment, started, fingerprint, .. } = kept.clone();
    Calibration {
        case,
        environment,
        started,
        fingerprint,
        pairs: pairs.len(),
        noise: noises
            .filter_map(|(metric, noise)| Some(Number::new(metric, noise.ok()?.0)))
            .collect(),
    }
}

/// Pairs rounds that were kept with those that were measured now, as far as both go.
pub(super) fn joined<'m>(
    kept: &'m KeptRounds,
    measured: &'m Measured<'_>,
    [there, here]: [&'m str; 2],
) -> Vec<[Row<'m>; 2]> {
    let before = kept.rounds.len();
    let pairs = kept.rounds.iter().zip(&measured.rounds[1]).enumerate();
    pairs
        .map(|(at, (baseline, candidate))| {
            let order = before + candidate.order;
            [
                Row { round: baseline, order: at + 1, environment: there },
                Row { round: &candidate.round, order, environment: here },
            ]
        })
        .collect()
}

/// Says what is not the same where the rounds that decide were measured elsewhere.
pub(super) fn elsewhere(kept: &[Option<&KeptRounds>], place: &Fingerprint) -> Option<String> {
    let kept = kept.first().copied().flatten()?;
    let differences = place.differences(&kept.fingerprint).join("; ");
    (!differences.is_empty())
        .then(|| format!("measured elsewhere than what was kept: {differences}"))
}

/// Gives the noise of each metric beside the change that is to be seen.
fn noises(pairs: &[[Row<'_>; 2]], rule: &Rule) -> Vec<Found> {
    let found = held::noises(pairs).into_iter().map(|(metric, noise)| {
        let tolerance = rule.relative(&metric);
        let (severity, finding) = match noise {
            Ok(noise) => of_noise(noise, tolerance),
            Err(finding) => (Severity::Critical, finding),
        };
        let severity = if rule.gating.contains(&metric) { severity } else { Severity::Info };
        Found { metric, severity, finding }
    });
    found.collect()
}

fn of_noise(noise: Percent, tolerance: Percent) -> (Severity, Finding) {
    let seen = format!("differs from itself by up to {noise}");
    let (severity, finding) = if noise <= tolerance {
        (Severity::Critical, Finding::pass(format!("{seen}, within {tolerance}")))
    } else {
        let message = format!(
            "{seen}: a change of {tolerance} is not seen here; make the rounds longer or the host quieter"
        );
        (Severity::Warning, Finding::fail(Reason::ThresholdExceeded, message))
    };
    (severity, finding.comparing(tolerance.to_string(), noise.to_string()))
}

/// Warns where what was calibrated hides the changes that matter: noise that somebody gives was chosen.
fn unseen(series: &Series, rule: &Rule) -> Option<Found> {
    series.rule.noise.is_empty().then(|| hidden(rule)).flatten()
}

fn hidden(rule: &Rule) -> Option<Found> {
    let wide = |metric: &String| {
        let (noise, tolerance) = (rule.noise_of(metric)?, rule.relative(metric));
        (noise > tolerance).then(|| format!("{metric} by up to {noise} instead of {tolerance}"))
    };
    let wide: Vec<String> = rule.gating.iter().filter_map(wide).collect();
    let message = format!(
        "noise was calibrated that hides changes which matter: worse is tolerated in {}; make the rounds longer or the \
         host quieter, and repeat `proofmark calibrate`",
        wide.join(", ")
    );
    (!wide.is_empty()).then(|| Found {
        metric: "noise".to_owned(),
        severity: Severity::Warning,
        finding: Finding::fail(Reason::ThresholdExceeded, message),
    })
}

fn nothing_kept(name: &str) -> Found {
    let message = format!(
        "{name}: there are none of this load case in this environment; keep some with `proofmark load --rounds 10`, and \
         pin them with `--pin`"
    );
    Found {
        metric: "rounds".to_owned(),
        severity: Severity::Critical,
        finding: Finding::inconclusive(Reason::MissingBaseline, message),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::rounds::Setting;
    use super::*;

    /// A host that differed from itself by 241 % let a candidate of twice the time pass without a word.
    #[test]
    fn calibrated_noise_that_hides_what_matters_is_a_warning_and_only_of_what_gates() {
        let rule = |noise| Rule {
            noise: vec![Setting::of("p50", Percent(noise)), Setting::of("p99", Percent(300.0))],
            gating: vec!["p50".to_owned(), "errors".to_owned()],
            ..Rule::default()
        };
        assert!(hidden(&rule(10.0)).is_none());
        let found = hidden(&rule(241.2)).unwrap();
        assert_eq!(found.severity, Severity::Warning);
        assert_eq!(found.finding.reason, Some(Reason::ThresholdExceeded));
        let message = found.finding.message;
        assert!(message.contains("in p50 by up to 241.2% instead of 10%; "), "{message}");
    }
}
