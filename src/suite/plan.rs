//! From suites to tasks.

use std::sync::Arc;

use super::case::{Case, Level, Step, Suite};
use super::perform::{CaseRun, Ground, Sandbox};
use super::select::identity;
use super::snapshot::SnapshotUpdate;
use crate::engine::View;
use crate::model::{Check, Finding, Reason};
use crate::runner::Task;

/// Is one case that is going to be performed, before the target was looked at.
#[derive(Debug)]
pub struct PlannedCase {
    suite: Arc<Suite>,
    index: usize,
    /// Shared by the cases of one unit suite, so that their service is started once.
    sandbox: Option<Arc<Sandbox>>,
    /// Which case of the plan, from one.
    number: usize,
}

/// Lines up the cases of all suites but those of the level load, which the room `load` plans.
#[must_use]
pub fn planned_cases(suites: &[Suite]) -> Vec<PlannedCase> {
    let mut cases = Vec::new();
    for suite in suites.iter().filter(|suite| suite.level != Level::Load) {
        let sandbox = suite.alone.as_ref().map(|alone| Arc::new(Sandbox::new(&suite.name, alone)));
        let suite = Arc::new(suite.clone());
        for index in 0..suite.cases.len() {
            cases.push(PlannedCase {
                suite: Arc::clone(&suite),
                index,
                sandbox: sandbox.clone(),
                number: cases.len() + 1,
            });
        }
    }
    cases
}

/// Plans every case for a target; `run` is a text that no other run has, of letters and digits, and
/// `update` says what becomes of answers that are not as their snapshots.
#[must_use]
pub fn plan(view: View<'_>, suites: &[Suite], run: &str, update: SnapshotUpdate) -> Vec<Task> {
    let ground = Arc::new(Ground::of(view, run).updating(update));
    planned_cases(suites).into_iter().map(|case| case.task(&ground)).collect()
}

impl PlannedCase {
    fn case(&self) -> &Case {
        &self.suite.cases[self.index]
    }

    /// Gives the question that the case is.
    #[must_use]
    pub fn check(&self) -> Check {
        check(&self.suite, self.case())
    }

    /// Gives the level of its suite.
    #[must_use]
    pub fn level(&self) -> Level {
        self.suite.level
    }

    /// Names what of the case shows only through an engine.
    fn needs_engine(&self) -> Option<String> {
        if let Some(alone) = &self.suite.alone {
            return Some(format!("{} started alone", alone.service));
        }
        let Case { steps, cleanup, .. } = self.case();
        let looks = |step: &&Step| step.action.needs_engine();
        let step = steps.iter().chain(cleanup).find(looks)?;
        Some(format!("what its step `{}` looks at", step.name))
    }

    /// Joins the case with what it is performed on.
    #[must_use]
    pub fn task(self, ground: &Arc<Ground>) -> Task {
        let check = self.check();
        let environment = ground.environment();
        if let Some(finding) = self.suite.skipped_in(environment) {
            return Task::answered(check, finding);
        }
        // Asked before the first step, or a case would write half of what it then cannot check.
        if let Some(Err(unseen)) = self.needs_engine().map(|what| ground.stack(&what).map(drop)) {
            return Task::answered(check, Finding::inconclusive(Reason::NotObserved, unseen));
        }
        let limit = self.case().limit;
        let lock = self.case().serial.as_ref().map(|name| format!("suite:{name}"));
        let Self { suite, index, sandbox, number } = self;
        let unique = ground.unique(number);
        let run = CaseRun { suite, index, ground: Arc::clone(ground), sandbox, unique };
        let task = Task::new(check, move |scope| run.perform(scope)).within(limit);
        lock.into_iter().fold(task, Task::locking)
    }
}

impl Suite {
    /// Gives the question that each case is, load cases among them.
    pub fn checks(&self) -> impl Iterator<Item = Check> {
        let cases = self.cases.iter().map(|case| check(self, case));
        let load = self.load.iter().map(|case| {
            let check = Check::new(self.level.kind(), &self.name, &case.name);
            check.at(case.place.clone()).tagged(self.tags.clone())
        });
        cases.chain(load)
    }

    /// Gives what comes of its cases in an environment that it does not name.
    #[must_use]
    pub fn skipped_in(&self, environment: &str) -> Option<Finding> {
        let message = format!("the suite does not name {environment} among its targets");
        (!self.allows(environment)).then(|| Finding::skipped(Reason::NotAllowed, message))
    }
}

fn check(suite: &Suite, case: &Case) -> Check {
    let check = Check::new(suite.level.kind(), &suite.name, &case.name);
    debug_assert_eq!(check.id, identity(suite, &case.name), "selections and reports agree");
    check.at(case.place.clone()).tagged(case.tags.clone())
}
