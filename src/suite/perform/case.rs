//! One case: its steps, its cleanup, and the one finding that comes of both.

use std::sync::Arc;

use super::sandbox::Sandbox;
use super::session::Session;
use super::step::StepRun;
use super::{Ground, session::NoValue};
use crate::model::{Finding, Outcome, Reason, StepTrace};
use crate::runner::Scope;
use crate::suite::case::{Case, Step, Suite};

/// Is a case together with what it is performed on.
pub(in crate::suite) struct CaseRun {
    pub suite: Arc<Suite>,
    /// Which case of the suite.
    pub index: usize,
    pub ground: Arc<Ground>,
    pub sandbox: Option<Arc<Sandbox>>,
    /// A text that no other case of any run has.
    pub unique: String,
}

impl CaseRun {
    /// Performs the case; its throw-away container is removed with its last user.
    pub(in crate::suite) async fn perform(mut self, scope: Scope) -> Finding {
        let sandbox = self.sandbox.take();
        let finding = self.answer(sandbox.as_deref(), scope).await;
        if let Some(sandbox) = sandbox {
            sandbox.leave().await;
        }
        finding
    }

    async fn answer(&self, sandbox: Option<&Sandbox>, scope: Scope) -> Finding {
        let case = &self.suite.cases[self.index];
        let ground = Arc::clone(&self.ground);
        let mut session = Session::new(Arc::clone(&ground), scope.clone(), self.unique.clone());
        if let Err(cause) = session.learn_secrets(&self.suite) {
            return cannot_begin(&cause, case);
        }
        if let Some(sandbox) = sandbox {
            match sandbox.enter(&ground, &session, &scope).await {
                Ok(entrance) => session.move_to(entrance),
                Err(finding) => return finding,
            }
        }
        if let Err(cause) = session.learn_values(&self.suite, &case.row) {
            return cannot_begin(&cause, case);
        }
        let mut traces = Vec::with_capacity(case.steps.len() + case.cleanup.len());
        let failed = steps(&case.steps, &mut session, &scope, &mut traces).await;
        let dirty = cleanup(&case.cleanup, failed.is_some(), &mut session, &mut traces).await;
        session.close().await;
        conclude(case, failed, dirty).with_steps(traces)
    }
}

fn cannot_begin(missing: &NoValue, case: &Case) -> Finding {
    Finding::inconclusive(Reason::NoData, missing.to_string()).from_source(case.place.to_string())
}

/// Performs steps until one does not hold or the run is told to stop.
async fn steps(
    steps: &[Step],
    session: &mut Session,
    scope: &Scope,
    traces: &mut Vec<StepTrace>,
) -> Option<Finding> {
    for step in steps {
        let mut run = StepRun::new();
        let result = tokio::select! {
            result = run.perform(step, session) => result,
            () = scope.stopped() => {
                traces.push(run.interrupted(step.name.clone()));
                let message = format!("{}: interrupted", step.name);
                return Some(Finding::inconclusive(Reason::Cancelled, message));
            }
        };
        traces.push(run.trace(step.name.clone(), &result));
        if let Err(failure) = result {
            return Some(failure.into_finding(step));
        }
    }
    None
}

/// Performs every step of a cleanup, whatever came of the one before, and gives the first failure.
async fn cleanup(
    steps: &[Step],
    has_failed: bool,
    session: &mut Session,
    traces: &mut Vec<StepTrace>,
) -> Option<Finding> {
    let mut first = None;
    for step in steps {
        let name = format!("cleanup: {}", step.name);
        let mut run = StepRun::new();
        let result = run.perform(step, session).await;
        match result {
            // The case did not get as far as to make what this step would take away.
            Err(ref failure) if has_failed && failure.misses_a_name() => {
                traces.push(run.not_needed(name));
            }
            result => {
                traces.push(run.trace(name, &result));
                if let Err(failure) = result {
                    first.get_or_insert(failure.into_finding(step));
                }
            }
        }
    }
    first
}

fn conclude(case: &Case, failed: Option<Finding>, dirty: Option<Finding>) -> Finding {
    match (failed, dirty) {
        (None, None) => {
            let count = case.steps.len();
            let steps = if count == 1 { "step holds" } else { "steps hold" };
            Finding::pass(format!("{count} {steps}"))
        }
        (Some(failed), None) => failed,
        (Some(mut failed), Some(dirty)) => {
            failed.message =
                format!("{}; the cleanup failed too: {}", failed.message, dirty.message);
            failed
        }
        (None, Some(dirty)) => {
            let message = format!("the cleanup failed: {}", dirty.message);
            let reported = match dirty.outcome {
                Outcome::Inconclusive => Finding::inconclusive(Reason::CleanupFailed, message),
                _ => Finding::fail(Reason::CleanupFailed, message),
            };
            Finding { evidence: dirty.evidence, ..reported }
        }
    }
}
