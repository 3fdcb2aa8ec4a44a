//! What a person reads of trials beside the words of the test runner.

use std::fmt::Write as _;

use crate::model::{CheckResult, Outcome};
use crate::report::visible;

pub(super) const fn does_not_hold(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Fail | Outcome::Inconclusive)
}

/// Names a case that held only when it was asked again, which a test runner has no word for; none of
/// any other.
pub(super) fn flaky(result: &CheckResult) -> Option<String> {
    let attempts = result.attempts.as_ref().filter(|_| result.is_flaky())?;
    let first = &attempts.others.first()?.message;
    let (count, at_most) = (attempts.count(), attempts.at_most);
    let told = format!("FLAKY {count}/{at_most} {}: at first, {first}", result.check.id);
    Some(visible(&told).replace('\n', " "))
}

/// Writes what came of a case that does not hold: its last step in full.
pub(super) fn explained(result: &CheckResult) -> String {
    let mut text = format!("{}: {}: {}\n", result.outcome, result.check.name, result.message);
    if let Some(source) = &result.evidence.source {
        let _ = writeln!(text, "  at {source}");
    }
    for step in &result.steps {
        let _ = writeln!(text, "  {:<12} {} ({:.0} ms)", step.outcome, step.name, step.elapsed_ms);
    }
    if let Some(step) = result.steps.iter().find(|step| does_not_hold(step.outcome)) {
        for failure in &step.failures {
            let _ = writeln!(text, "\n  {failure}");
        }
        let _ = write!(text, "\nsent:\n{}\n\nreceived:\n{}\n", step.sent, step.received);
    } else if let Some(actual) = &result.evidence.actual {
        let _ = write!(text, "\n{actual}\n");
    }
    visible(&text).into_owned()
}
