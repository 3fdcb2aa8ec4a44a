//! The rule: where an interval stands to a tolerance, and how many pairs would settle it.

use super::super::statistics::{SignedRank, least_differences, levels};

/// Pairs below which nothing is judged: the fewest whose interval has ends at [`LEVEL`].
pub const LEAST_PAIRS: usize = 6;
/// Pairs of the first look.
pub const FIRST_LOOK: usize = 10;
/// Pairs of the second and last look, and the most that are judged.
pub const LAST_LOOK: usize = 20;
/// What may be wrong at one look, both sides together: 5 of 100 each way, split between two looks.
pub const LEVEL: f64 = 0.05;

/// Says where an interval stands to the tolerance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The whole interval is under the tolerance.
    Within,
    /// The whole interval is over the tolerance.
    Over,
    /// It surely got worse, and likely by more than the tolerance.
    Worse,
    /// The interval reaches over the tolerance.
    Open,
}

/// Holds the log-ratios of a metric's rounds beside what they may be; above 0 is worse.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The log-ratios.
    pub evidence: SignedRank,
    /// How many there are.
    pub pairs: usize,
    /// The logarithm of one and the tolerance.
    pub bound: f64,
}

impl Claim {
    /// Joins log-ratios, of which there is at least one, with the tolerance, such as 0.1.
    #[must_use]
    pub fn new(log_ratios: &[f64], tolerance: f64) -> Self {
        Self {
            evidence: SignedRank::of(log_ratios),
            pairs: log_ratios.len(),
            bound: tolerance.ln_1p(),
        }
    }

    /// Gives where the interval at `level` stands to the tolerance.
    #[must_use]
    pub fn standing(&self, level: f64) -> Standing {
        let side = level / 2.0;
        if self.pairs < LEAST_PAIRS {
            Standing::Open
        } else if self.evidence.p_below(self.bound) <= side {
            Standing::Within
        } else if self.evidence.p_above(self.bound) <= side {
            Standing::Over
        } else if self.evidence.p_above(0.0) <= side && self.evidence.estimate() > self.bound {
            Standing::Worse
        } else {
            Standing::Open
        }
    }

    /// Gives about how many pairs would settle it, if they were like these; none where no number would,
    /// because the estimate is the tolerance.
    ///
    /// An end of the interval comes nearer to the estimate with the root of the number of pairs.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number of pairs, far below 2^52"
    )]
    pub fn pairs_needed(&self, level: f64) -> Option<usize> {
        let (low, high) = self.evidence.interval(level);
        let least = least_differences(level).max(LEAST_PAIRS);
        if self.pairs < least {
            return Some(least);
        }
        let estimate = self.evidence.estimate();
        let end = if estimate < self.bound { high } else { low };
        let shrink = (end - estimate) / (self.bound - estimate);
        let needed = (self.pairs as f64 * shrink * shrink).ceil();
        (needed < f64::from(u32::MAX)).then(|| (needed as usize).max(self.pairs + 1))
    }

    /// Gives the chance to see as much as this if the truth were at the tolerance, whichever side of it
    /// the rounds are on.
    fn p_value(&self) -> f64 {
        if self.pairs < LEAST_PAIRS {
            return 1.0;
        }
        let beyond = self.evidence.p_below(self.bound).min(self.evidence.p_above(self.bound));
        (2.0 * beyond).min(1.0)
    }
}

/// Gives the level of each claim's interval where all of them gate together, by Holm's correction of
/// [`LEVEL`]. A metric without a claim is one of them too: how many there are is not told by the outcome.
#[must_use]
pub fn levels_together(claims: &[Option<&Claim>]) -> Vec<f64> {
    let p_values = claims.iter().map(|claim| claim.map_or(1.0, Claim::p_value));
    levels(&p_values.collect::<Vec<_>>(), LEVEL)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(log_ratios: &[f64], tolerance: f64) -> Standing {
        Claim::new(log_ratios, tolerance).standing(LEVEL)
    }

    /// Gives ten log-ratios about `middle`.
    fn about(middle: f64) -> Vec<f64> {
        (-5..=5).filter(|step| *step != 0).map(|step| middle + f64::from(step) * 0.01).collect()
    }

    #[test]
    fn the_four_answers_lie_in_order_along_the_change() {
        let answers = [0.0, 0.08, 0.11, 0.16].map(|middle| standing(&about(middle), 0.1));
        assert_eq!(answers, [Standing::Within, Standing::Open, Standing::Worse, Standing::Over]);
    }

    #[test]
    fn fewer_than_six_pairs_settle_nothing_however_clear_they_are() {
        assert_eq!(standing(&[1.0; 5], 0.1), Standing::Open);
        assert_eq!(Claim::new(&[1.0; 5], 0.1).pairs_needed(LEVEL), Some(6));
        assert_eq!(standing(&[1.0; 6], 0.1), Standing::Over);
        assert_eq!(standing(&[0.0; 6], 0.1), Standing::Within);
    }

    #[test]
    fn the_nearer_the_estimate_is_to_the_tolerance_the_more_pairs_it_takes() {
        let needed = |middle: f64| Claim::new(&about(middle), 0.1).pairs_needed(LEVEL).unwrap();
        assert!(needed(0.075) > 10);
        assert!(needed(0.09) > needed(0.075));
        assert_eq!(Claim::new(&[0.1_f64.ln_1p(); 10], 0.1).pairs_needed(LEVEL), None);
    }

    #[test]
    fn the_more_metrics_gate_together_the_clearer_each_has_to_be() {
        let claim = Claim::new(&about(0.05), 0.1);
        let alone = levels_together(&[Some(&claim)]);
        let open = Claim::new(&about(0.095), 0.1);
        let beside = levels_together(&[Some(&claim), Some(&open), Some(&open), None]);
        assert_eq!((alone[0], beside[0]), (LEVEL, LEVEL / 4.0));
        assert_eq!(&beside[1..], [LEVEL / 3.0; 3]);
    }
}
