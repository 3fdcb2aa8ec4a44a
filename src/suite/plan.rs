//! From suites to tasks.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::adopted::Adopted;
use super::case::{Case, Level, Step, Suite};
use super::fixture::{Fixture, FixtureScope};
use super::perform::{CaseRun, CommandRun, Ground, Instance, Sandbox};
use super::select::identity;
use super::snapshot::SnapshotUpdate;
use super::teardown::{PlannedTeardown, planned_teardowns};
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
    /// The fixtures that it shares with other cases, each after what it needs.
    shared: Vec<Arc<Instance>>,
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
    let mut fixtures = Instances::default();
    for suite in suites {
        let sandbox = suite.sandbox();
        let suite = Arc::new(suite.clone());
        fixtures.of_suite.clear();
        let parts = (0..suite.cases.len()).map(Part::Case);
        for part in parts.chain(suite.adopted.iter().map(|_| Part::Command)) {
            let shared = match part {
                Part::Case(index) => fixtures.shared(&suite.cases[index]),
                Part::Command => Vec::new(),
            };
            cases.push(PlannedCase {
                shared,
                suite: Arc::clone(&suite),
                part,
                sandbox: sandbox.clone(),
                number: cases.len() + 1,
            });
        }
    }
    cases
}

/// Knows the fixtures that cases share, so that each is there once.
#[derive(Default)]
struct Instances {
    of_run: Vec<Arc<Instance>>,
    of_suite: Vec<Arc<Instance>>,
    count: usize,
}

impl Instances {
    fn shared(&mut self, case: &Case) -> Vec<Arc<Instance>> {
        let fixtures = Fixture::in_order(&case.fixtures);
        fixtures.iter().filter_map(|fixture| self.of(fixture)).collect()
    }

    fn of(&mut self, fixture: &Arc<Fixture>) -> Option<Arc<Instance>> {
        let known = match fixture.scope {
            FixtureScope::Run => &mut self.of_run,
            FixtureScope::Suite => &mut self.of_suite,
            FixtureScope::Case => return None,
        };
        if let Some(known) = known.iter().find(|known| known.fixture.name == fixture.name) {
            return Some(Arc::clone(known));
        }
        self.count += 1;
        let instance = Arc::new(Instance::shared(fixture, self.count));
        known.push(Arc::clone(&instance));
        Some(instance)
    }
}

/// Plans every case for a target; `run` is a text that no other run has, of letters and digits, and
/// `update` says what becomes of answers that are not as their snapshots.
#[must_use]
pub fn plan(view: View<'_>, suites: &[Suite], run: &str, update: SnapshotUpdate) -> Vec<Task> {
    let ground = Arc::new(Ground::of(view, run).updating(update));
    let cases = planned_cases(suites);
    let teardowns = planned_teardowns(&cases, ground.environment());
    let cases = cases.into_iter().map(|case| case.task(&ground));
    cases.chain(teardowns.into_iter().map(PlannedTeardown::task)).collect()
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

    /// Whether its suite allows the environment.
    pub(super) fn may_run_in(&self, environment: &str) -> bool {
        self.suite.allows(environment)
    }

    /// Gives the fixtures that it shares with other cases, each after what it needs.
    pub(super) fn shared(&self) -> &[Arc<Instance>] {
        &self.shared
    }

    /// Gives the throw-away services of its suite.
    pub(super) const fn sandbox(&self) -> Option<&Arc<Sandbox>> {
        self.sandbox.as_ref()
    }

    /// Names a fixture among all that a run uses.
    pub(super) fn key(&self, instance: &Instance) -> String {
        let Fixture { name, scope, .. } = &*instance.fixture;
        match scope {
            FixtureScope::Run => format!("fixture:{name}"),
            _ => format!("fixture:{}:{name}", identity(&self.suite, "")),
        }
    }

    /// Gives the level of its suite.
    #[must_use]
    pub fn level(&self) -> Level {
        self.suite.level
    }

    /// Gives the case that it is, unless it is the command of an adopted suite.
    fn case(&self) -> Option<&Case> {
        match self.part {
            Part::Case(index) => Some(&self.suite.cases[index]),
            Part::Command => None,
        }
    }

    fn adopted(&self) -> &Adopted {
        self.suite.adopted.as_ref().expect("only a suite with a command has one planned")
    }

    /// Gives how long it may take, with all that it may be the one to start, or has to wait for.
    fn limit(&self, ground: &Ground) -> Duration {
        let Some(case) = self.case() else { return self.adopted().limit };
        let services = self.suite.alone.as_ref().map_or(0, |alone| alone.needs.len() + 1);
        let services = u32::try_from(services).unwrap_or(u32::MAX);
        let started = ground.startup_timeout().saturating_mul(services);
        let fixtures = Fixture::in_order(&case.fixtures);
        fixtures.iter().fold(case.limit + started, |limit, fixture| limit + fixture.limit)
    }

    /// Names what of it shows only through an engine.
    fn needs_engine(&self) -> Option<String> {
        if let Some(alone) = &self.suite.alone {
            return Some(format!("{} started alone", alone.service));
        }
        let Case { steps, cleanup, fixtures, .. } = self.case()?;
        let fixtures = Fixture::in_order(fixtures);
        let around = fixtures.iter().flat_map(|fixture| fixture.steps());
        let looks = |step: &&Step| step.action.needs_engine();
        let step = steps.iter().chain(cleanup).chain(around).find(looks)?;
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
        let limit = self.limit(&ground);
        let used: Vec<String> = self.shared.iter().map(|instance| self.key(instance)).collect();
        let Self { suite, sandbox, shared, number, .. } = self;
        let claims = suite.cases[index].claims.clone();
        let sandbox = Mutex::new(sandbox);
        let task = Task::repeatable(check, move |scope| {
            let mut common = sandbox.lock().unwrap_or_else(PoisonError::into_inner);
            // Only the first attempt finds the others' services; a later one gets fresh ones, unless a
            // fixture of several cases was set up on the others'.
            let sandbox = if shared.is_empty() {
                common.take().or_else(|| suite.sandbox())
            } else {
                common.clone()
            };
            drop(common);
            let run = CaseRun {
                suite: Arc::clone(&suite),
                index,
                ground: Arc::clone(&ground),
                sandbox,
                shared: shared.clone(),
                unique: ground.unique(number, scope.attempt()),
            };
            run.perform(scope)
        });
        let task = used.into_iter().fold(task.within(limit), Task::using);
        claims.into_iter().fold(task, Task::claiming)
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
        let targets = self.targets.as_ref().filter(|_| !self.allows(environment))?.join(", ");
        // With those that it names, or one that is misspelled would be skipped everywhere and nobody saw why.
        let message =
            format!("the suite does not name {environment} among its targets ({targets})");
        Some(Finding::skipped(Reason::NotAllowed, message))
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
