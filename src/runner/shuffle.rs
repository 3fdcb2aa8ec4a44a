//! The order that a seed gives.

use sha2::{Digest, Sha256};

use super::Task;

/// Brings tasks into the order of a seed.
///
/// Each has its own place in it, whatever the others are: a rerun of some of them keeps their order,
/// and what depends on it can be found by leaving more and more out.
pub(super) fn shuffle(tasks: &mut [(usize, Task)], seed: u64) {
    tasks.sort_by_cached_key(|(_, task)| rank(seed, &task.check.id));
}

fn rank(seed: u64, id: &str) -> [u8; 32] {
    Sha256::new().chain_update(seed.to_le_bytes()).chain_update(id).finalize().into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Check, Finding, Kind};

    fn order(names: &[String], seed: u64) -> Vec<String> {
        let task = |name: &String| {
            Task::answered(Check::new(Kind::E2e, "orders", name), Finding::pass("holds"))
        };
        let mut tasks: Vec<(usize, Task)> = names.iter().map(task).enumerate().collect();
        shuffle(&mut tasks, seed);
        tasks.into_iter().map(|(_, task)| task.check.name).collect()
    }

    #[test]
    fn a_seed_gives_the_order_that_it_always_gave() {
        let names = ["a", "b", "c", "d", "e", "f"].map(str::to_owned);
        assert_eq!(order(&names, 1).concat(), "faedcb");
        assert_eq!(order(&names, 2).concat(), "acbefd");
    }

    proptest! {
        #[test]
        fn a_seed_gives_one_order_that_a_part_of_the_tasks_keeps(
            names in prop::collection::btree_set("[a-z]{1,4}", 0..30),
            seed in any::<u64>(),
            left_out in any::<u32>(),
        ) {
            let names: Vec<String> = names.into_iter().collect();
            let whole = order(&names, seed);
            let backwards: Vec<String> = names.iter().rev().cloned().collect();
            prop_assert_eq!(&order(&backwards, seed), &whole);
            let is_in = |place: usize| (left_out >> place) & 1 == 0;
            let kept = names.iter().enumerate().filter(|(place, _)| is_in(*place));
            let kept: Vec<String> = kept.map(|(_, name)| name.clone()).collect();
            let mut expected = whole;
            expected.retain(|name| kept.contains(name));
            prop_assert_eq!(order(&kept, seed), expected);
        }
    }
}
