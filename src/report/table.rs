//! Columns that stand under each other, whatever script their text is in.

use anstyle::Style;
use console::measure_text_width;

use super::style::inked;

/// Is one cell: text that `visible` has passed, its ink, and the side it leans to.
#[derive(Debug, Clone)]
pub struct Cell {
    text: String,
    ink: Style,
    right: bool,
}

impl Cell {
    /// Leans text to the left, as words are.
    #[must_use]
    pub fn left(text: impl Into<String>) -> Self {
        Self { text: text.into(), ink: Style::new(), right: false }
    }

    /// Leans text to the right, as numbers are.
    #[must_use]
    pub fn right(text: impl Into<String>) -> Self {
        Self { right: true, ..Self::left(text) }
    }

    /// Gives the cell an ink.
    #[must_use]
    pub fn ink(mut self, ink: Style) -> Self {
        self.ink = ink;
        self
    }
}

/// Lays rows out under each other, two columns apart: one line a row, without trailing spaces.
#[must_use]
pub fn aligned(rows: &[Vec<Cell>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let widest = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| measure_text_width(&cell.text)).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(widest).collect();
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn line(row: &[Cell], widths: &[usize]) -> String {
    let mut line = String::new();
    // Space is written only before the next text, so that none trails.
    let mut owed = 0;
    for (at, (cell, width)) in row.iter().zip(widths).enumerate() {
        let slack = width - measure_text_width(&cell.text);
        let (before, after) = if cell.right { (slack, 0) } else { (0, slack) };
        owed += before + if at == 0 { 0 } else { 2 };
        if cell.text.is_empty() {
            owed += after;
            continue;
        }
        line.extend(std::iter::repeat_n(' ', owed));
        line.push_str(&inked(cell.ink, &cell.text));
        owed = after;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_and_inks_do_not_move_a_column() {
        let rows = [
            vec![Cell::left("価格").ink(super::super::style::FAIL), Cell::right("7")],
            vec![Cell::left("id"), Cell::right("12")],
            vec![Cell::left(""), Cell::right("")],
        ];
        let plain: Vec<String> = aligned(&rows)
            .iter()
            .map(|line| anstream::adapter::strip_str(line).to_string())
            .collect();
        assert_eq!(plain, ["価格   7", "id    12", ""]);
    }
}
