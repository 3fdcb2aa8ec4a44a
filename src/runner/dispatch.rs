//! The dispatcher: starts what may start, collects what ended, and says so in order.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::attempts::{Made, conclude};
use super::halt::{Answer, Cause, Halt, bounded};
use super::options::Options;
use super::scope::{News, Revealed, Scope};
use super::shuffle::shuffle;
use super::task::{Claim, Task, Weigh, Work};
use crate::model::{
    Attempt, Check, CheckResult, Finding, LoadMoment, Outcome, Reason, Redactor, StepTrace,
};

/// Tells an observer what happens, in the order in which it happens.
#[derive(Debug)]
pub enum Event<'e> {
    /// The run begins with this many checks.
    Planned(usize),
    /// A check was started.
    Started(&'e Check),
    /// A check is still under way after the time that marks it as slow.
    Slow(&'e Check, Duration),
    /// The load of a check that is under way came to this in its last second.
    Measured(&'e Check, &'e LoadMoment),
    /// A check did not hold, and is asked again.
    Retried(&'e Check, &'e Attempt),
    /// This many checks more were found, and are answered already.
    Revealed(usize),
    /// A check was answered, or given up.
    Finished(&'e CheckResult),
}

/// Performs a plan and gives one result for each task, in the plan's order; what the work of a task
/// reveals follows its own result.
///
/// Interrupting through `stop` lets running checks clean up; the ones that were not started are
/// reported as cancelled, but what ends something that others used is still performed, and what is answered by the work
/// of a check that had begun is still answered. A check that panics or overruns is `Inconclusive`, never lost.
pub async fn run(
    plan: Vec<Task>,
    options: &Options,
    redactor: Redactor,
    stop: &CancellationToken,
    mut observe: impl FnMut(&Event<'_>),
) -> Vec<CheckResult> {
    observe(&Event::Planned(plan.len()));
    let results = plan.iter().map(|_| Vec::new()).collect();
    let mut waiting: Vec<(usize, Task)> = plan.into_iter().enumerate().collect();
    if let Some(seed) = options.seed {
        shuffle(&mut waiting, seed);
    }
    let mut used = BTreeMap::new();
    for name in waiting.iter().flat_map(|(_, task)| &task.uses) {
        *used.entry(name.clone()).or_default() += 1;
    }
    let began = Instant::now();
    let (to, mut news) = unbounded_channel();
    let mut dispatcher = Dispatcher {
        began,
        redactor: Arc::new(RwLock::new(redactor)),
        results,
        waiting: waiting.into(),
        used,
        running: JoinSet::new(),
        under_way: Vec::new(),
        failures: 0,
        news: to,
        halt: Halt::by(stop),
        options,
    };
    loop {
        if dispatcher.halt.is_called() {
            dispatcher.give_up_the_rest(&mut observe);
        }
        dispatcher.start_what_may_start(&mut observe);
        if dispatcher.under_way.is_empty() {
            if dispatcher.waiting.is_empty() {
                break;
            }
            // Interrupted just now: what still waits is given up first.
            continue;
        }
        let (end, next_slow) = (dispatcher.end(), dispatcher.next_slow());
        tokio::select! {
            biased;
            Some(ended) = dispatcher.running.join_next_with_id() => {
                dispatcher.collect(ended, &mut observe);
            }
            Some((index, moment)) = news.recv() => dispatcher.show(index, moment, &mut observe),
            () = until(end) => dispatcher.end_for_want_of_time(),
            () = until(next_slow) => dispatcher.mark_slow(&mut observe),
        }
    }
    dispatcher.results.into_iter().flatten().collect()
}

async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

struct Dispatcher<'o> {
    began: Instant,
    redactor: Arc<RwLock<Redactor>>,
    /// Of each task, its own result first.
    results: Vec<Vec<CheckResult>>,
    waiting: VecDeque<(usize, Task)>,
    /// By how many tasks without a result each thing is used that another task ends.
    used: BTreeMap<String, usize>,
    running: JoinSet<Answer>,
    under_way: Vec<UnderWay>,
    failures: usize,
    news: UnboundedSender<(usize, LoadMoment)>,
    halt: Halt,
    options: &'o Options,
}

/// Is a check that was started and has no result.
struct UnderWay {
    /// Of the attempt that runs.
    id: Id,
    index: usize,
    check: Check,
    limit: Duration,
    claims: Vec<Claim>,
    uses: Vec<String>,
    /// What can be asked again; nothing where the work is done once.
    again: Option<Work>,
    weigh: Weigh,
    scope: Scope,
    began: Instant,
    /// When the attempt that runs began.
    attempt_began: Instant,
    is_slow: bool,
    /// The attempts that did not hold.
    earlier: Vec<Made>,
}

impl Dispatcher<'_> {
    fn start_what_may_start(&mut self, observe: &mut impl FnMut(&Event<'_>)) {
        while self.under_way.len() < self.options.jobs.get() {
            let Some((index, mut task)) = self.next() else { break };
            observe(&Event::Started(&task.check));
            let weigh = task.take_weighing();
            let Task { check, limit, claims, uses, ends, work, .. } = task;
            let again = work.again();
            // Cut short, it would leave behind what it is there to end.
            let never = || Halt::by(&CancellationToken::new());
            let halt = if ends.is_some() { never() } else { self.halt.clone() };
            let (id, scope) = self.spawn(index, work, halt, limit, 1);
            let began = Instant::now();
            self.under_way.push(UnderWay {
                id,
                index,
                check,
                limit,
                claims,
                uses,
                again,
                weigh,
                scope,
                began,
                attempt_began: began,
                is_slow: false,
                earlier: Vec::new(),
            });
        }
    }

    /// Takes the first waiting task that may start now.
    fn next(&mut self) -> Option<(usize, Task)> {
        let halted = self.halt.is_called();
        let may_start = |(_, task): &(usize, Task)| match &task.ends {
            Some(ended) => !self.used.contains_key(ended),
            None if halted && !task.outlasts_a_halt() => false,
            None => task.claims.iter().all(|claim| self.is_free(claim)),
        };
        let next = self.waiting.iter().position(may_start)?;
        self.waiting.remove(next)
    }

    /// Notes that a task has its result and uses nothing any more.
    fn no_longer_used(&mut self, uses: &[String]) {
        for name in uses {
            if let Some(left) = self.used.get_mut(name) {
                *left -= 1;
                if *left == 0 {
                    self.used.remove(name);
                }
            }
        }
    }

    fn is_free(&self, claim: &Claim) -> bool {
        let held = self.under_way.iter().flat_map(|u| &u.claims).filter(|c| c.name == claim.name);
        held.count() < claim.at_most.get()
    }

    fn spawn(
        &mut self,
        index: usize,
        work: Work,
        halt: Halt,
        limit: Duration,
        attempt: u32,
    ) -> (Id, Scope) {
        let news = News { index, to: self.news.clone() };
        let scope = Scope::new(Arc::clone(&self.redactor), attempt, news);
        let bounded = bounded(work.attempt(), scope.clone(), halt, limit, self.options.grace);
        (self.running.spawn(bounded).id(), scope)
    }

    /// Passes on what a check shows, unless it has its result by now.
    fn show(&self, index: usize, moment: LoadMoment, observe: &mut impl FnMut(&Event<'_>)) {
        if let Some(under_way) = self.under_way.iter().find(|u| u.index == index) {
            let moment = moment.redacted(&self.redactor());
            observe(&Event::Measured(&under_way.check, &moment));
        }
    }

    /// Asks again what does not hold and may be asked again, or records what ended and what it revealed.
    fn collect(
        &mut self,
        ended: Result<(Id, Answer), JoinError>,
        observe: &mut impl FnMut(&Event<'_>),
    ) {
        let (id, answer) = match ended {
            Ok(ended) => ended,
            Err(broken) => {
                let message = format!("the check broke: {broken}");
                let finding = Finding::inconclusive(Reason::Panicked, message);
                (broken.id(), Answer::CutShort(finding))
            }
        };
        let at = self.under_way.iter().position(|u| u.id == id);
        let mut ended = self.under_way.swap_remove(at.expect("only a task under way can end"));
        let mut finding = match answer {
            Answer::Given(finding) => (ended.weigh)(&ended.check, finding),
            Answer::CutShort(finding) => finding,
        };
        finding.steps.extend(ended.scope.take_steps());
        let number = ended.scope.attempt();
        let elapsed_ms = millis(ended.attempt_began.elapsed());
        let made = Made { number, finding, elapsed_ms };
        match self.again(&ended, &made) {
            Some(work) => {
                let shown = made.shown().redacted(&self.redactor());
                observe(&Event::Retried(&ended.check, &shown));
                ended.earlier.push(made);
                (ended.id, ended.scope) =
                    self.spawn(ended.index, work, self.halt.clone(), ended.limit, number + 1);
                ended.attempt_began = Instant::now();
                self.under_way.push(ended);
            }
            None => self.conclude(ended, made, observe),
        }
    }

    /// Gives the work of a check that did not hold, if it is to be asked again.
    fn again(&self, ended: &UnderWay, made: &Made) -> Option<Work> {
        let Finding { outcome, reason, .. } = &made.finding;
        let does_not_hold = matches!(outcome, Outcome::Fail | Outcome::Inconclusive);
        let is_broken = *reason == Some(Reason::Panicked);
        if !does_not_hold
            || is_broken
            || made.number > self.options.retries
            || self.halt.is_called()
        {
            return None;
        }
        ended.again.as_ref()?.again()
    }

    fn conclude(&mut self, ended: UnderWay, last: Made, observe: &mut impl FnMut(&Event<'_>)) {
        let UnderWay { index, check, uses, weigh, scope, began, is_slow, earlier, .. } = ended;
        self.no_longer_used(&uses);
        let began_ms = millis(began.duration_since(self.began));
        let revealed = scope.take_revealed();
        if !revealed.is_empty() {
            observe(&Event::Revealed(revealed.len()));
        }
        let at_most = self.options.retries + 1;
        let (mut finding, attempts) = conclude(earlier, last, at_most, self.options.flaky_result);
        if finding.outcome == Outcome::Pass {
            // Whoever reads of thousands of cases that hold looks for none of what was said in them.
            finding.steps.iter_mut().for_each(StepTrace::summarise);
        }
        let result = CheckResult::new(check, finding, began_ms, millis(began.elapsed()));
        self.record(index, result.asked(attempts, is_slow), observe);
        for Revealed { check, finding, elapsed } in revealed {
            let finding = weigh(&check, finding);
            let is_slow = self.options.slow_after.is_some_and(|slow| elapsed > slow);
            let result = CheckResult::new(check, finding, began_ms, millis(elapsed));
            self.record(index, result.asked(None, is_slow), observe);
        }
    }

    fn redactor(&self) -> RwLockReadGuard<'_, Redactor> {
        self.redactor.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&mut self, index: usize, result: CheckResult, observe: &mut impl FnMut(&Event<'_>)) {
        let result = result.redacted(&self.redactor());
        observe(&Event::Finished(&result));
        self.failures += usize::from(result.outcome == Outcome::Fail);
        let results = &mut self.results[index];
        if results.is_empty() {
            // Most tasks reveal nothing beside.
            results.reserve_exact(1);
        }
        results.push(result);
        if self.options.most_failures.is_some_and(|most| self.failures >= most.get()) {
            self.halt.call(Cause::EnoughFailures);
        }
    }

    /// Gives when the run is over, unless it was halted.
    fn end(&self) -> Option<Instant> {
        let limit = self.options.limit.filter(|_| !self.halt.is_called())?;
        Some(self.began + limit)
    }

    fn end_for_want_of_time(&self) {
        if let Some(limit) = self.options.limit {
            self.halt.call(Cause::OutOfTime(limit));
        }
    }

    fn next_slow(&self) -> Option<Instant> {
        let slow = self.options.slow_after?;
        let quick = self.under_way.iter().filter(|under_way| !under_way.is_slow);
        quick.map(|under_way| under_way.attempt_began + slow).min()
    }

    fn mark_slow(&mut self, observe: &mut impl FnMut(&Event<'_>)) {
        let Some(slow) = self.options.slow_after else { return };
        let now = Instant::now();
        let overdue = |u: &&mut UnderWay| !u.is_slow && u.attempt_began + slow <= now;
        for under_way in self.under_way.iter_mut().filter(overdue) {
            under_way.is_slow = true;
            observe(&Event::Slow(&under_way.check, slow));
        }
    }

    /// Reports what was never started; what ends something goes on waiting for those that use it, and what another
    /// task began for the answer.
    fn give_up_the_rest(&mut self, observe: &mut impl FnMut(&Event<'_>)) {
        let waiting = std::mem::take(&mut self.waiting).into_iter();
        let (left, given_up): (Vec<_>, Vec<_>) =
            waiting.partition(|(_, task)| task.outlasts_a_halt());
        self.waiting = left.into();
        for (index, task) in given_up {
            self.no_longer_used(&task.uses);
            let began = millis(self.began.elapsed());
            let finding = self.halt.not_started();
            self.record(index, CheckResult::new(task.check, finding, began, 0.0), observe);
        }
    }
}

/// Gives milliseconds to the microsecond: what is finer says nothing and takes as many digits again.
fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1_000_000.0).round() / 1000.0
}
