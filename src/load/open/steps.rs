//! Rates that are raised step by step, until one is too much.

use std::time::Duration;

use super::lost::exceeds;
use crate::load::judge::{LATE_AT_LEAST, SATURATED};
use crate::load::slice::Slice;
use crate::load::workload::Bounds;
use crate::model::{Millis, Percent, Schedule, StepRecord};

/// Adds up what is seen at each rate, and tells which was too much.
pub(super) struct Steps {
    bounds: Bounds,
    /// How much of the beginning is not judged.
    skipped: Duration,
    /// Those that are yet to come, the last one first, each with its end.
    coming: Vec<(StepRecord, Duration)>,
    now: Slice,
    pub seen: Vec<StepRecord>,
}

impl Steps {
    /// Takes each stage of a schedule as a step.
    pub fn new(schedule: &Schedule, bounds: &Bounds, skipped: Duration) -> Self {
        let mut end = Duration::ZERO;
        let step = |stage: &crate::model::Stage| {
            let from_ms = end.as_secs_f64() * 1000.0;
            end += stage.lasts;
            let lasts_ms = stage.lasts.as_secs_f64() * 1000.0;
            (StepRecord { rate: stage.to.0, from_ms, lasts_ms, ..StepRecord::default() }, end)
        };
        let mut coming: Vec<_> = schedule.stages.iter().map(step).collect();
        coming.reverse();
        Self { bounds: bounds.clone(), skipped, coming, now: Slice::default(), seen: Vec::new() }
    }

    /// Takes one more second, which belongs to the step that it begins in; says what was too much in a step that is over.
    pub fn take(&mut self, slice: &Slice) -> Option<String> {
        let next = Duration::from_secs(u64::from(slice.at) + 1);
        if Duration::from_secs(slice.at.into()) >= self.skipped {
            self.now.add(slice);
            self.now.due = Some(self.now.due.unwrap_or(0) + slice.due.unwrap_or(0));
        }
        let (step, _) = self.coming.pop_if(|(_, end)| *end <= next)?;
        let seen = std::mem::take(&mut self.now);
        let unoffered = unoffered(&seen);
        let broken = if unoffered.is_none() { self.broken(&seen) } else { None };
        let end = unoffered.as_ref().or(broken.as_ref());
        let said = end.map(|why| format!("at {}/s {why}", step.rate));
        let second = seen.second();
        self.seen.push(StepRecord {
            due: seen.due.unwrap_or(0),
            correct: seen.correct,
            wrong: seen.wrong,
            failed: seen.failed,
            p50_ms: second.p50_ms,
            p95_ms: second.p95_ms,
            p99_ms: second.p99_ms,
            max_ms: second.max_ms,
            lag_p99_ms: second.lag_p99_ms,
            busy: seen.busy,
            broken,
            unoffered,
            ..step
        });
        said
    }

    /// Says which bound the target did not keep.
    fn broken(&self, seen: &Slice) -> Option<String> {
        let wrong = seen.wrong + seen.failed;
        if seen.correct == 0 {
            return Some(format!("not one correct response ended, {wrong} were wrong or missing"));
        }
        if let Some(share) = self.bounds.errors
            && exceeds(wrong, share, wrong + seen.correct)
        {
            let (share, all) = (Percent(share * 100.0), wrong + seen.correct);
            return Some(format!("{wrong} errors are more than {share} of {all} requests"));
        }
        let mut bounds = self.bounds.response.iter().zip(&seen.held);
        bounds.find_map(|(bound, held)| {
            let (of, over, limit) = (held.of, held.over, Millis::from(bound.limit));
            let is_broken = exceeds(over, 1.0 - bound.share, of);
            is_broken
                .then(|| format!("{} was over {limit}: {over} of {of} took longer", bound.name()))
        })
    }
}

/// Says why the generator did not offer what it should have.
fn unoffered(seen: &Slice) -> Option<String> {
    if seen.busy > SATURATED {
        let busy = Percent(seen.busy * 100.0);
        return Some(format!("the generator was {busy} busy, so it is its own limit"));
    }
    let lag = seen.lag.quantile(0.99).filter(|lag| *lag > LATE_AT_LEAST)?;
    Some(format!("the generator could not keep up: it was late by {lag}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::slice::Held;
    use crate::load::workload::ResponseBound;
    use crate::model::{Rate, Spread, Stage};

    fn steps() -> Steps {
        let stage =
            |rate| Stage { from: Rate(rate), to: Rate(rate), lasts: Duration::from_secs(2) };
        let stages = vec![stage(50.0), stage(100.0), stage(150.0)];
        let limit = Duration::from_millis(200);
        let response = vec![ResponseBound { request: None, share: 0.95, limit }];
        let bounds = Bounds { errors: Some(0.01), response };
        Steps::new(&Schedule { stages, spread: Spread::Even }, &bounds, Duration::ZERO)
    }

    fn second(at: u32, correct: u64, over: u64) -> Slice {
        let held = vec![Held { of: correct, over }];
        Slice { correct, held, due: Some(correct), ..Slice::of(at) }
    }

    #[test]
    fn the_first_step_with_too_many_late_responses_ends_it_and_the_one_before_is_what_was_sustained()
     {
        let mut steps = steps();
        for at in 0..3 {
            assert_eq!(steps.take(&second(at, 100, 5)), None, "{at}");
        }
        let said = steps.take(&second(3, 100, 6)).unwrap();
        assert_eq!(said, "at 100/s p95 was over 200 ms: 11 of 200 took longer");
        let record = crate::model::LoadRecord { steps: steps.seen, ..Default::default() };
        assert_eq!(record.steps.len(), 2);
        assert_eq!((record.steps[1].due, record.steps[1].from_ms), (200, 2000.0));
        assert_eq!(record.sustained(), Some(Rate(50.0)));
    }

    #[test]
    fn a_busy_or_late_generator_ends_it_and_is_not_taken_for_the_target() {
        let mut busy = steps();
        busy.take(&Slice { busy: 0.9, ..second(0, 100, 0) });
        assert!(busy.take(&second(1, 100, 0)).unwrap().contains("its own limit"));
        let mut late = steps();
        let mut slice = second(0, 100, 0);
        (0..100).for_each(|_| slice.lag.record(Duration::from_millis(11)));
        late.take(&slice);
        assert!(late.take(&second(1, 100, 0)).unwrap().contains("could not keep up"));
        assert!(late.seen[0].unoffered.is_some() && late.seen[0].broken.is_none());
    }

    #[test]
    fn a_step_without_a_correct_response_is_broken() {
        let mut steps = steps();
        steps.take(&Slice { failed: 50, ..Slice::of(0) });
        let said = steps.take(&Slice { failed: 50, ..Slice::of(1) }).unwrap();
        assert_eq!(said, "at 50/s not one correct response ended, 100 were wrong or missing");
    }
}
