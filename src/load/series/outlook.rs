//! What is known before the first round: about how long all of them take.

use std::time::Duration;

use super::load_cases;
use crate::model::show_duration;
use crate::suite::{LoadCase, Offer, Suite};

/// What a round takes beside its load: its generator is started, and its last requests are waited for.
const BESIDE: Duration = Duration::from_secs(1);

/// Gives the load cases that are measured in rounds in an environment.
///
/// An environment that a suite does not name is never loaded, and a stress takes no fixed load.
pub(super) fn measured<'s>(
    suites: &'s [Suite],
    environment: &'s str,
) -> impl Iterator<Item = (&'s Suite, &'s LoadCase)> {
    load_cases(suites).filter(move |(suite, case)| {
        suite.allows(environment) && !matches!(case.offer, Offer::Stress { .. })
    })
}

/// Says how many rounds the load cases of some suites take and about how long; nothing where none is measured in rounds.
#[must_use]
pub fn outlook(
    suites: &[Suite],
    environment: &str,
    looks: &[usize],
    is_paired: bool,
) -> Option<String> {
    let loads = measured(suites, environment).map(|(_, case)| case.offer.lasts());
    of_loads(&loads.collect::<Vec<_>>(), looks, is_paired)
}

fn of_loads(loads: &[Duration], looks: &[usize], is_paired: bool) -> Option<String> {
    let (unit, sides) = if is_paired { ("pairs", 2) } else { ("rounds", 1) };
    let once: Duration = loads.iter().map(|load| *load + BESIDE).sum();
    let look = |look: &usize| {
        let rounds = u32::try_from(look * sides).unwrap_or(u32::MAX);
        let seconds = once.saturating_mul(rounds).as_secs();
        format!("{look} {unit}, about {}", show_duration(Duration::from_secs(seconds)))
    };
    let looks = looks.iter().map(look).collect::<Vec<_>>();
    let cases = match loads.len() {
        0 => return None,
        1 => String::new(),
        several => format!("{several} load cases, each of "),
    };
    Some(format!("{cases}{} in all", looks.join(" in all; where these do not tell ")))
}

#[cfg(test)]
mod tests {
    use super::super::LOOKS;
    use super::*;

    #[test]
    fn it_is_told_beforehand_how_long_both_looks_of_all_load_cases_take() {
        let two = Duration::from_secs(2);
        assert_eq!(
            of_loads(&[two], &LOOKS, true).unwrap(),
            "10 pairs, about 1m in all; where these do not tell 20 pairs, about 2m in all"
        );
        assert_eq!(
            of_loads(&[two, two * 2], &[10], false).unwrap(),
            "2 load cases, each of 10 rounds, about 1m 20s in all"
        );
        assert_eq!(of_loads(&[], &LOOKS, true), None, "nothing is loaded");
    }
}
