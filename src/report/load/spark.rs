//! A line of a terminal as a picture of numbers.

/// From nearly nothing to the highest.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Draws the highest number of each column as a block, from nought up; a space where none was measured.
pub fn spark(values: &[Option<f64>], columns: usize) -> String {
    let highest = values.iter().flatten().copied().fold(0.0, f64::max);
    let columns = columns.min(values.len()).max(1);
    let column = |at: usize| {
        let (from, to) = (at * values.len() / columns, (at + 1) * values.len() / columns);
        values[from..to].iter().flatten().copied().reduce(f64::max)
    };
    (0..columns).map(|at| column(at).map_or(' ', |value| block(value, highest))).collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share from 0 to 1 of eight blocks"
)]
fn block(value: f64, highest: f64) -> char {
    let share = if highest > 0.0 { (value / highest).clamp(0.0, 1.0) } else { 0.0 };
    BLOCKS[((share * 8.0).ceil() as usize).clamp(1, 8) - 1]
}

#[cfg(test)]
mod tests {
    use super::spark;

    #[test]
    fn the_highest_of_each_column_is_drawn_and_nothing_where_nothing_was_measured() {
        let values = [Some(0.0), Some(4.0), None, Some(8.0)];
        assert_eq!(spark(&values, 10), "▁▄ █");
        assert_eq!(spark(&values, 2), "▄█");
        assert_eq!(spark(&[], 10), " ");
        assert_eq!(spark(&[Some(0.0); 3], 3), "▁▁▁");
    }
}
