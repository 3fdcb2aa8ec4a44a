//! The exact signed-rank interval of paired differences.
//!
//! F. Wilcoxon: Individual comparisons by ranking methods. Biometrics Bulletin 1 (1945), 80–83. Its form
//! by Walsh averages is Tukey's; see M. Hollander, D. A. Wolfe, E. Chicken: Nonparametric Statistical
//! Methods, third edition, 3.1–3.3: the statistic of a shift is how many Walsh averages lie above it.
//!
//! Ties and zeros need no rule of their own. Averages are counted, not ranked, and one that equals the
//! shift counts against the claim, so that the exact distribution, which supposes that there are no ties,
//! is on the safe side: G. E. Noether: Wilcoxon confidence intervals for location parameters in the
//! discrete case. Journal of the American Statistical Association 62 (1967), 184–188.

use super::hodges_lehmann::{median, walsh_averages};

/// Averages that differ by less are equal: what scaling both sides of a ratio changes by rounding.
const ROUNDING: f64 = 1e-12;

/// Holds paired differences in the form that every question about them is asked of.
#[derive(Debug, Clone)]
pub struct SignedRank {
    averages: Vec<f64>,
    cumulative: Vec<f64>,
}

impl SignedRank {
    /// Takes differences in any order; there has to be at least one.
    #[must_use]
    pub fn of(differences: &[f64]) -> Self {
        assert!(!differences.is_empty(), "no differences have no ranks");
        Self { averages: walsh_averages(differences), cumulative: cumulative(differences.len()) }
    }

    /// Gives the Hodges–Lehmann estimate of the shift.
    #[must_use]
    pub fn estimate(&self) -> f64 {
        median(&self.averages)
    }

    /// Gives the two-sided interval in which the shift lies but for a chance of `level`; infinite where
    /// there are too few differences for one.
    #[must_use]
    pub fn interval(&self, level: f64) -> (f64, f64) {
        let beyond = self.cumulative.iter().take_while(|p| **p <= level / 2.0).count();
        match beyond {
            0 => (f64::NEG_INFINITY, f64::INFINITY),
            _ => (self.averages[beyond - 1], self.averages[self.averages.len() - beyond]),
        }
    }

    /// Gives the chance to see as much as this where the shift is not above `bound`.
    #[must_use]
    pub fn p_above(&self, bound: f64) -> f64 {
        let against = self.averages.partition_point(|average| *average <= bound + ROUNDING);
        self.cumulative[against]
    }

    /// Gives the chance to see as much as this where the shift is not below `bound`.
    #[must_use]
    pub fn p_below(&self, bound: f64) -> f64 {
        let for_it = self.averages.partition_point(|average| *average < bound - ROUNDING);
        self.cumulative[self.averages.len() - for_it]
    }
}

/// Gives how many differences an interval at this level needs to have ends at all: the least n of which
/// all having one sign is rarer than half the level.
#[must_use]
pub fn least_differences(level: f64) -> usize {
    let mut chance = 1.0;
    let mut differences = 0;
    while chance > level / 2.0 {
        chance /= 2.0;
        differences += 1;
    }
    differences
}

/// Gives P(W ≤ w) for every w, where each of the ranks 1 to n is in the sum W or not with even chances.
///
/// All 2^n sums are counted; halving at each rank keeps the counts as chances, which are exact up to 52
/// ranks.
fn cumulative(n: usize) -> Vec<f64> {
    let mut chances = vec![1.0];
    for rank in 1..=n {
        let mut next = vec![0.0; chances.len() + rank];
        for (sum, chance) in chances.iter().enumerate() {
            next[sum] += chance / 2.0;
            next[sum + rank] += chance / 2.0;
        }
        chances = next;
    }
    let mut total = 0.0;
    for chance in &mut chances {
        total += *chance;
        *chance = total;
    }
    chances
}

#[cfg(test)]
mod tests {
    use super::*;

    // The largest sums that are at most as likely as 5, 2.5, 1 and 0.5 of 100: R. L. McCornack: Extended
    // tables of the Wilcoxon matched pair signed rank statistic. Journal of the American Statistical
    // Association 60 (1965), 864–871.
    const CRITICAL: [(usize, [Option<usize>; 4]); 11] = [
        (5, [Some(0), None, None, None]),
        (6, [Some(2), Some(0), None, None]),
        (7, [Some(3), Some(2), Some(0), None]),
        (8, [Some(5), Some(3), Some(1), Some(0)]),
        (9, [Some(8), Some(5), Some(3), Some(1)]),
        (10, [Some(10), Some(8), Some(5), Some(3)]),
        (12, [Some(17), Some(13), Some(9), Some(7)]),
        (15, [Some(30), Some(25), Some(19), Some(15)]),
        (20, [Some(60), Some(52), Some(43), Some(37)]),
        (25, [Some(100), Some(89), Some(76), Some(68)]),
        (30, [Some(151), Some(137), Some(120), Some(109)]),
    ];

