//! One act of the demonstration: what was done, what had to be seen, what was seen.

use std::time::Duration;

use crate::cli::style::{DIM, FAIL, PASS, symbol};
use crate::model::{Millis, Outcome};
use crate::report::table::{Cell, aligned};
use crate::report::visible;

/// Is one act, ended.
#[derive(Debug)]
pub(super) struct Act {
    pub name: String,
    pub expected: String,
    pub seen: String,
    pub elapsed: Duration,
}

impl Act {
    /// Whether what had to be seen was seen.
    pub fn is_as_expected(&self) -> bool {
        self.expected == self.seen
    }
}

/// Draws the acts as the table with which the demonstration ends.
pub(super) fn table(acts: &[Act]) -> String {
    let heading = ["", "act", "expected", "seen", "took"];
    let mut rows = vec![heading.map(|word| Cell::left(word).ink(DIM)).to_vec()];
    rows.extend(acts.iter().map(row));
    aligned(&rows).join("\n")
}

fn row(act: &Act) -> Vec<Cell> {
    let (outcome, style) =
        if act.is_as_expected() { (Outcome::Pass, PASS) } else { (Outcome::Fail, FAIL) };
    vec![
        Cell::left(symbol(outcome)).ink(style),
        Cell::left(visible(&act.name)),
        Cell::left(visible(&act.expected)),
        Cell::left(visible(&act.seen)).ink(style),
        Cell::right(Millis::from(act.elapsed).to_string()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_that_ends_otherwise_than_expected_is_seen() {
        let act = Act {
            name: "deploy crash".into(),
            expected: "rolled back".into(),
            seen: "promoted".into(),
            elapsed: Duration::ZERO,
        };
        assert!(!act.is_as_expected());
        assert!(table(&[act]).contains('✗'));
    }
}
