//! One step: asks, judges, keeps what is captured.

use std::time::{Duration, Instant};

use super::ask::ask;
use super::failure::Failure;
use super::received::Received;
use super::screenshot::screenshot;
use super::session::Session;
use super::snapshot::compare;
use crate::model::{Millis, Outcome, Reason, Screenshot, StepTrace, show_duration};
use crate::runner::Scope;
use crate::suite::case::{Step, Until, secrets_in};

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
    screenshot: Option<Screenshot>,
}

impl StepRun {
    pub(super) fn new(introduction: &str, step: &Step, scope: &Scope) -> Self {
        Self {
            name: format!("{introduction}{}", step.name),
            scope: scope.clone(),
            has_ended: false,
            began: Instant::now(),
            attempts: 0,
            sent: String::new(),
            received: String::new(),
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
        let received = match &step.until {
            Some(until) => Box::pin(self.wait(step, until, session)).await?,
            None => self.ask(step, step.limit, session).await?,
        };
        let expected = Self::expected(step, &received, session);
        // Of an answer that is not as it has to be too: the cleanup takes away what the step has made all the same.
        let mut missing = None;
        for capture in &step.captures {
            match received.captured(&capture.from) {
                Some(value) => session.keep(&capture.name, value),
                None => missing = missing.or(Some(capture)),
            }
        }
        expected?;
        match missing {
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

    /// Repeats a step until its answer is as it has to be, something says to give up, or time is up.
    async fn wait(
        &mut self,
        step: &Step,
        until: &Until,
        session: &Session,
    ) -> Result<Received, Failure> {
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
                Ok(received) => {
                    last_seen = received.unmet(&reached);
                    if last_seen.is_empty() {
                        return Ok(received);
                    }
                    if let Some(met) =
                        give_up_if.as_ref().and_then(|given_up| received.first_met(given_up))
                    {
                        let message = format!("gave up, because it found {met}");
                        return Err(Failure::fail(Reason::Expectation, message));
                    }
                }
                // A service that is not up yet is one of the things that a step waits for. Once it
                // has answered, what it said tells more than that its last answer came too late.
                Err(failure) => {
                    let is_over = is_last && (last_seen.is_empty() || !failure.came_too_late());
                    if is_over || !failure.may_pass_by_itself() {
                        return Err(failure);
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

    /// Asks once.
    async fn ask(
        &mut self,
        step: &Step,
        limit: Duration,
        session: &Session,
    ) -> Result<Received, Failure> {
        self.attempts += 1;
        self.received.clear();
        let received = ask(&step.action, limit, session, &mut self.sent).await?;
        // Before anything of the answer is shown or kept, whatever comes of the step.
        for capture in step.captures.iter().filter(|capture| capture.is_secret) {
            let secrets = received.captured(&capture.from).map(|secret| secrets_in(&secret));
            secrets.iter().flatten().for_each(|secret| session.scope.learn_secret(secret));
        }
        self.received = received.shown();
        Ok(received)
    }
}

impl Drop for StepRun {
    fn drop(&mut self) {
        if !self.has_ended {
            self.tell(Outcome::Inconclusive, vec!["interrupted".to_owned()]);
        }
    }
}
