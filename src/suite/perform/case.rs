//! One case: its steps, its cleanup, and the one finding that comes of both.

use std::sync::Arc;

use super::fixture::{Given, Instance, TornDown};
use super::sandbox::Sandbox;
use super::session::Session;
use super::step::StepRun;
use super::{Ground, session::NoValue};
use crate::model::{Finding, Outcome, Reason};
use crate::runner::Scope;
use crate::suite::case::{Case, Step, Suite};
use crate::suite::code::Code;
use crate::suite::fixture::{Fixture, FixtureScope};

/// Is a case together with what it is performed on.
pub(in crate::suite) struct CaseRun {
    pub suite: Arc<Suite>,
    /// Which case of the suite.
    pub index: usize,
    pub ground: Arc<Ground>,
    pub sandbox: Option<Arc<Sandbox>>,
    /// The fixtures that it shares with other cases.
    pub shared: Vec<Arc<Instance>>,
    /// A text that no other case of any run has.
    pub unique: String,
}

impl CaseRun {
    /// Performs the case; its throw-away container is removed with its last user.
    pub(in crate::suite) async fn perform(mut self, scope: Scope) -> Finding {
        let sandbox = self.sandbox.take();
        let finding = Box::pin(self.answer(sandbox.as_deref(), scope)).await;
        if let Some(sandbox) = sandbox {
            Box::pin(sandbox.leave()).await;
        }
        finding
    }

    async fn answer(&self, sandbox: Option<&Sandbox>, scope: Scope) -> Finding {
        let case = &self.suite.cases[self.index];
        let ground = Arc::clone(&self.ground);
        let mut session = Session::new(Arc::clone(&ground), scope.clone(), self.unique.clone());
        if let Err(cause) = session.learn_secrets(&self.suite.secrets) {
            return cannot_begin(&cause, case);
        }
        if let Some(sandbox) = sandbox {
            match Box::pin(sandbox.enter(&ground, &session, &scope)).await {
                Ok(entrance) => session.move_to(entrance),
                Err(finding) => return finding,
            }
        }
        let instances = self.instances(case);
        let mut failed = None;
        // Put aside like everything that most cases do without, or it would make each of them larger.
        if !instances.is_empty() {
            failed = Box::pin(enter_all(&instances, case, &mut session)).await.err();
        }
        if failed.is_none() {
            let values = session.learn_values(self.suite.values.iter().chain(&case.row));
            failed = values.err().map(|cause| cannot_begin(&cause, case));
        }
        let mut dirty = None;
        if failed.is_none() {
            failed = match &case.code {
                Some(code) => Box::pin(in_code(code, &session, &scope)).await,
                None => steps(&case.steps, "", &mut session).await,
            };
            let (steps, is_cut) = (&case.cleanup, failed.is_some());
            if !steps.is_empty() {
                dirty = Box::pin(cleanup(steps, "cleanup: ", is_cut, &mut session)).await;
            }
        }
        // Shared ones are taken down after the last case that uses them.
        let own = instances.iter().filter(|instance| instance.fixture.scope == FixtureScope::Case);
        for instance in own.rev() {
            if let TornDown::Dirty(finding) = Box::pin(instance.tear_down(&scope)).await {
                dirty.get_or_insert(finding);
            }
        }
        session.close().await;
        conclude(case, failed, dirty)
    }

    /// Gives the fixtures of the case, each after what it needs: shared ones, and its own anew.
    fn instances(&self, case: &Case) -> Vec<Arc<Instance>> {
        let numbered = Fixture::in_order(&case.fixtures).into_iter().enumerate();
        let instance = |(number, fixture): (usize, Arc<Fixture>)| {
            let is_it = |shared: &&Arc<Instance>| shared.fixture.name == fixture.name;
            let shared = self.shared.iter().find(is_it).cloned();
            shared.unwrap_or_else(|| Arc::new(Instance::of_case(&fixture, number, &self.unique)))
        };
        numbered.map(instance).collect()
    }
}

/// Performs a case in code until it answers or is told to stop, and gives what is wrong.
async fn in_code(code: &Code, session: &Session, scope: &Scope) -> Option<Finding> {
    let finding = tokio::select! {
        finding = code.perform(session.context()) => finding,
        () = scope.stopped() => Finding::inconclusive(Reason::Cancelled, "interrupted"),
    };
    (finding.outcome != Outcome::Pass).then_some(finding)
}

/// Enters every fixture in order, and lets the case know what those give that it names.
async fn enter_all(
    instances: &[Arc<Instance>],
    case: &Case,
    session: &mut Session,
) -> Result<(), Finding> {
    let mut given = Given::new();
    for instance in instances {
        let values = instance.enter(session, &given).await?;
        given.insert(instance.fixture.name.clone(), values);
    }
    for fixture in &case.fixtures {
        session.take(&given[&fixture.name]);
    }
    Ok(())
}

fn cannot_begin(missing: &NoValue, case: &Case) -> Finding {
    Finding::inconclusive(Reason::NoData, missing.to_string()).from_source(case.place.to_string())
}

/// Performs steps until one does not hold or the run is told to stop; `introduction` precedes their
/// names in the traces.
pub(super) async fn steps(
    steps: &[Step],
    introduction: &str,
    session: &mut Session,
) -> Option<Finding> {
    let scope = session.scope.clone();
    for step in steps {
        let mut run = StepRun::new(introduction, step, &scope);
        let ended = tokio::select! {
            result = run.perform(step, session) => Some(result),
            () = scope.stopped() => None,
        };
        let result = ended.unwrap_or_else(|| Err(run.interrupted()));
        run.end(&result);
        if let Err(failure) = result {
            return Some(failure.into_finding(step));
        }
    }
    None
}

/// Performs every step of a cleanup, whatever came of the one before, and gives the first failure.
pub(super) async fn cleanup(
    steps: &[Step],
    introduction: &str,
    has_failed: bool,
    session: &mut Session,
) -> Option<Finding> {
    let mut first = None;
    let scope = session.scope.clone();
    for step in steps {
        let mut run = StepRun::new(introduction, step, &scope);
        let result = run.perform(step, session).await;
        match result {
            // The case did not get as far as to make what this step would take away, or has only found it.
            Err(ref failure) if has_failed && failure.misses_a_name() => {
                run.end_not_needed(failure);
            }
            result => {
                run.end(&result);
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
        (None, None) if case.code.is_some() => Finding::pass("it holds"),
        (None, None) => Finding::pass(match case.steps.len() {
            1 => "1 step holds".to_owned(),
            count => format!("{count} steps hold"),
        }),
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
