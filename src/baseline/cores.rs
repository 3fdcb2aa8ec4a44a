//! Work that is the same for each of many things, on all cores.

use std::num::NonZeroUsize;

/// The fewest things that are worth a thread of their own.
const FEWEST_AT_ONCE: usize = 16;

/// Gives what `work` makes of each item, in their order.
pub(super) fn on_all_cores<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let each = items.len().div_ceil(cores).max(FEWEST_AT_ONCE);
    let work = &work;
    let of = |part: &[T]| part.iter().map(work).collect::<Vec<R>>();
    let mut parts = items.chunks(each);
    let own = parts.next().unwrap_or_default();
    std::thread::scope(|scope| {
        let others: Vec<_> = parts.map(|part| scope.spawn(move || of(part))).collect();
        let mut made = of(own);
        for other in others {
            made.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        made
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_stands_in_the_order_of_what_it_was_made_of() {
        let items: Vec<usize> = (0..1_000).collect();
        let doubled: Vec<usize> = items.iter().map(|item| item * 2).collect();
        assert_eq!(on_all_cores(&items, |item| item * 2), doubled);
        assert!(on_all_cores(&items[..0], |item| item * 2).is_empty());
    }

    #[test]
    #[should_panic(expected = "the last")]
    fn a_panic_is_not_lost() {
        let items: Vec<usize> = (0..100).collect();
        on_all_cores(&items, |item| assert!(*item < 99, "the last"));
    }
}
