//! The dispatcher: starts what may start, collects what ended, and says so in order.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::scope::{Revealed, Scope};
use super::shuffle::shuffle;
use super::task::{Task, Weigh, Work};
use crate::model::{Check, CheckResult, Finding, Outcome, Reason, Redactor, show_duration};

/// Says how a plan is performed.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many checks may be under way at once.
    pub jobs: NonZeroUsize,
    /// Whether nothing more is started after the first failure.
    pub fail_fast: bool,
    /// How long a check that was told to stop may take to clean up.
    pub grace: Duration,
    /// What gives the order in which checks are started; without it, the plan does.
    pub seed: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        // Checks mostly wait for the target, so that more of them than cores pay.
        let jobs = cores.saturating_mul(NonZeroUsize::MIN.saturating_add(3));
        Self { jobs, fail_fast: false, grace: Duration::from_secs(10), seed: None }
    }
}

/// Tells an observer what happens, in the order in which it happens.
#[derive(Debug)]
pub enum Event<'e> {
    /// The run begins with this many checks.
    Planned(usize),
    /// A check was started.
    Started(&'e Check),
    /// This many checks more were found, and are answered already.
    Revealed(usize),
    /// A check was answered, or given up.
    Finished(&'e CheckResult),
}

/// Performs a plan and gives one result for each task, in the plan's order; what the work of a task
/// reveals follows its own result.
///
/// Interrupting through `stop` lets running checks clean up; the ones that were not started are
/// reported as cancelled, but what ends something that others used is still performed. A check that panics or overruns is `Inconclusive`, never lost.
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
    let mut dispatcher = Dispatcher {
        began: Instant::now(),
        redactor: Arc::new(RwLock::new(redactor)),
        results,
        waiting,
        running: JoinSet::new(),
        under_way: Vec::new(),
        halt: stop.child_token(),
        grace: options.grace,
    };
    loop {
        if dispatcher.halt.is_cancelled() {
            dispatcher.give_up_the_rest(stop.is_cancelled(), &mut observe);
        }
        dispatcher.start_what_may_start(options, &mut observe);
        if dispatcher.under_way.is_empty() {
            if dispatcher.waiting.is_empty() {
                break;
            }
            // Interrupted just now: what still waits is given up first.
            continue;
        }
        if let Some(ended) = dispatcher.running.join_next_with_id().await {
            let failed = dispatcher.collect(ended, &mut observe);
            if failed && options.fail_fast {
                dispatcher.halt.cancel();
            }
        }
    }
    dispatcher.results.into_iter().flatten().collect()
}

struct Dispatcher {
    began: Instant,
    redactor: Arc<RwLock<Redactor>>,
    /// Of each task, its own result first.
    results: Vec<Vec<CheckResult>>,
    waiting: Vec<(usize, Task)>,
    running: JoinSet<Answer>,
    under_way: Vec<UnderWay>,
    halt: CancellationToken,
    grace: Duration,
}

struct UnderWay {
    id: Id,
    index: usize,
    check: Check,
    locks: Vec<String>,
    uses: Vec<String>,
    weigh: Weigh,
    scope: Scope,
    began: Instant,
}

/// Is what came of a task.
enum Answer {
    /// Its own.
    Given(Finding),
    /// What the runner says of one that was cut short.
    CutShort(Finding),
}

