//! The times of each request along a load, taken down while it runs.

use std::collections::BTreeMap;

use super::slice::Slice;
use super::workload::Workload;
use crate::model::{Histogram, LoadInterval, PackedHistogram};

/// How many intervals a load has: one that takes longer than so many seconds has longer ones, so that the record of a
/// night is not a hundred times as large as that of a minute.
const MOST: u64 = 600;

/// Adds up the seconds of each interval, and packs it once it is over.
#[derive(Debug)]
pub(super) struct Intervals {
    requests: usize,
    /// How many seconds an interval lasts.
    lasts: u32,
    /// When the interval began that is counted now, in seconds after the first request.
    at: u32,
    counted: BTreeMap<usize, Histogram>,
    over: Vec<LoadInterval>,
}

impl Intervals {
    pub fn new(workload: &Workload) -> Self {
        let lasts = workload.length().as_secs().div_ceil(MOST).max(1);
        Self {
            requests: workload.requests.len(),
            lasts: u32::try_from(lasts).unwrap_or(u32::MAX),
            at: 0,
            counted: BTreeMap::new(),
            over: Vec::new(),
        }
    }

    /// Takes one more second, which is none before those that it took already.
    pub fn take(&mut self, slice: &Slice) {
        let at = slice.at - slice.at % self.lasts;
        if at != self.at {
            self.close();
            self.at = at;
        }
        for (request, times) in &slice.judged {
            self.counted.entry(*request).or_default().add(times);
        }
    }

    /// Gives those in which there was any time.
    pub fn end(mut self) -> Vec<LoadInterval> {
        self.close();
        self.over
    }

    fn close(&mut self) {
        let counted = std::mem::take(&mut self.counted);
        if counted.is_empty() {
            return;
        }
        let packed = |request| counted.get(&request).map(PackedHistogram::from);
        let responses = (0..self.requests).map(packed).collect();
        self.over.push(LoadInterval { at: self.at, lasts: self.lasts, responses });
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::load::tests::{case, workload};

    const TWO: &str = "\
requests:
  - { name: one, get: 'http://h/1', expect: { status: 200 } }
  - { name: other, get: 'http://h/2', expect: { status: 200 } }
";

    fn intervals(offer: &str, seconds: &[(u32, usize)]) -> Vec<LoadInterval> {
        let mut intervals = Intervals::new(&workload(&case(&format!("{TWO}{offer}\n"), "")));
        for (at, request) in seconds {
            let mut slice = Slice::of(*at);
            slice.judge(*request, Duration::from_millis(20));
            intervals.take(&slice);
        }
        intervals.end()
    }

    fn counts(interval: &LoadInterval) -> Vec<u64> {
        let count = |packed: &PackedHistogram| packed.unpacked().count();
        interval.responses.iter().map(|times| times.as_ref().map_or(0, count)).collect()
    }

    #[test]
    fn each_second_with_a_time_is_an_interval_of_every_request() {
        let told = intervals("users: 1\nhold: 10s", &[(0, 0), (2, 1), (2, 1), (3, 0)]);
        let seconds: Vec<_> = told.iter().map(|it| (it.at, it.lasts, counts(it))).collect();
        assert_eq!(seconds, [(0, 1, vec![1, 0]), (2, 1, vec![0, 2]), (3, 1, vec![1, 0])]);
    }

    #[test]
    fn a_long_load_has_longer_intervals_and_no_more_of_them() {
        let every = (0..3600).map(|at| (at, 0)).collect::<Vec<_>>();
        let told = intervals("arrivals: { rate: 1/s, for: 1h }", &every);
        assert_eq!((told.len(), told[1].at, told[1].lasts), (600, 6, 6));
        assert!(told.iter().all(|interval| counts(interval) == [6, 0]));
    }
}
