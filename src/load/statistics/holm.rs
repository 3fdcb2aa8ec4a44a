//! Several metrics at once without more false alarms than one has.
//!
//! S. Holm: A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics
//! 6 (1979), 65–70.

/// Gives the level at which each claim is tested, in the order of `p_values`: a claim holds where its
/// p-value is at most its level.
///
/// The smallest p-value is held against `level / m`, the next against `level / (m - 1)`, and so on. From
/// the first that does not hold, none does, and all of them keep the level of that step, so that an
/// interval at a claim's level agrees with the answer.
#[must_use]
pub fn levels(p_values: &[f64], level: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|one, other| p_values[*one].total_cmp(&p_values[*other]));
    let mut levels = vec![level; p_values.len()];
    let mut stopped = None;
    for (step, claim) in order.into_iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "there are a handful of claims")]
        let own = level / (p_values.len() - step) as f64;
        levels[claim] = stopped.unwrap_or(own);
        if p_values[claim] > own {
            stopped.get_or_insert(own);
        }
    }
    levels
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(p_values: &[f64], level: f64) -> Vec<bool> {
        let levels = levels(p_values, level);
        p_values.iter().zip(levels).map(|(p_value, level)| *p_value <= level).collect()
    }

    /// The adjusted p-values are 0.03, 0.06, 0.06 and 0.02: three times, twice, twice and four times.
    #[test]
    fn the_answers_are_those_of_the_adjusted_p_values() {
        let p_values = [0.01, 0.04, 0.03, 0.005];
        assert_eq!(holds(&p_values, 0.05), [true, false, false, true]);
        assert_eq!(holds(&p_values, 0.07), [true; 4]);
        assert_eq!(holds(&p_values, 0.025), [false, false, false, true]);
    }

    #[test]
    fn one_claim_keeps_the_whole_level() {
        assert_eq!(levels(&[0.2], 0.05), [0.05]);
        assert!(levels(&[], 0.05).is_empty());
    }

    #[test]
    fn nothing_holds_after_the_first_that_does_not() {
        // Alone, each of the last two would hold at the level of its own step.
        assert_eq!(holds(&[0.001, 0.02, 0.021, 0.022], 0.05), [true, false, false, false]);
    }
}
