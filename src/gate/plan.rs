//! From a target and a coverage to one plan.

use super::{Coverage, GateError};
use crate::engine::Target;
use crate::load::{self, Generator};
use crate::model::Kind;
use crate::runner::Task;
use crate::suite::{self, Suite};
use crate::{baseline, health, security};

/// Lines up what each planner below has to ask, in the order in which reports show it.
pub(super) fn plan(
    target: &Target,
    suites: &[Suite],
    coverage: &Coverage,
    generator: &Generator,
) -> Result<Vec<Task>, GateError> {
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
    tasks.extend(suite::plan(target, suites)?);
    if coverage.covers(Kind::Load) {
        tasks.extend(load::plan(target, suites, generator)?);
    }
    Ok(tasks)
}
