//! Deployments and rollbacks, from the lock to the outcome.

use super::live::Live;
use super::order::{DeployError, Order, Outcome};
use super::release::{Kept, before};
use super::script;
use crate::gate::{Coverage, Question, cases};
use crate::model::Phase;
use crate::runner::Event;
use crate::store::{Lock, Store, StoreError};

/// Deploys a release: checks, backup, change, gate, then promotes it or takes it back.
///
/// # Errors
///
/// When it could not begin: another deployment is under way, a suite is refused, the target cannot
/// be looked at, the history cannot be written. Nothing was changed then; everything later is part
/// of the outcome.
pub async fn deploy(
    order: &Order,
    observe: impl FnMut(&Event<'_>),
) -> Result<Outcome, DeployError> {
    let Order { release, force, question } = order;
    let settings = &question.settings;
    let _lock = lock(question, &format!("deploy {release}"))?;
    // A suite that is refused only after the change would leave a release that nobody can judge.
    cases(settings, &Coverage::of_phase(Phase::PostDeployment))?;
    let target = question.look().await?;
    if target.project.release_variable.is_none() {
        return Err(DeployError::NoReleaseVariable(target.project.project));
    }
    let store = Store::open(&settings.state)?;
    let standing = store.promoted(&settings.environment)?;
    let before = Kept::to_go_back_to(&target, release, standing).await?;
    let from = before.as_ref().map(|kept| kept.release.name.clone());
    let mut live = Live::begin(question.clone(), store, target, from, release, observe)?;
    live.before = before;
    live.force = *force;
    let ending = script::deploy(&mut live, settings.rollback.automatic).await?;
    Ok(live.end_deployment(ending).await)
}

/// Brings the release back that stood before the running one, and verifies it.
///
/// It is recorded as what it is, the running release taken back: from the earlier one, to the
/// running one, rolled back.
///
/// # Errors
///
/// When it could not begin, or the history knows no earlier release.
pub async fn rollback(
    question: &Question,
    observe: impl FnMut(&Event<'_>),
) -> Result<Outcome, DeployError> {
    let settings = &question.settings;
    let _lock = lock(question, "rollback")?;
    let target = question.look().await?;
    let store = Store::open(&settings.state)?;
    let standing = store.promoted(&settings.environment)?;
    let running = target.release.clone();
    let earlier = before(standing, running.as_deref());
    let untold = if target.containers.is_empty() { "nothing" } else { "several releases" };
    let current = running.unwrap_or_else(|| untold.to_owned());
    let Some(earlier) = earlier.map(Kept::from) else {
        let environment = settings.environment.clone();
        return Err(DeployError::NothingToGoBackTo { environment, current });
    };
    let from = Some(earlier.release.name.clone());
    let mut live = Live::begin(question.clone(), store, target, from, &current, observe)?;
    live.before = Some(earlier);
    let ending = script::go_back(&mut live).await;
    Ok(live.end_rollback(ending))
}

fn lock(question: &Question, what: &str) -> Result<Lock, StoreError> {
    let settings = &question.settings;
    let owner = format!("{what} since {}", question.now());
    Lock::take(&settings.state, &settings.environment, &owner)
}
