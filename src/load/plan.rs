//! From load cases to tasks: one performance, several checks.

use std::sync::Arc;

use super::Generator;
use super::judge::{Aspect, Measure, judge};
use super::performance::Performed;
use super::series::load_cases;
use crate::engine::View;
use crate::model::{Check, Finding, Kind, Reason};
use crate::runner::Task;
use crate::suite::{Ground, Level, LoadCase, Suite, unset_secret};

/// Plans the load cases of `suites`: each is performed once, by whichever of its checks comes first,
/// and judged by all of them. `run` is a text that no other run has.
///
/// An environment that a suite does not name is never loaded. What cannot be asked for want of a secret is told before anything is
/// loaded.
#[must_use]
pub fn plan(view: View<'_>, suites: &[Suite], generator: &Generator, run: &str) -> Vec<Task> {
    let ground = Arc::new(Ground::of(view, run));
    let watched = match view {
        View::Engine(target) => Some(target.clone()),
        View::Http(_) => None,
    };
    let (mut unset, mut tasks) = (Vec::new(), Vec::new());
    for (suite, case) in load_cases(suites) {
        let aspects = Aspect::all(case, watched.as_ref()).into_iter();
        let checks = aspects.map(|aspect| (check(suite, case, &aspect), aspect));
        if let Some(finding) = suite.skipped_in(&view.settings().environment) {
            tasks.extend(checks.map(|(check, _)| Task::answered(check, finding.clone())));
            continue;
        }
        if let Some(cause) = unset_secret(suite, case, view.variables()) {
            let finding = Finding::inconclusive(Reason::NoData, cause.to_string());
            unset.extend(checks.map(|(check, _)| Task::answered(check, finding.clone())));
            continue;
        }
        let performed = Arc::new(Performed::new(
            suite.clone(),
            case.clone(),
            Arc::clone(view.settings()),
            watched.clone(),
            Arc::clone(&ground),
            generator.clone(),
        ));
        tasks.extend(checks.map(|(check, aspect)| task(check, aspect, &performed)));
    }
    unset.extend(tasks);
    unset
}

pub(super) fn check(suite: &Suite, case: &LoadCase, aspect: &Aspect) -> Check {
    Check::new(Kind::Load, suite.name.clone(), format!("{}: {aspect}", case.name))
        .at(case.place.clone())
        .tagged(suite.tags.clone())
}

fn task(check: Check, aspect: Aspect, performed: &Arc<Performed>) -> Task {
    let limit = performed.case.offer.lasts() + Task::LIMIT;
    let (performed, shared) = (Arc::clone(performed), Arc::clone(performed));
    Task::new(check, move |scope| async move {
        let finding = match performed.outcome(&scope).await {
            Ok(record) => {
                let Performed { case, settings, .. } = &*performed;
                let measure = Measure { thresholds: &settings.thresholds, case };
                let finding = judge(&aspect, record, measure);
                // Once is enough for the reports, and it is large.
                if aspect.shows_all() { finding.with_load(record.clone()) } else { finding }
            }
            Err(cause) => Finding::inconclusive(Reason::NoData, cause.clone()),
        };
        if performed.was_stopped() { of_stopped(finding) } else { finding }
    })
    .within(limit)
    .sharing(move || shared.has_begun())
    // Two loads at once would measure each other.
    .locking(Level::Load.word())
}

/// Takes what a load showed until it was stopped for no answer, neither a good nor a bad one: the rest is not known.
fn of_stopped(finding: Finding) -> Finding {
    if finding.reason == Some(Reason::Cancelled) {
        return finding;
    }
    let message = format!("the load was stopped: {}", finding.message);
    Finding { evidence: finding.evidence, ..Finding::inconclusive(Reason::Cancelled, message) }
}
