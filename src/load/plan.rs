//! From load cases to tasks: one performance, several checks.

use std::sync::Arc;

use super::Generator;
use super::judge::{Aspect, Measure, judge};
use super::performance::Performed;
use crate::engine::View;
use crate::model::{Check, Finding, Kind, Reason};
use crate::runner::Task;
use crate::suite::{Ground, Level, LoadCase, Suite};

/// Plans the load cases of `suites`: each is performed once, by whichever of its checks comes first,
/// and judged by all of them. `run` is a text that no other run has.
///
/// An environment that a suite does not name is never loaded.
#[must_use]
pub fn plan(view: View<'_>, suites: &[Suite], generator: &Generator, run: &str) -> Vec<Task> {
    let ground = Arc::new(Ground::of(view, run));
    let watched = match view {
        View::Engine(target) => Some(target.clone()),
        View::Http(_) => None,
    };
    let mut tasks = Vec::new();
    for suite in suites.iter().filter(|suite| suite.level == Level::Load) {
        for case in &suite.load {
            let performed = Arc::new(Performed::new(
                suite.clone(),
                case.clone(),
                Arc::clone(view.settings()),
                watched.clone(),
                Arc::clone(&ground),
                generator.clone(),
            ));
            tasks.extend(
                Aspect::all(case, watched.as_ref())
                    .into_iter()
                    .map(|aspect| task(aspect, &performed)),
            );
        }
    }
    tasks
}

fn check(suite: &Suite, case: &LoadCase, aspect: &Aspect) -> Check {
    Check::new(Kind::Load, suite.name.clone(), format!("{}: {aspect}", case.name))
        .at(case.place.clone())
        .tagged(suite.tags.clone())
}

fn task(aspect: Aspect, performed: &Arc<Performed>) -> Task {
    let Performed { suite, case, settings, .. } = &**performed;
    let check = check(suite, case, &aspect);
    if let Some(finding) = suite.skipped_in(&settings.environment) {
        return Task::answered(check, finding);
    }
    let limit = case.offer.lasts() + Task::LIMIT;
    let performed = Arc::clone(performed);
    Task::new(check, move |scope| async move {
        match performed.outcome(&scope).await {
            Ok(record) => {
                let Performed { case, settings, .. } = &*performed;
                let measure = Measure { thresholds: &settings.thresholds, case };
                let finding = judge(&aspect, record, measure);
                // Once is enough for the reports, and it is large.
                if aspect.shows_all() { finding.with_load(record.clone()) } else { finding }
            }
            Err(cause) => Finding::inconclusive(Reason::NoData, cause.clone()),
        }
    })
    .within(limit)
    // Two loads at once would measure each other.
    .locking(Level::Load.word())
}
