//! Whether the two sides took turns, so that a machine that drifts slows both alike.

use std::collections::BTreeMap;

use super::Rounds;
use crate::model::{Check, Finding, Kind, Reason, Severity};

/// The name of the check.
const ORDER: &str = "order";

/// Says what is wrong with the order of the rounds; nothing where nothing is.
pub(super) fn judge(rounds: &Rounds, group: &str) -> Option<(Check, Finding)> {
    let pairs: BTreeMap<u64, (u64, u64)> = rounds
        .metrics
        .iter()
        .flat_map(|metric| &metric.pairs)
        .map(|pair| (pair.number, (pair.baseline.order, pair.candidate.order)))
        .collect();
    let message = torn_apart(&pairs).or_else(|| unbalanced(&pairs))?;
    let check = Check::new(Kind::Load, group, ORDER).with_severity(Severity::Warning);
    let finding = Finding::fail(Reason::Precondition, message)
        .comparing("baseline, candidate, candidate, baseline, and so on", sequence(&pairs));
    Some((check, finding))
}

/// Counts who began: who always begins has a machine to itself that is a little fresher.
fn unbalanced(pairs: &BTreeMap<u64, (u64, u64)>) -> Option<String> {
    let began = pairs.values().filter(|(baseline, candidate)| baseline < candidate).count();
    let others = pairs.len() - began;
    (began.abs_diff(others) > 1).then(|| {
        format!(
            "the baseline began {began} of {} pairs; a machine that gets slower is then taken for \
             a change of the candidate: let each begin every other pair",
            pairs.len()
        )
    })
}

/// Looks for rounds of other pairs between the two of one, where the orders count through the whole run.
fn torn_apart(pairs: &BTreeMap<u64, (u64, u64)>) -> Option<String> {
    let mut orders: Vec<u64> = pairs.values().flat_map(|(one, other)| [*one, *other]).collect();
    orders.sort_unstable();
    if orders.windows(2).any(|two| two[0] == two[1]) {
        return None;
    }
    let position = |order: &u64| orders.binary_search(order).unwrap_or_default();
    let torn =
        pairs.values().filter(|(one, other)| position(one).abs_diff(position(other)) > 1).count();
    (torn > 0).then(|| {
        format!(
            "{torn} of {} pairs had other rounds between their two; a machine that drifts is then \
             taken for a change of the candidate: run the two of a pair one after the other",
            pairs.len()
        )
    })
}

/// Writes who began in each pair.
fn sequence(pairs: &BTreeMap<u64, (u64, u64)>) -> String {
    let began = |(baseline, candidate): &(u64, u64)| {
        if baseline < candidate { "baseline, candidate" } else { "candidate, baseline" }
    };
    pairs.values().map(began).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(orders: &[(u64, u64)]) -> BTreeMap<u64, (u64, u64)> {
        (1..).zip(orders.iter().copied()).collect()
    }

    #[test]
    fn taking_turns_is_not_mentioned() {
        for orders in [&[(1, 2), (4, 3), (5, 6)][..], &[(1, 2), (2, 1), (2, 1)], &[(1, 2)]] {
            let pairs = pairs(orders);
            assert_eq!((torn_apart(&pairs), unbalanced(&pairs)), (None, None));
        }
    }

    #[test]
    fn beginning_always_with_the_same_side_is_said() {
        let said = unbalanced(&pairs(&[(1, 2), (1, 2), (1, 2)])).unwrap();
        assert!(said.starts_with("the baseline began 3 of 3 pairs"), "{said}");
        assert!(unbalanced(&pairs(&[(2, 1), (4, 3)])).is_some());
    }

    #[test]
    fn all_of_one_side_and_then_all_of_the_other_is_said() {
        let said = torn_apart(&pairs(&[(1, 4), (2, 5), (3, 6)])).unwrap();
        assert!(said.starts_with("3 of 3 pairs"), "{said}");
    }
}
