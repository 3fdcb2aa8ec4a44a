//! By how much something differs from itself, as far as rounds of it tell.
//!
//! A build that is held against itself (an A/A comparison: R. Kohavi, D. Tang, Y. Xu: Trustworthy Online
//! Controlled Experiments, Cambridge 2020, chapter 19) has no change, so that what its interval holds is noise.
//! A change is shown to be within a bound where the whole interval lies within it (D. J. Schuirmann: A comparison
//! of the two one-sided tests procedure and the power approach for assessing the equivalence of average
//! bioavailability. Journal of Pharmacokinetics and Biopharmaceutics 15 (1987), 657–680): a bound that is less than
//! what the interval of no change reaches to would turn an unchanged build away.

use super::SignedRank;

/// Gives the noise as a share, such as 0.04: how far the interval at `level` of log-ratios reaches from no change.
/// None where there are too few for an interval.
#[must_use]
pub fn noise(log_ratios: &[f64], level: f64) -> Option<f64> {
    if log_ratios.is_empty() {
        return None;
    }
    let (low, high) = SignedRank::of(log_ratios).interval(level);
    let reach = low.abs().max(high.abs());
    reach.is_finite().then(|| reach.exp_m1())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_the_end_of_the_interval_that_is_farther_from_no_change() {
        let even = [-0.05, -0.04, -0.03, -0.02, -0.01, 0.01, 0.02, 0.03, 0.04, 0.05];
        let (low, high) = SignedRank::of(&even).interval(0.05);
        assert!((low + high).abs() < 1e-12);
        assert!((noise(&even, 0.05).unwrap() - high.exp_m1()).abs() < 1e-12);
        let shifted = even.map(|ratio| ratio - 0.02);
        assert!(noise(&shifted, 0.05) > noise(&even, 0.05));
    }

    #[test]
    fn too_few_rounds_have_no_noise_that_is_known() {
        assert_eq!(noise(&[], 0.05), None);
        assert_eq!(noise(&[0.01; 5], 0.05), None);
        assert!(noise(&[0.01; 6], 0.05).is_some());
    }
}