    #[test]
    fn the_critical_values_are_the_published_ones() {
        for (n, critical) in CRITICAL {
            let table = cumulative(n);
            assert_eq!(table.len(), n * (n + 1) / 2 + 1);
            for (chance, published) in [0.05, 0.025, 0.01, 0.005].into_iter().zip(critical) {
                let largest = table.iter().take_while(|p| **p <= chance).count().checked_sub(1);
                assert_eq!(largest, published, "n = {n}, {chance}");
            }
        }
    }

    #[test]
    fn the_distribution_of_twenty_ranks_is_a_count_of_sums_out_of_two_to_the_twentieth() {
        let all = f64::from(1 << 20);
        let table = cumulative(20);
        assert!(table.iter().all(|p| (p * all).fract() == 0.0));
        assert_eq!(table.last(), Some(&1.0));
        // 0, 1, 2, 3 and 1 + 2.
        assert_eq!((table[3] * all).to_string(), "5");
    }

    /// The patients of Hollander and Wolfe, examples 3.1, 3.3 and 3.4.
    #[test]
    #[expect(clippy::approx_constant, reason = "3.14 is what was measured of a patient")]
    fn the_published_example_has_its_published_answer() {
        let before = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30];
        let after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
        let differences: Vec<f64> = after.iter().zip(before).map(|(a, b)| a - b).collect();
        let evidence = SignedRank::of(&differences);
        let (low, high) = evidence.interval(0.05);
        for (seen, published) in [(evidence.estimate(), -0.46), (low, -0.786), (high, -0.010)] {
            assert!((seen - published).abs() < 1e-9, "{seen} {published}");
        }
        assert!((evidence.p_below(0.0) - 10.0 / 512.0).abs() < 1e-15);
    }

    /// `scipy.stats.wilcoxon(differences - 0.02, alternative=…, mode="exact")` of scipy 1.17.1.
    #[test]
    fn the_chances_are_those_of_scipy() {
        let six = [0.142, -0.0878, 0.0609, 0.0116, 0.0174, 0.0292];
        let ten =
            [-0.061, 0.0284, -0.0033, 0.2061, 0.0513, 0.0224, 0.0259, 0.0066, -0.0128, 0.0205];
        let twenty = [
            0.0641, 0.0281, 0.0879, 0.03, 0.0412, 0.1173, 0.0673, 0.0147, 0.0309, 0.067, 0.1368,
            0.0265, 0.0278, 0.0901, -0.0043, 0.0254, 0.0841, 0.069, 0.0446, 0.0735,
        ];
        let thirty = [
            0.0363, 0.0234, 0.062, 0.0352, 0.0032, 0.0481, 0.0952, 0.0774, -0.0052, -0.0333,
            -0.0012, 0.0321, -0.0863, 0.0191, -0.0323, -0.0066, 0.0028, 0.0142, 0.0506, 0.0821,
            0.0236, 0.0983, -0.0033, 0.0476, 0.0752, 0.0347, -0.0072, -0.0161, 0.0071, 0.041,
        ];
        let samples: [(&[f64], f64, f64); 4] = [
            (&six, 0.343_75, 0.718_75),
            (&ten, 0.539_062_5, 0.5),
            (&twenty, 4.100_799_560_546_875e-5, 0.999_968_528_747_558_6),
            (&thirty, 0.291_878_536_343_574_5, 0.715_071_201_324_462_9),
        ];
        for (differences, above, below) in samples {
            let evidence = SignedRank::of(differences);
            let seen = (evidence.p_above(0.02), evidence.p_below(0.02));
            assert!((seen.0 - above).abs() < 1e-12 && (seen.1 - below).abs() < 1e-12, "{seen:?}");
        }
    }

    #[test]
    fn fewer_differences_than_an_interval_needs_have_no_ends() {
        assert_eq!(least_differences(0.05), 6);
        assert_eq!(least_differences(0.1), 5);
        let ends = |differences: &[f64]| SignedRank::of(differences).interval(0.05);
        assert_eq!(ends(&[1.0; 5]), (f64::NEG_INFINITY, f64::INFINITY));
        assert_eq!(ends(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), (1.0, 6.0));
    }

    #[test]
    fn differences_that_equal_the_bound_prove_nothing_about_it() {
        let evidence = SignedRank::of(&[0.1; 10]);
        assert_eq!((evidence.p_above(0.1), evidence.p_below(0.1)), (1.0, 1.0));
        assert_eq!((1.0 / evidence.p_above(0.05)).to_string(), "1024");
    }

    #[test]
    fn an_interval_and_a_chance_at_its_level_agree() {
        let differences = [0.03, -0.01, 0.05, 0.08, 0.02, 0.04, 0.07, 0.01];
        let evidence = SignedRank::of(&differences);
        for step in -20..=120_i32 {
            let bound = f64::from(step) / 1000.0 + 0.000_3;
            for level in [0.05, 0.1, 0.2] {
                let (low, high) = evidence.interval(level);
                assert_eq!(low > bound, evidence.p_above(bound) <= level / 2.0);
                assert_eq!(high < bound, evidence.p_below(bound) <= level / 2.0);
            }
        }
    }
}
