//! Performs rounds one after the other, and stops at the first that tells nothing.

use std::io;
use std::sync::Arc;

use super::super::Generator;
use super::super::judge::{Measure, useless};
use super::super::performance::Performed;
use super::super::rounds::Measured as Row;
use super::super::workload::Workload;
use super::Series;
use super::numbers::numbers;
use super::thresholds::Held;
use super::turns::{Side, pair};
use crate::engine::{Looked, View};
use crate::model::{Finding, LoadRecord, Reason, Round};
use crate::runner::Scope;
use crate::suite::{Ground, LoadCase, Suite};

/// Is a load case and all that it takes to perform it.
pub(super) struct Subject {
    pub suite: Suite,
    pub case: LoadCase,
    pub candidate: Arc<Looked>,
    pub generator: Generator,
    /// A text that no other run has.
    pub run: String,
}

impl Subject {
    fn performed(&self, target: &Looked, run: &str) -> Performed {
        let view = target.view();
        let watched = match view {
            View::Engine(target) => Some(target.clone()),
            View::Http(_) => None,
        };
        Performed::new(
            self.suite.clone(),
            self.case.clone(),
            Arc::clone(view.settings()),
            watched,
            Arc::new(Ground::of(view, run)),
            self.generator.clone(),
        )
    }

    /// Gives what is sent to a target, the same text in place of what is otherwise new in each round.
    pub fn workload(&self, target: &Looked, scope: &Scope) -> Result<Workload, String> {
        self.performed(target, "round").workload(scope)
    }

    /// Loads a target once.
    async fn perform(
        &self,
        target: &Looked,
        order: usize,
        scope: &Scope,
    ) -> Result<LoadRecord, String> {
        let performed = self.performed(target, &format!("{}n{order}", self.run));
        performed.outcome(scope).await.clone()
    }
}

/// Is a round with its place in the whole sequence.
pub(super) struct Ordered {
    pub round: Round,
    pub order: usize,
}

/// Holds what was measured so far; where both sides are measured, a pair has the same index in both.
pub(super) struct Measured<'s> {
    subject: &'s Subject,
    series: &'s Series,
    /// The other side, where there is one to take turns with.
    baseline: Option<&'s Looked>,
    pub rounds: [Vec<Ordered>; 2],
    pub held: Held,
}

impl<'s> Measured<'s> {
    pub fn new(
        subject: &'s Subject,
        series: &'s Series,
        baseline: Option<&'s Looked>,
        held: Held,
    ) -> Self {
        Self { subject, series, baseline, rounds: [Vec::new(), Vec::new()], held }
    }

    /// Gives how many pairs there are, or rounds of the candidate where it is alone.
    pub fn count(&self) -> usize {
        match self.baseline {
            Some(_) => self.rounds[0].len().min(self.rounds[1].len()),
            None => self.rounds[1].len(),
        }
    }

    /// Measures until there are `wanted` pairs or rounds; tells `after` of each.
    ///
    /// # Errors
    ///
    /// What kept a round from telling anything.
    pub async fn up_to(
        &mut self,
        wanted: usize,
        scope: &Scope,
        mut after: impl FnMut(&Self) -> io::Result<()>,
    ) -> Result<(), Finding> {
        while self.count() < wanted {
            let number = self.count() + 1;
            let sides = match self.baseline {
                Some(_) => pair(number, self.series.seed).to_vec(),
                None => vec![Side::Candidate],
            };
            for side in sides {
                self.one(side, scope).await?;
            }
            after(self).map_err(|cause| {
                let message = format!("the rounds cannot be written: {cause}");
                Finding::inconclusive(Reason::NoData, message)
            })?;
        }
        Ok(())
    }

    async fn one(&mut self, side: Side, scope: &Scope) -> Result<(), Finding> {
        let order = self.rounds.iter().map(Vec::len).sum::<usize>() + 1;
        let name = format!("round {order}, of the {}", side.word());
        if scope.is_stopped() {
            return Err(Finding::inconclusive(Reason::Cancelled, format!("{name}, was not begun")));
        }
        let target = match (side, self.baseline) {
            (Side::Baseline, Some(baseline)) => baseline,
            _ => &*self.subject.candidate,
        };
        let performed = self.subject.perform(target, order, scope).await;
        if scope.is_stopped() {
            return Err(Finding::inconclusive(Reason::Cancelled, format!("{name}, was cut short")));
        }
        let record = performed.map_err(|cause| {
            Finding::inconclusive(Reason::NoData, format!("{name}, was not measured: {cause}"))
        })?;
        let thresholds = &target.view().settings().thresholds;
        let measure = Measure { thresholds, case: &self.subject.case };
        if side == Side::Candidate {
            self.held.add(&record, measure);
        }
        if let Some((reason, why)) = useless(&record, measure) {
            return Err(Finding::inconclusive(reason, format!("{name}, tells nothing: {why}")));
        }
        let at = usize::from(side == Side::Candidate);
        self.rounds[at].push(Ordered { round: numbers(&record), order });
        Ok(())
    }

    /// Gives the pairs as they are written and judged; of a candidate alone there are none.
    pub fn pairs<'m>(&'m self, environment: &'m str) -> Vec<[Row<'m>; 2]> {
        let row =
            |ordered: &'m Ordered| Row { round: &ordered.round, order: ordered.order, environment };
        let [baseline, candidate] = &self.rounds;
        baseline.iter().zip(candidate).map(|(one, other)| [row(one), row(other)]).collect()
    }
}
