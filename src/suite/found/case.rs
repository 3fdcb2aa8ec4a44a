//! One case that another runner ran, as its report has it.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::model::{Finding, Outcome, Reason, StepTrace, shorten};
use crate::suite::perform::{cut, ending};

/// How many characters of a name or of a message's first line are kept.
const LONGEST_LINE: usize = 240;

/// Is one case of a report.
#[derive(Debug)]
pub(in crate::suite) struct FoundCase {
    /// Its name, with that of its class or file where it has one.
    pub name: String,
    /// What came of it.
    pub finding: Finding,
    /// How long it took.
    pub elapsed: Duration,
}

/// Is what a report shows.
#[derive(Debug, Default)]
pub(in crate::suite) struct FoundReport {
    /// The cases, in its order.
    pub cases: Vec<FoundCase>,
    /// Why it does not show all that ran, where that is so.
    pub broken: Option<String>,
}

impl FoundReport {
    /// Gives a report that shows nothing, and why.
    pub(super) fn unreadable(why: impl Into<String>) -> Self {
        Self { cases: Vec::new(), broken: Some(why.into()) }
    }

    /// Adds what another report of the same run shows.
    pub(in crate::suite) fn join(&mut self, other: Self) {
        self.cases.extend(other.cases);
        self.broken = self.broken.take().or(other.broken);
    }

    /// Counts the cases that came to `outcome`.
    pub(in crate::suite) fn count(&self, outcome: Outcome) -> usize {
        self.cases.iter().filter(|case| case.finding.outcome == outcome).count()
    }
}

/// Says that a case failed: `message` in a line, `details` and what the case printed as evidence.
pub(super) fn failed(message: &str, details: &str, printed: &str) -> Finding {
    let message = message.trim();
    let details = details.trim();
    let first = message.lines().chain(details.lines()).map(str::trim).find(|line| !line.is_empty());
    let mut finding = Finding::fail(Reason::Expectation, line(first.unwrap_or("it failed")));
    let said = if details.is_empty() { message } else { details };
    if !said.is_empty() {
        finding.evidence.actual = Some(cut(said));
    }
    let printed = printed.trim();
    if !printed.is_empty() {
        finding.steps.push(StepTrace {
            name: "what the case printed".to_owned(),
            outcome: Outcome::Fail,
            elapsed_ms: 0.0,
            attempts: 1,
            sent: String::new(),
            received: ending(printed),
            failures: Vec::new(),
            screenshot: None,
        });
    }
    finding
}

/// Says that its own runner left a case out.
pub(super) fn left_out(why: &str) -> Finding {
    let why = line(why);
    let why = if why.is_empty() { "left out by its own runner".to_owned() } else { why };
    Finding::skipped(Reason::LeftOut, why)
}

/// Brings a text on one line of bounded length.
pub(super) fn line(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    shorten(&text, LONGEST_LINE)
}

/// Gives every case a name of its own: the second of a name gets ` (2)`, in the report's order, so that
/// the same report always gives the same names.
pub(in crate::suite) fn tell_apart(cases: &mut [FoundCase], taken: &str) {
    let mut seen = BTreeSet::from([taken.to_owned()]);
    for case in cases {
        let mut number = 1;
        let mut name = case.name.clone();
        while !seen.insert(name.clone()) {
            number += 1;
            name = format!("{} ({number})", case.name);
        }
        case.name = name;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told_apart(names: &[&str]) -> Vec<String> {
        let case = |name: &&str| FoundCase {
            name: (*name).to_owned(),
            finding: Finding::pass("passed"),
            elapsed: Duration::ZERO,
        };
        let mut cases: Vec<FoundCase> = names.iter().map(case).collect();
        tell_apart(&mut cases, "the suite");
        cases.into_iter().map(|case| case.name).collect()
    }

    #[test]
    fn no_two_cases_have_one_name_and_none_has_the_suites() {
        assert_eq!(
            told_apart(&["a", "b", "a", "a (2)", "a", "the suite"]),
            ["a", "b", "a (2)", "a (2) (2)", "a (3)", "the suite (2)"]
        );
    }

    #[test]
    fn a_failure_without_a_word_still_says_something() {
        assert_eq!(failed("", " \n", "").message, "it failed");
        assert_eq!(failed("", "\n  first\nsecond", "").message, "first");
        let long = failed(&"ß".repeat(1000), "", "");
        assert_eq!(long.message.chars().count(), LONGEST_LINE + 1);
    }
}
