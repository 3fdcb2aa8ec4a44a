//! From a target and a question to one plan.

use super::{GateError, Question};
use crate::engine::Target;
use crate::model::Kind;
use crate::runner::Task;
use crate::suite::{self, Suite};
use crate::{baseline, health, load, security};

/// Lines up what each planner below has to ask, in the order in which reports show it.
pub(super) fn plan(
    question: &Question,
    target: &Target,
    suites: &[Suite],
) -> Result<Vec<Task>, GateError> {
    let Question { coverage, generator, unique, .. } = question;
    let mut tasks = Vec::new();
    if coverage.covers(Kind::Drift) {
        tasks.extend(baseline::plan(target)?);
    }
    if coverage.covers(Kind::Health) {
        tasks.extend(health::plan(target));
    }
    if coverage.covers(Kind::Security) {
        tasks.extend(security::plan(target));
    }
    tasks.extend(suite::plan(target, suites, unique));
    tasks.extend(load::plan(target, suites, generator, unique));
    Ok(tasks)
}
