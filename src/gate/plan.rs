//! From a target and a question to one plan.

use super::{GateError, Question};
use crate::engine::View;
use crate::model::Kind;
use crate::runner::Task;
use crate::suite::{self, Suite};
use crate::{baseline, health, load, security};

/// Lines up what each planner below has to ask, in the order in which reports show it.
pub(super) fn plan(
    question: &Question,
    view: View<'_>,
    suites: &[Suite],
) -> Result<Vec<Task>, GateError> {
    let Question { coverage, generator, unique, update, .. } = question;
    let mut tasks = Vec::new();
    if coverage.covers(Kind::Drift) {
        let plan = if coverage.mutates { baseline::plan_mutations } else { baseline::plan };
        tasks.extend(plan(view)?);
    }
    if coverage.covers(Kind::Health) {
        tasks.extend(health::plan(view));
    }
    if coverage.covers(Kind::Security) {
        tasks.extend(security::plan(view));
    }
    tasks.extend(suite::plan(view, suites, unique, *update));
    tasks.extend(load::plan(view, suites, generator, unique));
    Ok(tasks)
}
