//! Whether so few rounds can tell anything at all: below a number no interval has an end, whatever they show.

use thiserror::Error;

use super::super::rounds::{Rule, least_pairs};
use super::outlook::measured;
use super::tolerated::of_case;
use super::{Against, Kept, Series, case_name};
use crate::model::{Finding, Fingerprint, KeptRounds, Reason};
use crate::suite::{LoadCase, Suite};

/// Says of which rounds there are too few.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TooFew {
    /// Of those that are to be measured.
    #[error(
        "{asked} {unit} of {case} can never be told, whatever they show, because it takes {least} where these metrics gate together; measure {least} or more, or let fewer gate (`--gating p95`)"
    )]
    Asked {
        /// The load case.
        case: String,
        /// How many are asked for.
        asked: usize,
        /// `pairs` or `rounds`.
        unit: &'static str,
        /// How many it takes.
        least: usize,
    },
    /// Of those that were kept.
    #[error(
        "{case} has {there} kept rounds ({whom}), which can never be told, whatever is measured now, because it takes {least} where these metrics gate together; keep more with `proofmark load --rounds 10`, and pin them with `--pin`, or let fewer gate (`--gating p95`)"
    )]
    Kept {
        /// The load case.
        case: String,
        /// What they are called.
        whom: String,
        /// How many there are.
        there: usize,
        /// How many it takes.
        least: usize,
    },
}

/// Says how many rounds are held against how many.
#[derive(Debug, Clone, Copy)]
pub struct Extent<'e> {
    /// How many pairs or rounds are measured at the most.
    pub most: usize,
    /// Whether both sides are measured.
    pub is_paired: bool,
    /// The rounds that decide, where the baseline's were kept.
    pub kept: Option<&'e Kept>,
}

impl Extent<'_> {
    /// Refuses a number of rounds after which no ratio that gates can be told: only thresholds would be.
    ///
    /// # Errors
    ///
    /// The first load case that has too few.
    pub fn refuse_too_few(
        self,
        rule: &Rule,
        suites: &[Suite],
        environment: &str,
        services: &[String],
    ) -> Result<(), TooFew> {
        for (suite, case) in measured(suites, environment) {
            let least = least(rule, case, services);
            let case = case_name(suite, case);
            if self.most < least {
                let unit = if self.is_paired { "pairs" } else { "rounds" };
                return Err(TooFew::Asked { case, asked: self.most, unit, least });
            }
            if let Some(kept) = self.kept
                && let Some(there) = kept.most(&case).filter(|there| *there < least)
            {
                return Err(TooFew::Kept { case, whom: kept.name.clone(), there, least });
            }
        }
        Ok(())
    }
}

/// Warns of rounds that are about to be pinned and could never be told beside others.
#[must_use]
pub fn too_few_to_pin(
    rule: &Rule,
    rounds: usize,
    suites: &[Suite],
    environment: &str,
    services: &[String],
) -> Option<String> {
    let least = measured(suites, environment).map(|(_, case)| least(rule, case, services)).max()?;
    (rounds < least).then(|| {
        format!(
            "{rounds} rounds are too few to be pinned: `--against pinned` will never tell where these metrics gate together; \
             pin {least} or more"
        )
    })
}

fn least(rule: &Rule, case: &LoadCase, services: &[String]) -> usize {
    least_of(&of_case(rule, case, services))
}

fn least_of(rule: &Rule) -> usize {
    least_pairs(rule.gating.iter().map(String::as_str))
}

impl Kept {
    /// Gives the most rounds of a load case that may be held against: of each place only the newest are.
    fn most(&self, case: &str) -> Option<usize> {
        let mut seen: Vec<&Fingerprint> = Vec::new();
        let mut newest = Vec::new();
        for kept in self.rounds.get(case)? {
            if !seen.contains(&&kept.fingerprint) {
                seen.push(&kept.fingerprint);
                newest.push(kept.rounds.len());
            }
        }
        newest.into_iter().max()
    }
}

/// Says before the first round how many of those that decide have a partner, where that are not all of them.
pub(super) fn unequal(series: &Series, kept: &[Option<&KeptRounds>]) -> Option<String> {
    let (Against::Kept(kinds), Some(asked)) = (&series.against, series.looks.last()) else {
        return None;
    };
    let whom = &kinds.first()?.name;
    let Some(kept) = kept.first()? else {
        return Some(format!("{whom}: there are none, so that nothing is compared"));
    };
    let there = kept.rounds.len();
    let compared = there.min(*asked);
    (there != *asked).then(|| {
        format!(
            "{whom}: {there} were kept and {asked} are measured, so that the first {compared} of both are compared"
        )
    })
}

