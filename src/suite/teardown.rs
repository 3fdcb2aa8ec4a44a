//! The teardowns of fixtures that cases share: each is a check of its own, after its last user.

use std::sync::Arc;

use super::fixture::FixtureScope;
use super::perform::{Instance, Sandbox};
use super::plan::PlannedCase;
use crate::model::Check;
use crate::runner::Task;

/// Is one teardown that is going to be performed once no case needs the fixture any more.
#[derive(Debug)]
pub struct PlannedTeardown {
    instance: Arc<Instance>,
    check: Check,
    /// What it ends.
    key: String,
    /// What it uses itself, because the fixture needs it.
    needs: Vec<String>,
    /// Keeps the service of a unit suite up until the teardown has asked it.
    sandbox: Option<Arc<Sandbox>>,
}

/// Lines up the teardowns of what these cases share in an environment, the last set up first.
#[must_use]
pub fn planned_teardowns(cases: &[PlannedCase], environment: &str) -> Vec<PlannedTeardown> {
    let mut teardowns: Vec<PlannedTeardown> = Vec::new();
    for case in cases.iter().filter(|case| case.may_run_in(environment)) {
        for instance in case.shared() {
            let key = case.key(instance);
            let is_known = teardowns.iter().any(|teardown| teardown.key == key);
            if is_known || instance.fixture.teardown.is_empty() {
                continue;
            }
            let is_needed = |other: &&Arc<Instance>| {
                instance.fixture.needs.iter().any(|need| need.name == other.fixture.name)
            };
            teardowns.push(PlannedTeardown {
                instance: Arc::clone(instance),
                check: check(case, instance),
                needs: case.shared().iter().filter(is_needed).map(|need| case.key(need)).collect(),
                sandbox: case.sandbox().cloned(),
                key,
            });
        }
    }
    teardowns.reverse();
    teardowns
}

/// Gives the question whether a fixture was taken down; that of a whole run stands in no suite.
fn check(case: &PlannedCase, instance: &Instance) -> Check {
    let fixture = &instance.fixture;
    let asked = case.check();
    let group = match fixture.scope {
        FixtureScope::Run => "fixtures",
        _ => asked.group.as_str(),
    };
    let name = format!("the fixture {} is taken down", fixture.name);
    Check::new(asked.kind, group, name).at(fixture.place.clone())
}

impl PlannedTeardown {
    /// Turns it into a task that starts after the last one that uses the fixture.
    #[must_use]
    pub fn task(self) -> Task {
        let Self { instance, check, key, needs, sandbox } = self;
        let limit = instance.fixture.limit;
        let task = Task::new(check, move |scope| async move {
            let finding = instance.end(scope).await;
            if let Some(sandbox) = sandbox {
                sandbox.leave().await;
            }
            finding
        });
        needs.into_iter().fold(task.within(limit), Task::using).ending(key)
    }
}
