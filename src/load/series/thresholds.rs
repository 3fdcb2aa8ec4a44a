//! The limits that hold for every round of the candidate.

use super::super::judge::{Aspect, Measure, judge};
use crate::model::{Finding, LoadRecord, Outcome};

/// Collects what each round of the candidate showed of each aspect.
pub(super) struct Held {
    aspects: Vec<(Aspect, Vec<Finding>)>,
}

impl Held {
    pub fn new(aspects: Vec<Aspect>) -> Self {
        Self { aspects: aspects.into_iter().map(|aspect| (aspect, Vec::new())).collect() }
    }

    /// Holds one more round against the limits.
    pub fn add(&mut self, record: &LoadRecord, measure: Measure<'_>) {
        for (aspect, findings) in &mut self.aspects {
            findings.push(judge(aspect, record, measure));
        }
    }

    /// Gives one finding an aspect; of rounds that were cut short only what does not hold, because the missing ones
    /// might not either.
    pub fn found(self, is_whole: bool) -> Vec<(Aspect, Finding)> {
        let joined = self
            .aspects
            .into_iter()
            .filter_map(|(aspect, findings)| Some((aspect, joined(findings)?)));
        joined.filter(|(_, finding)| is_whole || finding.outcome != Outcome::Pass).collect()
    }
}

/// Gives the finding that counts for all: the first that fails, else the first that is not known, else the last.
fn joined(findings: Vec<Finding>) -> Option<Finding> {
    let all = findings.len();
    let place = |outcome| findings.iter().position(|finding| finding.outcome == outcome);
    let (at, like) = match (place(Outcome::Fail), place(Outcome::Inconclusive)) {
        (Some(at), _) => (at, Outcome::Fail),
        (None, Some(at)) => (at, Outcome::Inconclusive),
        (None, None) => (all.checked_sub(1)?, Outcome::Pass),
    };
    let others = findings.iter().filter(|finding| finding.outcome == like).count() - 1;
    let mut finding = findings.into_iter().nth(at)?;
    let number = at + 1;
    let too = if others == 0 { String::new() } else { format!(", and {others} more like it") };
    finding.message = if like == Outcome::Pass {
        format!("in each of {all} rounds, in the last: {}", finding.message)
    } else {
        format!("round {number} of {all}{too}: {}", finding.message)
    };
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::super::super::judge::Of;
    use super::*;
    use crate::model::Reason;

    fn pass() -> Finding {
        Finding::pass("2.00 ms")
    }

    #[test]
    fn one_round_that_does_not_hold_is_the_answer_for_all() {
        let slow = || Finding::fail(Reason::ThresholdExceeded, "1.20 s, over 1.00 s");
        let unknown = || Finding::inconclusive(Reason::NoData, "not read");
        let answer = |findings| {
            let finding = joined(findings).unwrap();
            (finding.outcome, finding.message)
        };
        assert_eq!(
            answer(vec![pass(), unknown(), slow(), slow()]),
            (Outcome::Fail, "round 3 of 4, and 1 more like it: 1.20 s, over 1.00 s".to_owned())
        );
        assert_eq!(
            answer(vec![pass(), unknown()]),
            (Outcome::Inconclusive, "round 2 of 2: not read".to_owned())
        );
        assert_eq!(
            answer(vec![pass(), pass()]),
            (Outcome::Pass, "in each of 2 rounds, in the last: 2.00 ms".to_owned())
        );
        assert_eq!(joined(Vec::new()), None);
    }

    #[test]
    fn rounds_that_were_cut_short_hold_nothing() {
        let held =
            |finding: Finding| Held { aspects: vec![(Aspect::Errors(Of::All), vec![finding])] };
        assert!(held(pass()).found(false).is_empty());
        assert_eq!(held(pass()).found(true).len(), 1);
        let failed = Finding::fail(Reason::NoData, "not one correct response");
        assert_eq!(held(failed).found(false).len(), 1);
    }
}
