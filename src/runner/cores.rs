//! Work that is the same for each of many things, on all cores.

use std::num::NonZeroUsize;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many cores this process may use, which takes several files to find out.
pub(super) static CORES: LazyLock<NonZeroUsize> =
    LazyLock::new(|| std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN));

/// Gives what `work` makes of each item, in their order.
///
/// No thread is begun for fewer items than `worth_a_thread`, which is at least one. Each thread takes the next few items when it
/// has done its own, a quarter of that many, so that an item that takes long holds no other up.
pub fn on_all_cores<T: Sync, R: Send>(
    items: &[T],
    worth_a_thread: usize,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let worth_a_thread = worth_a_thread.max(1);
    let threads = items.len().div_ceil(worth_a_thread).min(CORES.get());
    let few = worth_a_thread.div_ceil(4);
    let next = AtomicUsize::new(0);
    let take = || {
        let mut made = Vec::new();
        loop {
            let from = next.fetch_add(few, Ordering::Relaxed);
            let until = items.len().min(from + few);
            if from >= until {
                return made;
            }
            made.push((from, items[from..until].iter().map(&work).collect::<Vec<R>>()));
        }
    };
    let mut made = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(take)).collect();
        let mut made = take();
        for other in others {
            made.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        made
    });
    made.sort_unstable_by_key(|(from, _)| *from);
    made.into_iter().flat_map(|(_, made)| made).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_stands_in_the_order_of_what_it_was_made_of() {
        let items: Vec<usize> = (0..1_000).collect();
        let doubled: Vec<usize> = items.iter().map(|item| item * 2).collect();
        assert_eq!(on_all_cores(&items, 16, |item| item * 2), doubled);
        assert_eq!(on_all_cores(&items, 1, |item| item * 2), doubled);
        assert!(on_all_cores(&items[..0], 16, |item| item * 2).is_empty());
    }

    #[test]
    #[should_panic(expected = "the last")]
    fn a_panic_is_not_lost() {
        let items: Vec<usize> = (0..100).collect();
        on_all_cores(&items, 16, |item| assert!(*item < 99, "the last"));
    }
}
