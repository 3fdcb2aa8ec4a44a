//! What a count of failures among requests proves about their rate.
//!
//! E. B. Wilson: Probable inference, the law of succession, and statistical inference. Journal of the
//! American Statistical Association 22 (1927), 209–212. Where not one failed, the upper end is 3/n: J. A.
//! Hanley, A. Lippman-Hand: If nothing goes wrong, is everything all right? JAMA 249 (1983), 1743–1745.

/// The confidence of the interval: 5 of 100 lie beyond each end.
pub const CONFIDENCE: f64 = 0.9;
/// The 95th percentile of the normal distribution.
const Z: f64 = 1.644_853_626_951_472_6;
/// The rule of three: at a rate of 3/n, none of n fails once in twenty times.
const RULE_OF_THREE: f64 = 3.0;

/// Holds a share of failures with its interval; all between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// How many of the requests failed.
    pub estimate: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

impl Share {
    /// Gives the share of `bad` among `total` requests; none where there were no requests.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 52 bits")]
    pub fn of(bad: u64, total: u64) -> Option<Self> {
        if total == 0 {
            return None;
        }
        let n = total as f64;
        let estimate = bad as f64 / n;
        let spread = 1.0 + Z * Z / n;
        let middle = (estimate + Z * Z / (2.0 * n)) / spread;
        let half = Z / spread * (estimate * (1.0 - estimate) / n + Z * Z / (4.0 * n * n)).sqrt();
        let high = if bad == 0 { RULE_OF_THREE / n } else { middle + half };
        let low = if bad == 0 { 0.0 } else { middle - half };
        Some(Self { estimate, low: low.max(0.0), high: high.min(1.0) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_in_n_proves_only_a_rate_below_three_in_n() {
        let share = Share::of(0, 3000).unwrap();
        assert_eq!((share.estimate, share.low, share.high), (0.0, 0.0, 0.001));
        assert_eq!(Share::of(0, 2).unwrap().high.to_string(), "1");
    }

    #[test]
    fn no_requests_have_no_share() {
        assert_eq!(Share::of(0, 0), None);
    }

    /// `scipy.stats.binomtest(bad, n).proportion_ci(0.9, "wilson")` of scipy 1.17.1.
    #[test]
    fn the_ends_are_those_of_scipy() {
        for (bad, total, low, high) in WILSON {
            let share = Share::of(bad, total).unwrap();
            assert!((share.low - low).abs() < 1e-12, "{bad}/{total}: {share:?}");
            assert!((share.high - high).abs() < 1e-12, "{bad}/{total}: {share:?}");
        }
    }

    const WILSON: [(u64, u64, f64, f64); 5] = [
        (1, 100, 0.002_234_092_833_454_746, 0.043_581_773_534_056_08),
        (7, 1000, 0.003_799_780_183_407_738_6, 0.012_860_687_650_996_135),
        (50, 1000, 0.039_828_215_496_175_07, 0.062_600_203_419_609_41),
        (99, 100, 0.956_418_226_465_943_9, 0.997_765_907_166_545_1),
        (12, 20000, 0.000_374_854_923_299_736_35, 0.000_960_241_641_316_484_9),
    ];
}