/// Says that the rounds which were kept here are too few, though there are enough of elsewhere.
pub(super) fn too_few_here(
    rule: &Rule,
    kept: &[Option<&KeptRounds>],
    place: &Fingerprint,
) -> Option<Finding> {
    let kept = kept.first().copied().flatten().filter(|kept| kept.fingerprint == *place)?;
    let (there, least) = (kept.rounds.len(), least_of(rule));
    (there < least).then(|| {
        let message = format!(
            "nothing was measured, because {there} rounds were kept of this place, and it takes {least} where these \
             metrics gate together; keep more, or let fewer gate (`--gating p95`)"
        );
        Finding::inconclusive(Reason::InsufficientSamples, message)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::super::tests::suite;
    use super::*;
    use crate::model::Round;

    const KEYS: &str = "requests: [{ name: list, get: \"http://a/\", expect: { status: 200 } }]\n\
                        users: 1\nhold: 1s";

    fn rule(gating: &[&str]) -> Rule {
        let gating = gating.iter().map(|metric| (*metric).to_owned()).collect();
        Rule { gating, ..Rule::default() }
    }

    /// Gives rounds that were kept, so many at each place.
    fn kept(rounds: &[(&str, usize)]) -> Kept {
        let rounds = rounds.iter().map(|(kernel, count)| KeptRounds {
            case: "s/c".into(),
            environment: "local".into(),
            release: None,
            started: String::new(),
            fingerprint: Fingerprint { kernel: (*kernel).into(), ..Fingerprint::default() },
            rounds: vec![Round::default(); *count],
        });
        let rounds = BTreeMap::from([("s/c".to_owned(), rounds.collect())]);
        Kept { name: "the pinned rounds".into(), rounds }
    }

    fn refused(most: usize, kept: Option<&Kept>, gating: &[&str]) -> Result<(), TooFew> {
        let extent = Extent { most, is_paired: kept.is_none(), kept };
        extent.refuse_too_few(&rule(gating), &[suite(KEYS, "sku\n")], "local", &[])
    }

    #[test]
    fn six_pairs_are_too_few_for_three_metrics_and_enough_for_one() {
        assert!(refused(6, None, &[]).unwrap_err().to_string().contains("it takes 7"));
        assert_eq!(refused(7, None, &[]), Ok(()));
        assert_eq!(refused(6, None, &["p95", "errors"]), Ok(()));
        assert!(refused(6, None, &["p95", "p50"]).is_err());
    }

    /// Seven rounds were measured beside six, of which three metrics can never be told.
    #[test]
    fn kept_rounds_that_can_never_be_told_are_refused_however_many_are_measured() {
        let refusal = refused(7, Some(&kept(&[("6.1", 6)])), &[]).unwrap_err();
        assert!(refusal.to_string().starts_with("s/c has 6 kept rounds (the pinned rounds), "));
        assert_eq!(refused(7, Some(&kept(&[("6.1", 6)])), &["p95"]), Ok(()));
        assert_eq!(refused(7, Some(&kept(&[("6.1", 7)])), &[]), Ok(()));
        assert!(refused(7, Some(&kept(&[("6.1", 6), ("6.1", 9)])), &[]).is_err(), "the newest");
        assert_eq!(refused(7, Some(&kept(&[("6.1", 6), ("6.2", 9)])), &[]), Ok(()));
    }

    #[test]
    fn where_enough_were_kept_elsewhere_it_is_told_that_those_of_here_are_too_few() {
        let all = kept(&[("6.1", 6), ("6.2", 9)]);
        let [here, elsewhere] = &all.rounds["s/c"][..] else { panic!("there are two") };
        let told = |kept: &KeptRounds, place| {
            too_few_here(&rule(&["p50", "p95"]), &[Some(kept)], place).is_some()
        };
        assert!(told(here, &here.fingerprint));
        assert!(!told(elsewhere, &elsewhere.fingerprint), "nine suffice");
        assert!(!told(here, &elsewhere.fingerprint), "which is told as a mismatch");
    }

    #[test]
    fn six_rounds_are_pinned_with_a_warning_where_three_metrics_gate() {
        let suites = [suite(KEYS, "sku\n")];
        let told =
            |rounds, gating: &[&str]| too_few_to_pin(&rule(gating), rounds, &suites, "local", &[]);
        assert!(told(6, &[]).unwrap().ends_with("pin 7 or more"));
        assert_eq!((told(7, &[]), told(6, &["p95"])), (None, None));
    }
}
