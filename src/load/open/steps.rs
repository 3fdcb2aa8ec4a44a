//! Rates that are raised step by step, until one is too much.

use std::time::Duration;

use super::lost::exceeds;
use super::plan::Plan;
use crate::load::judge::{LATE_AT_LEAST, SATURATED};
use crate::load::slice::Slice;
use crate::load::workload::{Bounds, ResponseBound};
use crate::model::{Millis, Percent, Schedule, StepRecord};

/// Adds up what is seen at each rate, and tells which was too much.
pub(super) struct Steps {
    bounds: Bounds,
    /// How much of the beginning is not judged.
    skipped: Duration,
    /// Those that are yet to come, the last one first, each with its end.
    coming: Vec<(StepRecord, Duration)>,
    now: Slice,
    /// How many requests were due in each second so far.
    due: Vec<u64>,
    /// Whether each visitor sends one request, so that nothing is under way that was not due by the clock.
    is_by_clock: bool,
    pub seen: Vec<StepRecord>,
}

impl Steps {
    /// Takes each stage of a plan's schedule as a step.
    pub fn new(plan: &Plan) -> Self {
        let Plan { workload, schedule, .. } = plan;
        let is_by_clock = workload.journeys.iter().all(|journey| journey.steps.len() == 1);
        Self { is_by_clock, ..Self::of(schedule, &workload.bounds, workload.skipped()) }
    }

    fn of(schedule: &Schedule, bounds: &Bounds, skipped: Duration) -> Self {
        let mut end = Duration::ZERO;
        let step = |stage: &crate::model::Stage| {
            let from_ms = end.as_secs_f64() * 1000.0;
            end += stage.lasts;
            let lasts_ms = stage.lasts.as_secs_f64() * 1000.0;
            (StepRecord { rate: stage.to.0, from_ms, lasts_ms, ..StepRecord::default() }, end)
        };
        let mut coming: Vec<_> = schedule.stages.iter().map(step).collect();
        coming.reverse();
        Self {
            bounds: bounds.clone(),
            skipped,
            coming,
            now: Slice::default(),
            due: Vec::new(),
            is_by_clock: true,
            seen: Vec::new(),
        }
    }

    /// Takes one more second, which belongs to the step that it begins in; says what was too much in a step that is over.
    pub fn take(&mut self, slice: &Slice) -> Option<String> {
        self.due.push(slice.due.unwrap_or(0));
        let next = Duration::from_secs(u64::from(slice.at) + 1);
        if Duration::from_secs(slice.at.into()) >= self.skipped {
            self.now.add(slice);
            self.now.due = Some(self.now.due.unwrap_or(0) + slice.due.unwrap_or(0));
        }
        let (step, _) = self.coming.pop_if(|(_, end)| *end <= next)?;
        let seen = std::mem::take(&mut self.now);
        let unoffered = unoffered(&seen);
        let offered = unoffered.is_none();
        let broken = offered.then(|| self.broken(&seen, slice.under_way)).flatten();
        let untold = (offered && broken.is_none()).then(|| untold(&seen)).flatten();
        let end = [&unoffered, &broken, &untold].into_iter().find_map(Option::as_ref);
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
            untold,
            ..step
        });
        said
    }

    /// Says which bound the target did not keep; `under_way` were unanswered when the step ended.
    fn broken(&self, seen: &Slice, under_way: u64) -> Option<String> {
        let wrong = seen.wrong + seen.failed;
        if seen.correct == 0 && wrong > 0 {
            return Some(format!("not one correct response: all {wrong} that ended were errors"));
        }
        if let Some(share) = self.bounds.errors
            && exceeds(wrong, share, wrong + seen.correct)
        {
            let (share, all) = (Percent(share * 100.0), wrong + seen.correct);
            return Some(format!("{wrong} errors are more than {share} of {all} requests"));
        }
        self.bounds.response.iter().enumerate().find_map(|(at, bound)| {
            let held = seen.held.get(at).copied().unwrap_or_default();
            let waiting = self.waiting(bound, seen, under_way);
            let (of, over, limit) =
                (held.of + waiting, held.over + waiting, Millis::from(bound.limit));
            let due = seen.due.unwrap_or(0);
            exceeds(over, 1.0 - bound.share, of).then(|| match waiting {
                _ if ended(seen) == 0 => format!(
                    "not one of {due} requests was answered, and {waiting} had waited longer than {limit}"
                ),
                0 => format!("{} was over {limit}: {over} of {of} took longer", bound.name()),
                _ => format!(
                    "{} was over {limit}: {over} of {of} took longer, {waiting} of them not answered yet",
                    bound.name()
                ),
            })
        })
    }

    /// Gives how many requests have waited for longer than a bound and are not answered: at least those beyond what was
    /// due lately.
    fn waiting(&self, bound: &ResponseBound, seen: &Slice, under_way: u64) -> u64 {
        let seconds = bound.limit.as_secs() + u64::from(bound.limit.subsec_nanos() > 0);
        let seconds = usize::try_from(seconds).unwrap_or(usize::MAX);
        let lately: u64 = self.due.iter().rev().take(seconds).sum();
        // Which requests are under way is not told.
        match bound.request {
            None if self.is_by_clock => under_way.saturating_sub(lately),
            // Where nothing was answered, nobody came to a later request.
            None if ended(seen) == 0 => seen.due.unwrap_or(0).saturating_sub(lately),
            Some(_) | None => 0,
        }
    }
}

