//! Performs rounds one after the other, and stops at the first that tells nothing.

use std::sync::Arc;

use super::super::Generator;
use super::super::judge::SATURATED;
use super::super::performance::{Performance, Performed};
use super::super::rounds::Measured as Row;
use super::super::workload::Workload;
use super::Series;
use super::numbers::numbers;
use super::thresholds::Held;
use super::turns::{Side, pair};
use crate::engine::{Looked, View};
use crate::model::{Finding, Percent, Reason, Round};
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
    ) -> Result<Performance, String> {
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
        mut after: impl FnMut(&Self) -> Result<(), Finding>,
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
            after(self)?;
        }
        Ok(())
    }

    async fn one(&mut self, side: Side, scope: &Scope) -> Result<(), Finding> {
        let order = self.rounds.iter().map(Vec::len).sum::<usize>() + 1;
        let name = format!("round {order}, of the {}", side.word());
        if scope.is_stopped() {
            return Err(Finding::inconclusive(
                Reason::Cancelled,
                format!("interrupted before {name}"),
            ));
        }
        let target = match (side, self.baseline) {
            (Side::Baseline, Some(baseline)) => baseline,
            _ => &*self.subject.candidate,
        };
        let performed = self.subject.perform(target, order, scope).await;
        if scope.is_stopped() {
            return Err(Finding::inconclusive(Reason::Cancelled, format!("interrupted in {name}")));
        }
        let performance = performed.map_err(|cause| {
            Finding::inconclusive(Reason::NoData, format!("{name}, was not measured: {cause}"))
        })?;
        if side == Side::Candidate {
            let thresholds = &target.view().settings().thresholds;
            self.held.add(&performance, thresholds, &self.subject.case.limits);
        }
        if let Some((reason, why)) = useless(&performance) {
            return Err(Finding::inconclusive(reason, format!("{name}, tells nothing: {why}")));
        }
        let at = usize::from(side == Side::Candidate);
        self.rounds[at].push(Ordered { round: numbers(&performance), order });
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

/// Says why a round cannot be used at all.
fn useless(performance: &Performance) -> Option<(Reason, String)> {
    let record = &performance.record;
    if record.measured() == 0 {
        let trouble = record.troubles.first().map(|t| format!(" ({t})")).unwrap_or_default();
        let reason = if record.got_any_response() { Reason::NoData } else { Reason::Unreachable };
        return Some((reason, format!("not one correct response{trouble}")));
    }
    if let Some(why) = &record.generator.aborted {
        return Some((Reason::NoData, format!("it was ended before its time, {why}")));
    }
    if record.generator.busy > SATURATED {
        let busy = Percent(record.generator.busy * 100.0);
        let why = format!(
            "the generator was {busy} busy, so that it may be itself what was slow; offer less, or give it more cores"
        );
        return Some((Reason::ClientSaturated, why));
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use super::*;
    use crate::model::{Histogram, LoadRecord, RequestRecord};

    fn performance(change: impl FnOnce(&mut LoadRecord)) -> Performance {
        let mut response = Histogram::default();
        response.record(Duration::from_millis(5));
        let request =
            RequestRecord { correct: 1, measured: 1, response, ..RequestRecord::default() };
        let mut record = LoadRecord { requests: vec![request], ..LoadRecord::default() };
        change(&mut record);
        Performance { record, used: BTreeMap::new() }
    }

    #[test]
    fn a_round_of_a_dead_target_a_busy_generator_or_half_a_load_is_no_round() {
        let reason = |change: fn(&mut LoadRecord)| useless(&performance(change)).map(|(r, _)| r);
        assert_eq!(reason(|_| {}), None);
        assert_eq!(
            reason(|record| record.requests[0] = RequestRecord { failed: 9, ..Default::default() }),
            Some(Reason::Unreachable)
        );
        assert_eq!(
            reason(|record| record.requests[0] = RequestRecord { wrong: 9, ..Default::default() }),
            Some(Reason::NoData)
        );
        assert_eq!(reason(|record| record.generator.busy = 0.9), Some(Reason::ClientSaturated));
        assert_eq!(
            reason(|record| record.generator.aborted = Some("errors".into())),
            Some(Reason::NoData)
        );
    }
}
