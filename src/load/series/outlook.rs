//! What is known before the first round: about how long all of them take, and whether so few pairs can tell anything.

use std::time::Duration;

use super::super::rounds::least_pairs;
use super::{Against, GATING, Series};
use crate::model::show_duration;

/// What a round takes beside its load: its generator is started, and its last requests are waited for.
const BESIDE: Duration = Duration::from_secs(1);

impl Series {
    /// Says how many rounds load cases take and about how long, where a load of each lasts so long by itself; warns of
    /// a number of pairs after which nothing can be told.
    pub(super) fn outlook(&self, loads: &[Duration]) -> Vec<String> {
        let mut told = Vec::new();
        let (unit, sides) = match self.against {
            Against::Baseline(..) | Against::Itself => ("pairs", 2),
            Against::Nothing | Against::Kept(_) => ("rounds", 1),
        };
        if loads.is_empty() {
            return told;
        }
        let once: Duration = loads.iter().map(|load| *load + BESIDE).sum();
        let look = |look: &usize| {
            let rounds = u32::try_from(look * sides).unwrap_or(u32::MAX);
            let seconds = once.saturating_mul(rounds).as_secs();
            format!("{look} {unit}, about {}", show_duration(Duration::from_secs(seconds)))
        };
        let looks = self.looks.iter().map(look).collect::<Vec<_>>();
        let cases = match loads.len() {
            1 => String::new(),
            several => format!("{several} load cases, each of "),
        };
        told.push(format!("{cases}{} in all", looks.join(" in all; where these do not tell ")));
        let is_held = matches!(self.against, Against::Baseline(..) | Against::Kept(_));
        let least = match self.rule.gating.as_slice() {
            [] => least_pairs(GATING),
            named => least_pairs(named.iter().map(String::as_str)),
        };
        if let Some(pairs) = self.looks.last().filter(|pairs| is_held && **pairs < least) {
            told.push(format!(
                "{pairs} {unit} cannot show that nothing got slower, because so many metrics gate together: measure \
                 {least}, or let fewer gate (`--gating p95`)"
            ));
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::rounds::Rule;
    use crate::load::series::{LOOKS, Ledger};
    use std::collections::BTreeMap;
    use std::time::SystemTime;

    fn series(against: Against, looks: &[usize], gating: &[&str]) -> Series {
        let gating = gating.iter().map(|metric| (*metric).to_owned()).collect();
        Series {
            against,
            looks: looks.to_vec(),
            rule: Rule { gating, ..Rule::default() },
            seed: 1,
            calibrations: BTreeMap::new(),
            now: SystemTime::UNIX_EPOCH,
            ledger: Ledger::new(None, |_| ()),
        }
    }

    #[test]
    fn it_is_told_beforehand_how_long_both_looks_of_all_load_cases_take() {
        let two = Duration::from_secs(2);
        assert_eq!(
            series(Against::Itself, &LOOKS, &[]).outlook(&[two]),
            ["10 pairs, about 1m in all; where these do not tell 20 pairs, about 2m in all"]
        );
        assert_eq!(
            series(Against::Nothing, &[10], &[]).outlook(&[two, two * 2]),
            ["2 load cases, each of 10 rounds, about 1m 20s in all"]
        );
        assert!(series(Against::Itself, &LOOKS, &[]).outlook(&[]).is_empty(), "nothing is loaded");
    }

    #[test]
    fn six_pairs_are_too_few_for_three_metrics_and_enough_for_one() {
        let load = [Duration::from_secs(2)];
        let told = |pairs, gating: &[&str]| {
            series(Against::Kept(Vec::new()), &[pairs], gating).outlook(&load).len()
        };
        assert_eq!(told(6, &[]), 2);
        assert_eq!(told(7, &[]), 1);
        assert_eq!(told(6, &["p95", "errors"]), 1);
        assert_eq!(told(6, &["p95", "p50"]), 2);
    }
}