/// Gives how many requests came to an end.
const fn ended(seen: &Slice) -> u64 {
    seen.correct + seen.wrong + seen.failed
}

/// Says why nothing shows of the target.
fn untold(seen: &Slice) -> Option<String> {
    match seen.due.unwrap_or(0) {
        _ if ended(seen) > 0 => None,
        0 => Some("no request was due; make the steps longer".to_owned()),
        due => Some(format!(
            "not one of {due} requests had ended, and none had waited for too long; make the steps longer"
        )),
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
    use crate::model::{Rate, Spread, Stage};

    fn steps() -> Steps {
        let stage =
            |rate| Stage { from: Rate(rate), to: Rate(rate), lasts: Duration::from_secs(2) };
        let stages = vec![stage(50.0), stage(100.0), stage(150.0)];
        let limit = Duration::from_millis(200);
        let response = vec![ResponseBound { request: None, share: 0.95, limit }];
        let bounds = Bounds { errors: Some(0.01), response };
        Steps::of(&Schedule { stages, spread: Spread::Even }, &bounds, Duration::ZERO)
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
        assert_eq!(said, "at 50/s not one correct response: all 100 that ended were errors");
    }

    fn silent(at: u32, due: u64, under_way: u64) -> Slice {
        Slice { due: Some(due), under_way, ..Slice::of(at) }
    }

    /// It was told as broken by "0 wrong or missing".
    #[test]
    fn a_step_in_which_nothing_was_answered_is_broken_by_those_that_waited_for_too_long() {
        let mut steps = steps();
        steps.take(&silent(0, 50, 50));
        let said = steps.take(&silent(1, 50, 100)).unwrap();
        assert_eq!(
            said,
            "at 50/s not one of 100 requests was answered, and 50 had waited longer than 200 ms"
        );
        assert!(steps.seen[0].broken.is_some() && steps.seen[0].untold.is_none());
    }

    /// What was answered before was all that counted, so that the rate was held.
    #[test]
    fn a_target_that_hangs_in_the_midst_of_a_step_did_not_hold_it() {
        let mut steps = steps();
        assert_eq!(steps.take(&second(0, 50, 0)), None);
        let held = vec![Held { of: 5, over: 0 }];
        steps.take(&Slice { correct: 5, held, ..silent(1, 50, 45) });
        assert!(steps.seen[0].is_held(), "none of them had waited for a second");
        let hanging =
            Slice { correct: 5, held: vec![Held { of: 5, over: 0 }], ..silent(2, 100, 140) };
        assert_eq!(steps.take(&hanging), None);
        let said = steps.take(&silent(3, 100, 240)).unwrap();
        assert_eq!(
            said,
            "at 100/s p95 was over 200 ms: 140 of 145 took longer, 140 of them not answered yet"
        );
    }

    #[test]
    fn a_step_in_which_nothing_was_due_or_could_end_says_nothing_of_the_target() {
        let mut idle = steps();
        idle.take(&silent(0, 0, 0));
        let said = idle.take(&silent(1, 0, 0)).unwrap();
        assert_eq!(said, "at 50/s no request was due; make the steps longer");
        assert!(idle.seen[0].broken.is_none() && !idle.seen[0].is_held());
        let mut brief = steps();
        brief.take(&silent(0, 0, 0));
        let said = brief.take(&silent(1, 3, 3)).unwrap();
        assert!(said.starts_with("at 50/s not one of 3 requests had ended"), "{said}");
        assert!(brief.seen[0].untold.is_some());
    }
}
