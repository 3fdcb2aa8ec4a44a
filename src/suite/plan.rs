//! From suites to tasks.

use std::sync::{Arc, Mutex, PoisonError};

use super::adopted::Adopted;
use super::case::{Case, Level, Step, Suite};
use super::perform::{CaseRun, CommandRun, Ground, Sandbox};
use super::select::identity;
use crate::engine::View;
use crate::model::{Check, Finding, Reason};
use crate::runner::Task;

/// Is one case that is going to be performed, or the command of an adopted suite, before the target was
/// looked at.
#[derive(Debug)]
pub struct PlannedCase {
    suite: Arc<Suite>,
    part: Part,
    /// Shared by the cases of one unit suite, so that their service is started once.
    sandbox: Option<Arc<Sandbox>>,
    /// Which case of the plan, from one.
    number: usize,
}

/// Names the part of a suite that is performed.
#[derive(Debug, Clone, Copy)]
enum Part {
    /// One of its cases.
    Case(usize),
    /// Its command.
    Command,
}

/// Lines up the cases and commands of all suites but the load cases, which the room `load` plans.
#[must_use]
pub fn planned_cases(suites: &[Suite]) -> Vec<PlannedCase> {
    let mut cases = Vec::new();
    for suite in suites {
        let sandbox = suite.sandbox();
        let suite = Arc::new(suite.clone());
        let parts = (0..suite.cases.len()).map(Part::Case);
        for part in parts.chain(suite.adopted.iter().map(|_| Part::Command)) {
            cases.push(PlannedCase {
                suite: Arc::clone(&suite),
                part,
                sandbox: sandbox.clone(),
                number: cases.len() + 1,
            });
        }
    }
    cases
}

/// Plans every case for a target; `run` is a text that no other run has, of letters and digits.
#[must_use]
pub fn plan(view: View<'_>, suites: &[Suite], run: &str) -> Vec<Task> {
    let ground = Arc::new(Ground::of(view, run));
    planned_cases(suites).into_iter().map(|case| case.task(&ground)).collect()
}

impl PlannedCase {
    /// Gives the question that it is.
    #[must_use]
    pub fn check(&self) -> Check {
        match self.part {
            Part::Case(index) => check(&self.suite, &self.suite.cases[index]),
            Part::Command => command_check(&self.suite, self.adopted()),
        }
    }

    /// Gives the level of its suite.
    #[must_use]
    pub fn level(&self) -> Level {
        self.suite.level
    }

    fn adopted(&self) -> &Adopted {
        self.suite.adopted.as_ref().expect("only a suite with a command has one planned")
    }

    /// Names what of it shows only through an engine.
    fn needs_engine(&self) -> Option<String> {
        if let Some(alone) = &self.suite.alone {
            return Some(format!("{} started alone", alone.service));
        }
        let Part::Case(index) = self.part else { return None };
        let Case { steps, cleanup, .. } = &self.suite.cases[index];
        let looks = |step: &&Step| step.action.needs_engine();
        let step = steps.iter().chain(cleanup).find(looks)?;
        Some(format!("what its step `{}` looks at", step.name))
    }

    /// Joins it with what it is performed on.
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
        match self.part {
            Part::Case(index) => self.case_task(check, index, Arc::clone(ground)),
            Part::Command => self.command_task(check, Arc::clone(ground)),
        }
    }

    fn case_task(self, check: Check, index: usize, ground: Arc<Ground>) -> Task {
        let Self { suite, sandbox, number, .. } = self;
        let Case { limit, claims, .. } = &suite.cases[index];
        let (limit, claims) = (*limit, claims.clone());
        let shared = Mutex::new(sandbox);
        let task = Task::repeatable(check, move |scope| {
            // Only the first attempt finds the others' service; a later one gets a fresh one.
            let shared = shared.lock().unwrap_or_else(PoisonError::into_inner).take();
            let run = CaseRun {
                suite: Arc::clone(&suite),
                index,
                ground: Arc::clone(&ground),
                sandbox: shared.or_else(|| suite.sandbox()),
                unique: ground.unique(number, scope.attempt()),
            };
            run.perform(scope)
        });
        claims.into_iter().fold(task.within(limit), Task::claiming)
    }

    fn command_task(self, check: Check, ground: Arc<Ground>) -> Task {
        let Adopted { limit, claims, .. } = self.adopted();
        let (limit, claims) = (*limit, claims.clone());
        let (level, unique) = (self.level(), ground.unique(self.number, 1));
        let run = CommandRun { suite: self.suite, ground, unique };
        let task = Task::new(check, move |scope| run.perform(scope)).within(limit);
        // Two loads at once would measure each other, whoever makes them.
        let task = if level == Level::Load { task.locking(level.word()) } else { task };
        claims.into_iter().fold(task, Task::claiming)
    }
}

impl Suite {
    /// Makes the place where its service is started alone, if it is.
    fn sandbox(&self) -> Option<Arc<Sandbox>> {
        self.alone.as_ref().map(|alone| Arc::new(Sandbox::new(&self.name, alone)))
    }

    /// Gives the question that each case is, load cases among them, or the one that its command is.
    pub fn checks(&self) -> impl Iterator<Item = Check> {
        let cases = self.cases.iter().map(|case| check(self, case));
        let load = self.load.iter().map(|case| {
            let check = Check::new(self.level.kind(), &self.name, &case.name);
            check.at(case.place.clone()).tagged(self.tags.clone())
        });
        let command = self.adopted.iter().map(|adopted| command_check(self, adopted));
        cases.chain(load).chain(command)
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

fn command_check(suite: &Suite, adopted: &Adopted) -> Check {
    let check = Check::new(suite.level.kind(), &suite.name, Adopted::NAME);
    check.at(adopted.place.clone()).tagged(suite.tags.clone())
}