impl Dispatcher {
    fn start_what_may_start(&mut self, options: &Options, observe: &mut impl FnMut(&Event<'_>)) {
        while self.under_way.len() < options.jobs.get() {
            let Some(next) = self.next() else { break };
            let (index, mut task) = self.waiting.remove(next);
            observe(&Event::Started(&task.check));
            let weigh = task.take_weighing();
            let Task { check, limit, locks, uses, ends, work, .. } = task;
            let scope = Scope::new(Arc::clone(&self.redactor));
            // Cut short, it would leave behind what it is there to end.
            let halt = if ends.is_some() { CancellationToken::new() } else { self.halt.clone() };
            let work = bounded(work, scope.clone(), halt, limit, self.grace);
            let id = self.running.spawn(work).id();
            let began = Instant::now();
            self.under_way.push(UnderWay { id, index, check, locks, uses, weigh, scope, began });
        }
    }

    /// Gives the first waiting task that may start now.
    fn next(&self) -> Option<usize> {
        let halted = self.halt.is_cancelled();
        let held: BTreeSet<&String> = self.under_way.iter().flat_map(|u| &u.locks).collect();
        let used_now = self.under_way.iter().flat_map(|u| &u.uses);
        let used_later = self.waiting.iter().flat_map(|(_, task)| &task.uses);
        let used: BTreeSet<&String> = used_now.chain(used_later).collect();
        let may_start = |(_, task): &(usize, Task)| match &task.ends {
            Some(ended) => !used.contains(ended),
            None => !halted && task.locks.iter().all(|lock| !held.contains(lock)),
        };
        self.waiting.iter().position(may_start)
    }

    /// Records what ended, and what it revealed, and tells whether any of it failed.
    fn collect(
        &mut self,
        ended: Result<(Id, Answer), JoinError>,
        observe: &mut impl FnMut(&Event<'_>),
    ) -> bool {
        let (id, answer) = match ended {
            Ok(ended) => ended,
            Err(broken) => {
                let message = format!("the check broke: {broken}");
                let finding = Finding::inconclusive(Reason::Panicked, message);
                (broken.id(), Answer::CutShort(finding))
            }
        };
        let at = self.under_way.iter().position(|u| u.id == id);
        let UnderWay { index, check, weigh, scope, began, .. } =
            self.under_way.swap_remove(at.expect("only a task under way can end"));
        let finding = match answer {
            Answer::Given(finding) => weigh(&check, finding),
            Answer::CutShort(finding) => finding,
        };
        let began_ms = millis(began.duration_since(self.began));
        let revealed = scope.take_revealed();
        if !revealed.is_empty() {
            observe(&Event::Revealed(revealed.len()));
        }
        let result = CheckResult::new(check, finding, began_ms, millis(began.elapsed()));
        let mut failed = self.record(index, result, observe);
        for Revealed { check, finding, elapsed } in revealed {
            let finding = weigh(&check, finding);
            let result = CheckResult::new(check, finding, began_ms, millis(elapsed));
            failed |= self.record(index, result, observe);
        }
        failed
    }

    fn record(
        &mut self,
        index: usize,
        result: CheckResult,
        observe: &mut impl FnMut(&Event<'_>),
    ) -> bool {
        let result = result.redacted(&self.redactor.read().unwrap_or_else(PoisonError::into_inner));
        observe(&Event::Finished(&result));
        let failed = result.outcome == Outcome::Fail;
        self.results[index].push(result);
        failed
    }

    /// Reports what was never started: as unknown after an interruption, as not asked after the
    /// first failure. What ends something goes on waiting for those that use it.
    fn give_up_the_rest(&mut self, interrupted: bool, observe: &mut impl FnMut(&Event<'_>)) {
        let waiting = std::mem::take(&mut self.waiting).into_iter();
        let (ends, given_up): (Vec<_>, Vec<_>) = waiting.partition(|(_, task)| task.ends.is_some());
        self.waiting = ends;
        for (index, task) in given_up {
            let finding = if interrupted {
                Finding::inconclusive(Reason::Cancelled, "interrupted before it began")
            } else {
                Finding::skipped(Reason::Cancelled, "not started after an earlier failure")
            };
            let began = millis(self.began.elapsed());
            self.record(index, CheckResult::new(task.check, finding, began, 0.0), observe);
        }
    }
}

/// Performs work within its limit; past it, or once halted, the work may still clean up for `grace`.
async fn bounded(
    work: Work,
    scope: Scope,
    halt: CancellationToken,
    limit: Duration,
    grace: Duration,
) -> Answer {
    let answer = work(scope.clone());
    tokio::pin!(answer);
    tokio::select! {
        biased;
        finding = &mut answer => return Answer::Given(finding),
        () = halt.cancelled() => {}
        () = tokio::time::sleep(limit) => {}
    }
    let interrupted = halt.is_cancelled();
    scope.stop();
    let cleaned = timeout(grace, answer).await;
    let left = match &cleaned {
        Ok(_) => "",
        Err(_) => "; its cleanup did not end in time and was given up",
    };
    let finding = if interrupted {
        Finding::inconclusive(Reason::Cancelled, format!("interrupted{left}"))
    } else {
        let limit = show_duration(limit);
        Finding::inconclusive(Reason::TimedOut, format!("no answer within {limit}{left}"))
    };
    Answer::CutShort(finding.with_steps(cleaned.map(|finding| finding.steps).unwrap_or_default()))
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
