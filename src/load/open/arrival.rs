//! What comes by the clock, and what of it waits.

use std::time::Duration;

use crate::model::{Schedule, Times};

/// Is one request, or one journey, that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arrival {
    /// How many of the whole load are due before it.
    pub index: u64,
    pub due: Duration,
}

/// Gives the arrivals of one core, in order: every so many of them.
#[derive(Debug, Clone)]
pub(super) struct Arrivals {
    times: Times,
    next: u64,
    core: u64,
    cores: u64,
}

impl Arrivals {
    pub fn new(schedule: &Schedule, core: u64, cores: u64) -> Self {
        Self { times: schedule.times(), next: 0, core, cores }
    }
}

impl Iterator for Arrivals {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        loop {
            let arrival = Arrival { index: self.next, due: self.times.next()? };
            self.next += 1;
            if arrival.index % self.cores == self.core {
                return Some(arrival);
            }
        }
    }
}

/// Holds the arrivals that wait for a connection.
///
/// They are always the last that came, so that where they begin is all there is to keep: a target that is
/// offered ten times what it can take costs no memory.
#[derive(Debug)]
pub(super) struct Waiting {
    next: Option<Arrival>,
    /// What comes after it.
    after: Option<Arrivals>,
    count: u64,
}

impl Waiting {
    pub const fn new() -> Self {
        Self { next: None, after: None, count: 0 }
    }

    /// Lets one more wait; `after` stands after it.
    pub fn push(&mut self, arrival: Arrival, after: &Arrivals) {
        if self.count == 0 {
            self.next = Some(arrival);
            self.after = Some(after.clone());
        }
        self.count += 1;
    }

    /// Gives the one that waits longest.
    pub fn pop(&mut self) -> Option<Arrival> {
        self.count = self.count.checked_sub(1)?;
        let next = if self.count == 0 { None } else { self.after.as_mut()?.next() };
        std::mem::replace(&mut self.next, next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Rate;

    #[test]
    fn the_cores_share_the_arrivals_and_lose_none() {
        let schedule = Schedule::constant(Rate(100.0), Duration::from_secs(1));
        let mut all: Vec<Arrival> =
            (0..3).flat_map(|core| Arrivals::new(&schedule, core, 3)).collect();
        all.sort_by_key(|arrival| arrival.index);
        assert!(all.iter().map(|arrival| arrival.due).eq(schedule.times()));
        assert!(all.iter().map(|arrival| arrival.index).eq(0..100));
    }

    #[test]
    fn what_waits_comes_out_in_order_with_the_time_at_which_it_was_due() {
        let schedule = Schedule::constant(Rate(10.0), Duration::from_secs(1));
        let mut coming = Arrivals::new(&schedule, 0, 1);
        let mut waiting = Waiting::new();
        let mut popped = Vec::new();
        for round in 0..10 {
            let arrival = coming.next().unwrap();
            waiting.push(arrival, &coming);
            if round % 3 == 2 {
                popped.extend(waiting.pop());
            }
        }
        popped.extend(std::iter::from_fn(|| waiting.pop()));
        assert!(popped.into_iter().eq(Arrivals::new(&schedule, 0, 1)));
        assert_eq!(waiting.pop(), None);
    }
}
