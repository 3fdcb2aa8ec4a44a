//! One step: asks, judges, keeps what is captured.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::ask::ask;
use super::failure::Failure;
use super::received::Received;
use super::screenshot::screenshot;
use super::session::Session;
use super::snapshot::compare;
use crate::model::{Millis, Outcome, Reason, Screenshot, StepTrace, show_duration};
use crate::runner::Scope;
use crate::suite::capture::{Capture, secrets_in};
use crate::suite::case::{Step, Until};

/// Is one step under way: what the trace of it will show. Dropped before its end, it tells that it was
/// interrupted.
pub(super) struct StepRun {
    name: String,
    scope: Scope,
    has_ended: bool,
    began: Instant,
    attempts: u32,
    sent: String,
    received: String,
    /// Why a step that waits does so still.
    waiting: Option<Failure>,
    screenshot: Option<Screenshot>,
}

/// Is an answer to a step, and what is captured of it.
struct Asked<'s> {
    received: Received,
    captured: Vec<(&'s str, Value)>,
    /// The first capture that found nothing in it.
    missing: Option<&'s Capture>,
}

impl Asked<'_> {
    /// Lets the steps after it know what is captured.
    fn keep(&mut self, session: &mut Session) {
        for (name, value) in self.captured.drain(..) {
            session.keep(name, value);
        }
    }

    /// Lets the cleanup know what is captured of an answer that is not as it has to be, where the step may have made
    /// it; what was only found may be somebody else's.
    fn keep_what_was_made(&mut self, step: &Step, session: &mut Session) {
        if !step.action.only_reads() {
            self.keep(session);
        }
    }
}

impl StepRun {
    pub(super) fn new(introduction: &str, step: &Step, scope: &Scope) -> Self {
        Self {
            name: [introduction, &step.name].concat(),
            scope: scope.clone(),
            has_ended: false,
            began: Instant::now(),
            attempts: 0,
            sent: String::new(),
            received: String::new(),
            waiting: None,
            screenshot: None,
        }
    }

    /// Performs a step to its end, waiting where it says so, and keeps a picture of a page that is not
    /// as it has to be.
    pub(super) async fn perform(
        &mut self,
        step: &Step,
        session: &mut Session,
    ) -> Result<(), Failure> {
        let result = self.judge(step, session).await;
        if result.is_err() {
            match Box::pin(screenshot(step, session)).await {
                Some(Ok(taken)) => self.screenshot = Some(taken),
                Some(Err(why_none)) => {
                    if !self.received.is_empty() {
                        self.received.push('\n');
                    }
                    self.received.push_str(&why_none);
                }
                None => {}
            }
        }
        result
    }

    async fn judge(&mut self, step: &Step, session: &mut Session) -> Result<(), Failure> {
        let mut asked = match &step.until {
            Some(until) => Box::pin(self.wait(step, until, session)).await?,
            None => self.ask(step, step.limit, session).await?,
        };
        if let Err(failure) = Self::expected(step, &asked.received, session) {
            asked.keep_what_was_made(step, session);
            return Err(failure);
        }
        asked.keep(session);
        match asked.missing {
            None => Ok(()),
            Some(capture) => Err(Failure::fail(Reason::Expectation, capture.missing())),
        }
    }

    fn expected(step: &Step, received: &Received, session: &Session) -> Result<(), Failure> {
        if let Some(expect) = &step.expect {
            let unmet = received.unmet(&expect.fill(session)?);
            if !unmet.is_empty() {
                return Err(Failure::unmet("", &unmet));
            }
        }
        match &step.snapshot {
            Some(snapshot) => compare(snapshot, step, received, session),
            None => Ok(()),
        }
    }

    /// Tells what came of the step.
    pub(super) fn end(mut self, result: &Result<(), Failure>) {
        let (outcome, failures) = match result {
            Ok(()) => (Outcome::Pass, Vec::new()),
            Err(failure) => (failure.outcome(), failure.lines()),
        };
        self.tell(outcome, failures);
    }

