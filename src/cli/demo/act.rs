//! One act of the demonstration: what was done, what had to be seen, what was seen.

use std::time::Duration;

use crate::cli::style::{BAD, GOOD};
use crate::model::Millis;
use crate::report::Table;

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
    let mut table = Table::new(["", "act", "expected", "seen", "took"]);
    for act in acts {
        let mark = if act.is_as_expected() {
            format!("{GOOD}✓{GOOD:#}")
        } else {
            format!("{BAD}✗{BAD:#}")
        };
        let took = Millis::from(act.elapsed).to_string();
        table.row([mark, act.name.clone(), act.expected.clone(), act.seen.clone(), took]);
    }
    table.to_string()
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
