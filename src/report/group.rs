//! Results by kind, then by service or suite: the order of every format for people.

use crate::model::{CheckResult, Counts, Kind, Outcome, Run};

/// Every outcome, in the order in which a reader has to see them.
pub const WORST_FIRST: [Outcome; 5] =
    [Outcome::Fail, Outcome::Inconclusive, Outcome::Waived, Outcome::Pass, Outcome::Skipped];

/// Holds the results about one service or suite that one capability planned.
#[derive(Debug)]
pub struct Group<'r> {
    pub kind: Kind,
    pub name: &'r str,
    /// Each with its position in the run.
    pub results: Vec<(usize, &'r CheckResult)>,
}

impl Group<'_> {
    pub fn counts(&self) -> Counts {
        Counts::of(self.results.iter().map(|(_, result)| *result))
    }

    /// Gives the results with those first that a reader has to see first.
    pub fn worst_first(&self) -> Vec<(usize, &CheckResult)> {
        let mut results = self.results.clone();
        results.sort_by_key(|(_, result)| WORST_FIRST.iter().position(|o| *o == result.outcome));
        results
    }

    /// Whether the result at this position of the run is one of it.
    pub fn holds(&self, position: usize) -> bool {
        self.results.iter().any(|(index, _)| *index == position)
    }

    pub fn all_passed(&self) -> bool {
        self.results.iter().all(|(_, result)| result.outcome == Outcome::Pass)
    }

    /// Gives the outcome that a reader has to see first.
    pub fn worst(&self) -> Outcome {
        let any = |outcome: &Outcome| self.results.iter().any(|(_, r)| r.outcome == *outcome);
        WORST_FIRST.into_iter().find(any).unwrap_or(Outcome::Skipped)
    }
}

/// Groups a run: kinds in their fixed order, groups and results in the order of the plan.
pub fn grouped(run: &Run) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (index, result) in run.results.iter().enumerate() {
        let (kind, name) = (result.check.kind, result.check.group.as_str());
        match groups.iter_mut().find(|group| group.kind == kind && group.name == name) {
            Some(group) => group.results.push((index, result)),
            None => groups.push(Group { kind, name, results: vec![(index, result)] }),
        }
    }
    groups.sort_by_key(|group| group.kind);
    groups
}
