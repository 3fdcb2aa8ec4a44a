//! How many requests tell something of a tail.
//!
//! The least n of which one lies beyond the percentile with a chance of 95 in 100: 1 − qⁿ ≥ 0.95 (S. S. Wilks:
//! Determination of sample sizes for setting tolerance limits. Annals of Mathematical Statistics 12 (1941), 91–96).

/// The chance that not one of the requests is beyond the percentile.
const TAIL_CHANCE: f64 = 0.05;

/// Gives how many requests a quantile, between 0 and 1, needs: 59 for 0.95, 299 for 0.99, 2995 for 0.999.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a quantile below 1 - 1e-9 needs fewer than 2^32 requests"
)]
pub fn requests_needed(quantile: f64) -> u64 {
    (TAIL_CHANCE.ln() / quantile.ln()).ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_are_needed_as_leave_one_beyond_it_in_nineteen_of_twenty_cases() {
        let needed = [0.5, 0.9, 0.95, 0.99, 0.999].map(requests_needed);
        assert_eq!(needed, [5, 29, 59, 299, 2995]);
    }
}
