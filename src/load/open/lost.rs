//! When it is certain that a load will not keep its bounds, whatever the rest of it may bring.

use crate::load::slice::{Held, Slice};
use crate::load::workload::{Bounds, ResponseBound};
use crate::model::{Millis, Percent};

/// Counts what cannot be made good any more.
///
/// Everything that is due is known beforehand, and so is how many of it may be late or wrong.
#[derive(Debug)]
pub(super) struct Lost {
    bounds: Bounds,
    /// How many requests are due in all.
    due: u64,
    /// How many of those that each bound bounds are due in the measured time.
    due_for: Vec<u64>,
    wrong: u64,
    held: Vec<Held>,
}

impl Lost {
    /// Counts against bounds; `due` are all requests, `due_measured` those of each kind in the measured time.
    pub fn new(bounds: &Bounds, due: u64, due_measured: &[u64]) -> Self {
        let of = |bound: &ResponseBound| match bound.request {
            Some(request) => due_measured[request],
            None => due_measured.iter().sum(),
        };
        let due_for = bounds.response.iter().map(of).collect();
        let held = vec![Held::default(); bounds.response.len()];
        Self { bounds: bounds.clone(), due, due_for, wrong: 0, held }
    }

    /// Takes one more second; says what is certain by now.
    pub fn take(&mut self, slice: &Slice) -> Option<String> {
        self.wrong += slice.wrong + slice.failed;
        if let Some(share) = self.bounds.errors
            && exceeds(self.wrong, share, self.due)
        {
            let share = Percent(share * 100.0);
            let (wrong, due) = (self.wrong, self.due);
            return Some(format!("{wrong} errors are more than {share} of all {due} requests"));
        }
        for (own, seen) in self.held.iter_mut().zip(&slice.held) {
            own.over += seen.over;
        }
        let mut bounds = self.bounds.response.iter().zip(&self.held).zip(&self.due_for);
        bounds.find_map(|((bound, held), due)| {
            let is_lost = exceeds(held.over, 1.0 - bound.share, *due);
            is_lost.then(|| {
                let (over, limit) = (held.over, Millis::from(bound.limit));
                format!(
                    "{} cannot be within {limit} any more: {over} of {due} took longer",
                    bound.name()
                )
            })
        })
    }
}

/// Whether `count` is more than a share of all; by less than a thousandth of one is rounding.
#[expect(clippy::cast_precision_loss, reason = "fewer requests than 2⁵² are due")]
pub(super) fn exceeds(count: u64, share: f64, all: u64) -> bool {
    count as f64 > share * all as f64 + 1e-3
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn bounds(errors: Option<f64>, shares: &[(Option<usize>, f64)]) -> Bounds {
        let response = shares.iter().map(|(request, share)| ResponseBound {
            request: *request,
            share: *share,
            limit: Duration::from_millis(200),
        });
        Bounds { errors, response: response.collect() }
    }

    fn seen(wrong: u64, over: &[u64]) -> Slice {
        let held = over.iter().map(|over| Held { of: 100, over: *over });
        Slice { wrong, held: held.collect(), ..Slice::default() }
    }

    #[test]
    fn errors_are_lost_with_the_first_that_no_correct_rest_makes_good() {
        let mut lost = Lost::new(&bounds(Some(0.01), &[]), 1000, &[1000]);
        assert_eq!(lost.take(&seen(10, &[])), None);
        let said = lost.take(&seen(1, &[])).unwrap();
        assert_eq!(said, "11 errors are more than 1% of all 1000 requests");
    }

    #[test]
    fn a_percentile_is_lost_when_more_were_late_than_it_leaves_of_all_that_are_due() {
        let mut lost = Lost::new(&bounds(None, &[(None, 0.95), (Some(1), 0.5)]), 2000, &[600, 400]);
        assert_eq!(lost.take(&seen(0, &[50, 0])), None);
        let said = lost.take(&seen(0, &[1, 0])).unwrap();
        assert_eq!(said, "p95 cannot be within 200 ms any more: 51 of 1000 took longer");
        let mut lost = Lost::new(&bounds(None, &[(None, 0.95), (Some(1), 0.5)]), 2000, &[600, 400]);
        assert_eq!(lost.take(&seen(0, &[0, 200])), None);
        assert!(lost.take(&seen(0, &[0, 1])).unwrap().contains("201 of 400"));
    }

    #[test]
    fn one_late_response_loses_a_longest_time() {
        let mut lost = Lost::new(&bounds(None, &[(None, 1.0)]), 1000, &[1000]);
        assert!(lost.take(&seen(0, &[1])).unwrap().starts_with("the longest"));
    }
}
