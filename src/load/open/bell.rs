//! Who is woken by whom, where a connection and who waits for something on it are one task.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::task::AtomicWaker;

/// How often both are asked in turn before other tasks have theirs.
const TURNS: u32 = 8;

/// Wakes one task for two parts of it, and not at all while they are asked: then the other one is asked next.
///
/// A task that wakes itself is scheduled once more for each time, and a request would do that three times.
pub(super) struct Bell {
    rope: Arc<Rope>,
    waker: Waker,
}

#[derive(Default)]
struct Rope {
    task: AtomicWaker,
    is_at_work: AtomicBool,
    is_rung: AtomicBool,
}

impl Wake for Rope {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // All of it happens on one thread, so that there is nothing to order.
        if self.is_at_work.load(Ordering::Relaxed) {
            self.is_rung.store(true, Ordering::Relaxed);
        } else {
            self.task.wake();
        }
    }
}

impl Bell {
    pub fn new() -> Self {
        let rope = Arc::<Rope>::default();
        Self { waker: Arc::clone(&rope).into(), rope }
    }

    /// Asks `work`, and after it `beside`, for as long as one does something for the other.
    pub fn ask<T>(
        &self,
        context: &Context<'_>,
        mut work: impl FnMut(&mut Context<'_>) -> Poll<T>,
        mut beside: impl FnMut(&mut Context<'_>),
    ) -> Poll<T> {
        self.rope.task.register(context.waker());
        self.rope.is_at_work.store(true, Ordering::Relaxed);
        let own = &mut Context::from_waker(&self.waker);
        let mut asked = Poll::Pending;
        for _ in 0..TURNS {
            asked = work(own);
            if asked.is_ready() {
                break;
            }
            // Whatever `work` did for it, it sees now.
            self.rope.is_rung.store(false, Ordering::Relaxed);
            beside(own);
            if !self.rope.is_rung.load(Ordering::Relaxed) {
                break;
            }
        }
        self.rope.is_at_work.store(false, Ordering::Relaxed);
        if asked.is_pending() && self.rope.is_rung.swap(false, Ordering::Relaxed) {
            context.waker().wake_by_ref();
        }
        asked
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[derive(Default)]
    struct Woken(AtomicBool);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    fn task() -> (Arc<Woken>, Waker) {
        let woken = Arc::<Woken>::default();
        (Arc::clone(&woken), woken.into())
    }

    #[test]
    fn what_one_does_for_the_other_is_seen_at_once_and_wakes_nobody() {
        let (woken, waker) = task();
        let asked = Cell::new(0);
        let answered = Bell::new().ask(
            &Context::from_waker(&waker),
            |own| {
                own.waker().wake_by_ref();
                asked.set(asked.get() + 1);
                if asked.get() == 3 { Poll::Ready("done") } else { Poll::Pending }
            },
            |own| own.waker().wake_by_ref(),
        );
        assert_eq!(answered, Poll::Ready("done"));
        assert!(!woken.0.load(Ordering::Relaxed));
    }

    #[test]
    fn who_waits_is_woken_by_what_happens_later() {
        let (woken, waker) = task();
        let mut kept = None;
        let answered: Poll<()> = Bell::new().ask(
            &Context::from_waker(&waker),
            |own| {
                kept = Some(own.waker().clone());
                Poll::Pending
            },
            |_| {},
        );
        assert_eq!(answered, Poll::Pending);
        assert!(!woken.0.load(Ordering::Relaxed));
        kept.unwrap().wake();
        assert!(woken.0.load(Ordering::Relaxed));
    }

    /// The runtime makes everybody ask again who has done much in one turn, and would be asked for ever.
    #[test]
    fn who_rings_without_end_lets_others_have_their_turn() {
        let (woken, waker) = task();
        let answered: Poll<()> = Bell::new().ask(
            &Context::from_waker(&waker),
            |_| Poll::Pending,
            |own| own.waker().wake_by_ref(),
        );
        assert_eq!(answered, Poll::Pending);
        assert!(woken.0.load(Ordering::Relaxed));
    }
}