    /// Tells that there was nothing for the step to do, because what it names was never given a value.
    pub(super) fn end_not_needed(mut self, failure: &Failure) {
        let why = failure.lines().into_iter().map(|line| format!("not needed: {line}"));
        self.tell(Outcome::Skipped, why.collect());
    }

    fn tell(&mut self, outcome: Outcome, failures: Vec<String>) {
        self.has_ended = true;
        self.scope.tell(StepTrace {
            name: std::mem::take(&mut self.name),
            outcome,
            elapsed_ms: Millis::from(self.began.elapsed()).0,
            attempts: self.attempts,
            sent: std::mem::take(&mut self.sent),
            received: std::mem::take(&mut self.received),
            failures,
            screenshot: self.screenshot.take(),
        });
    }

    /// Says that the step did not come to its end, and what it still waited for.
    pub(super) fn interrupted(&mut self) -> Failure {
        Failure::interrupted(self.waiting.take())
    }

    /// Repeats a step until its answer is as it has to be, something says to give up, or time is up.
    async fn wait<'s>(
        &mut self,
        step: &'s Step,
        until: &Until,
        session: &mut Session,
    ) -> Result<Asked<'s>, Failure> {
        let reached = until.reached.fill(session)?;
        let give_up_if = until.give_up_if.as_ref().map(|e| e.fill(session)).transpose()?;
        let end = self.began + until.within;
        let mut last_seen = Vec::new();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            // To the next whole millisecond, as a person writes a limit.
            let left =
                left + Duration::from_nanos((1_000_000 - left.subsec_nanos() % 1_000_000).into());
            let asked = self.ask(step, step.limit.min(left), session).await;
            let is_last = Instant::now() + until.every >= end;
            match asked {
                Ok(mut asked) => {
                    last_seen = asked.received.unmet(&reached);
                    self.waiting = None;
                    if last_seen.is_empty() {
                        return Ok(asked);
                    }
                    asked.keep_what_was_made(step, session);
                    let met = |given_up| asked.received.first_met(given_up);
                    if let Some(met) = give_up_if.as_ref().and_then(met) {
                        let message = format!("gave up, because it found {met}");
                        return Err(Failure::fail(Reason::Expectation, message));
                    }
                    self.waiting = Some(Failure::unmet("", &last_seen));
                }
                // A service that is not up yet is one of the things that a step waits for. Once it
                // has answered, what it said tells more than that its last answer came too late.
                Err(failure) => {
                    let tells_more = last_seen.is_empty() || !failure.came_too_late();
                    if (is_last && tells_more) || !failure.may_pass_by_itself() {
                        self.received.clear();
                        return Err(failure);
                    }
                    if tells_more {
                        last_seen.clear();
                        self.received.clear();
                        self.waiting = Some(failure);
                    }
                }
            }
            if is_last {
                let within = show_duration(until.within);
                return Err(Failure::unmet(&format!("still not so after {within}: "), &last_seen));
            }
            tokio::time::sleep(until.every).await;
        }
    }

    /// Asks once. Without an answer, what was received before stays.
    async fn ask<'s>(
        &mut self,
        step: &'s Step,
        limit: Duration,
        session: &Session,
    ) -> Result<Asked<'s>, Failure> {
        self.attempts += 1;
        let received = ask(&step.action, limit, session, &mut self.sent).await?;
        let (mut captured, mut missing) = (Vec::new(), None);
        for capture in &step.captures {
            match received.captured(&capture.from) {
                Some(value) => {
                    // Before anything of the answer is shown or kept, whatever comes of the step.
                    let secrets = capture.is_secret.then(|| secrets_in(&value));
                    secrets.iter().flatten().for_each(|it| session.learn_secret(it));
                    captured.push((capture.name.as_str(), value));
                }
                None => missing = missing.or(Some(capture)),
            }
        }
        self.received = received.shown();
        Ok(Asked { received, captured, missing })
    }
}

impl Drop for StepRun {
    fn drop(&mut self) {
        if !self.has_ended {
            let interrupted = self.interrupted();
            self.tell(interrupted.outcome(), interrupted.lines());
        }
    }
}
