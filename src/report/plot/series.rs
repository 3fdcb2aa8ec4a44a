//! What is drawn of many numbers: no more than can be seen, and no bridge over what is missing.

/// Is a number at a place of the horizontal axis; none where it was not measured.
pub type Point = (f64, Option<f64>);

/// Cuts points into unbroken parts: where a number is missing, and where two places lie further apart than `step`.
pub fn parts(points: &[Point], step: Option<f64>) -> Vec<Vec<(f64, f64)>> {
    let mut parts: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut last = None;
    for (x, y) in points {
        let Some(y) = y.filter(|y| y.is_finite()) else {
            last = None;
            continue;
        };
        match (parts.last_mut(), last) {
            (Some(part), Some(last)) if step.is_none_or(|step| x - last <= step) => {
                part.push((*x, y));
            }
            _ => parts.push(vec![(*x, y)]),
        }
        last = Some(*x);
    }
    parts
}

/// Gives which of so many equal columns a share from 0 to 1 lies in, counted from nought.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share from 0 to 1 of a few hundred columns"
)]
pub fn column(share: f64, columns: u32) -> u32 {
    ((share.clamp(0.0, 1.0) * f64::from(columns)) as u32).min(columns.saturating_sub(1))
}

/// Keeps of each column the lowest and the highest point, in their order, where there are more than can be told apart.
///
/// `share` gives the place of an x from 0 to 1; the first and the last point always stay.
pub fn thinned(part: &[(f64, f64)], columns: u32, share: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
    if part.len() <= 2 * columns as usize {
        return part.to_vec();
    }
    let column = |x: f64| column(share(x), columns);
    let mut kept = Vec::new();
    for same in part.chunk_by(|one, other| column(one.0) == column(other.0)) {
        let by_height = |a: &usize, b: &usize| same[*a].1.total_cmp(&same[*b].1);
        let lowest = (0..same.len()).min_by(by_height).unwrap_or_default();
        let highest = (0..same.len()).max_by(by_height).unwrap_or_default();
        kept.push(same[lowest.min(highest)]);
        if lowest != highest {
            kept.push(same[lowest.max(highest)]);
        }
    }
    let (first, last) = (part[0], part[part.len() - 1]);
    if kept.first() != Some(&first) {
        kept.insert(0, first);
    }
    if kept.last() != Some(&last) {
        kept.push(last);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_is_drawn_over_a_missing_second() {
        let points =
            [(0.0, Some(1.0)), (1.0, Some(2.0)), (2.0, None), (3.0, Some(4.0)), (9.0, Some(5.0))];
        let parts = parts(&points, Some(1.5));
        assert_eq!(parts, [vec![(0.0, 1.0), (1.0, 2.0)], vec![(3.0, 4.0)], vec![(9.0, 5.0)]]);
    }

    proptest! {
        #[test]
        fn thinning_keeps_the_ends_the_extremes_and_the_order(heights in prop::collection::vec(0.0..1e6_f64, 1..2000)) {
            let part: Vec<(f64, f64)> = (0_u32..).map(f64::from).zip(heights).collect();
            let length = f64::from(u32::try_from(part.len()).unwrap());
            let kept = thinned(&part, 50, |x| x / length);
            prop_assert!(kept.len() <= 102 || kept.len() == part.len());
            prop_assert!(kept.is_sorted_by(|a, b| a.0 < b.0));
            prop_assert_eq!((kept[0], kept.last()), (part[0], part.last()));
            let highest = |points: &[(f64, f64)]| points.iter().map(|p| p.1).fold(f64::MIN, f64::max);
            let lowest = |points: &[(f64, f64)]| points.iter().map(|p| p.1).fold(f64::MAX, f64::min);
            prop_assert_eq!((highest(&kept), lowest(&kept)), (highest(&part), lowest(&part)));
        }
    }
}
