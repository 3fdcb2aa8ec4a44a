//! What the attempts at one check come to together.

use crate::config::FlakyResult;
use crate::model::{Attempt, Attempts, Finding, Outcome, Reason};

/// Is one attempt that was made.
pub(super) struct Made {
    pub number: u32,
    pub finding: Finding,
    pub elapsed_ms: f64,
}

impl Made {
    /// Gives it as a report has it.
    pub(super) fn shown(&self) -> Attempt {
        Attempt::of(self.number, &self.finding, self.elapsed_ms)
    }
}

/// Joins the attempts at a check to one finding: of the last one if it holds, else of the last one that
/// failed, because a later attempt that could not tell proves nothing against it.
pub(super) fn conclude(
    mut earlier: Vec<Made>,
    last: Made,
    at_most: u32,
    flaky_result: FlakyResult,
) -> (Finding, Option<Attempts>) {
    if earlier.is_empty() {
        return (last.finding, None);
    }
    let number = last.number;
    let failed = |made: &Made| made.finding.outcome == Outcome::Fail;
    let mut deciding = last;
    if deciding.finding.outcome == Outcome::Inconclusive
        && let Some(at) = earlier.iter().rposition(failed)
    {
        let unknown = std::mem::replace(&mut deciding, earlier.remove(at));
        earlier.push(unknown);
    }
    let mut finding = deciding.finding;
    if finding.outcome == Outcome::Pass && flaky_result == FlakyResult::Fail {
        let first = &earlier[0].finding;
        let message = format!("held only at attempt {number}; at the first, {}", first.message);
        let evidence = first.evidence.clone();
        let steps = finding.steps;
        finding = Finding { evidence, steps, ..Finding::fail(Reason::Flaky, message) };
    }
    let others = earlier.iter().map(Made::shown).collect();
    (finding, Some(Attempts { at_most, others }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives what attempts with these outcomes come to, and the numbers of those that do not decide.
    fn concluded(outcomes: &str, flaky_result: FlakyResult) -> (Outcome, Option<Reason>, Vec<u32>) {
        let made = |(number, outcome)| {
            let finding = match outcome {
                'p' => Finding::pass("holds"),
                'f' => Finding::fail(Reason::Expectation, "does not hold"),
                _ => Finding::inconclusive(Reason::Unreachable, "nobody answers"),
            };
            Made { number, finding, elapsed_ms: 1.0 }
        };
        let mut attempts: Vec<Made> = (1..).zip(outcomes.chars()).map(made).collect();
        let last = attempts.pop().unwrap();
        let (finding, others) = conclude(attempts, last, 4, flaky_result);
        let others = others.map(|attempts| attempts.others).unwrap_or_default();
        (finding.outcome, finding.reason, others.iter().map(|other| other.number).collect())
    }

    #[test]
    fn one_attempt_is_what_it_is() {
        assert_eq!(concluded("p", FlakyResult::Fail), (Outcome::Pass, None, vec![]));
        let failed = (Outcome::Fail, Some(Reason::Expectation), vec![]);
        assert_eq!(concluded("f", FlakyResult::Pass), failed);
    }

    #[test]
    fn what_holds_at_last_is_flaky_and_passes_only_where_that_is_allowed() {
        assert_eq!(concluded("fip", FlakyResult::Pass), (Outcome::Pass, None, vec![1, 2]));
        let flaky = (Outcome::Fail, Some(Reason::Flaky), vec![1, 2]);
        assert_eq!(concluded("fip", FlakyResult::Fail), flaky);
    }

    #[test]
    fn a_failure_is_not_forgotten_for_an_attempt_that_could_not_tell() {
        let failed = |others| (Outcome::Fail, Some(Reason::Expectation), others);
        assert_eq!(concluded("fi", FlakyResult::Pass), failed(vec![2]));
        assert_eq!(concluded("ffi", FlakyResult::Pass), failed(vec![1, 3]));
        assert_eq!(concluded("if", FlakyResult::Pass), failed(vec![1]));
        let unknown = (Outcome::Inconclusive, Some(Reason::Unreachable), vec![1, 2]);
        assert_eq!(concluded("iii", FlakyResult::Pass), unknown);
    }
}
