//! The estimate of a shift that one wild round cannot move far.
//!
//! J. L. Hodges, E. L. Lehmann: Estimates of location based on rank tests. Annals of Mathematical
//! Statistics 34 (1963), 598–611. The estimate is the median of the Walsh averages; it stays where it
//! is until 29 of 100 rounds are wild, and needs only 5 % more rounds than the mean where none is.

/// Gives the means of all pairs of `differences`, each with itself too, in rising order.
#[must_use]
pub fn walsh_averages(differences: &[f64]) -> Vec<f64> {
    let mut averages: Vec<f64> = differences
        .iter()
        .enumerate()
        .flat_map(|(at, one)| {
            differences[at..].iter().map(move |other| f64::midpoint(*one, *other))
        })
        .collect();
    averages.sort_by(f64::total_cmp);
    averages
}

/// Gives the middle of values in rising order; not a number where there are none.
#[must_use]
pub fn median(sorted: &[f64]) -> f64 {
    match (sorted.len(), sorted.len() / 2) {
        (0, _) => f64::NAN,
        (length, middle) if length % 2 == 1 => sorted[middle],
        (_, middle) => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_differences_have_six_averages() {
        assert_eq!(walsh_averages(&[5.0, 1.0, 2.0]), [1.0, 1.5, 2.0, 3.0, 3.5, 5.0]);
    }

    #[test]
    fn one_wild_round_does_not_move_the_estimate_far() {
        let calm = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
        let mut wild = calm;
        wild[7] = 8000.0;
        let [calm, wild] = [calm, wild].map(|differences| median(&walsh_averages(&differences)));
        assert!(wild - calm < 1.0, "{calm} {wild}");
    }

    #[test]
    fn no_values_have_no_middle() {
        assert!(median(&[]).is_nan());
    }
}
