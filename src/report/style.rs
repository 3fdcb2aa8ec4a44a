//! The few inks and symbols of what people read on a terminal.
//!
//! Styles are written always; `anstream` strips them at the edge where there is no terminal, or
//! where `NO_COLOR` is set.

use anstyle::{AnsiColor, Style};

use crate::model::{Decision, Outcome, Verdict};

/// What holds.
pub const PASS: Style = AnsiColor::Green.on_default();
/// What does not hold.
pub const FAIL: Style = AnsiColor::Red.on_default().bold();
/// What could not be measured.
pub const INCONCLUSIVE: Style = AnsiColor::Yellow.on_default().bold();
/// What a person accepted.
pub const WAIVED: Style = AnsiColor::Magenta.on_default();
/// What may be read last.
pub const DIM: Style = Style::new().dimmed();
/// What is to be read first.
pub const STRONG: Style = Style::new().bold();

/// The symbol of what does not hold and decides nothing.
pub const INFORMATION: &str = "·";

/// Gives the ink of an outcome.
#[must_use]
pub const fn ink(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Pass => PASS,
        Outcome::Fail => FAIL,
        Outcome::Inconclusive => INCONCLUSIVE,
        Outcome::Waived => WAIVED,
        Outcome::Skipped => DIM,
    }
}

/// Gives the symbol of an outcome, which tells it apart without colour too.
#[must_use]
pub const fn symbol(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "✓",
        Outcome::Fail => "✗",
        Outcome::Inconclusive => "?",
        Outcome::Waived => "~",
        Outcome::Skipped => "–",
    }
}

/// Gives the outcome whose ink and symbol a verdict wears.
#[must_use]
pub const fn of_verdict(verdict: Verdict) -> Outcome {
    match verdict {
        Verdict::Pass => Outcome::Pass,
        Verdict::Fail => Outcome::Fail,
        Verdict::Inconclusive => Outcome::Inconclusive,
    }
}

/// Gives the ink of a decision.
#[must_use]
pub const fn of_decision(decision: Decision) -> Style {
    match decision {
        Decision::Promote => PASS,
        Decision::Hold => INCONCLUSIVE,
        Decision::Rollback => FAIL,
    }
}

/// Writes text in an ink.
#[must_use]
pub fn inked(style: Style, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{style}{text}{style:#}") }
}
