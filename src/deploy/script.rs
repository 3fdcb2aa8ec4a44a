//! The order of events of a deployment: checks, backup, change, gate, then promote or take back.

use crate::gate::Inspection;
use crate::model::{DeploymentState, Exit, Kind, Outcome, Trigger, Verdict};
use crate::store::StoreError;

/// Does what the script says, and judges it.
pub(super) trait Stage {
    /// Writes a state to the journal, before what it names is done.
    fn enter(&mut self, state: DeploymentState, note: &str) -> Result<(), StoreError>;
    /// Checks whether the deployment may begin.
    async fn check_before(&mut self) -> Inspection;
    /// Backs up what the change could destroy.
    async fn back_up(&mut self) -> Inspection;
    /// Brings the new release up and checks that it started.
    async fn change(&mut self) -> Inspection;
    /// Holds the new release against the gate.
    async fn verify(&mut self) -> Inspection;
    /// Brings the old release back, or nothing where nothing ran, and checks that it started.
    async fn restore(&mut self) -> Inspection;
    /// Holds the old release against the gate.
    async fn verify_restored(&mut self) -> Inspection;
    /// Whether somebody asked for it to stop.
    fn is_interrupted(&self) -> bool;
}

/// Is where a deployment came, and why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ending {
    pub state: DeploymentState,
    pub trigger: Option<Trigger>,
    pub because: Vec<String>,
    pub exit: Exit,
}

/// Plays a deployment to its end.
///
/// # Errors
///
/// When the journal cannot be written before anything was changed. From the change on nothing ends
/// the script early: a release that is half in place is the worst of all ends.
pub(super) async fn deploy(stage: &mut impl Stage, automatic: bool) -> Result<Ending, StoreError> {
    stage.enter(DeploymentState::Preparing, "checks before the change")?;
    let before = stage.check_before().await;
    if before.judgement.verdict != Verdict::Pass {
        return Ok(held(before));
    }
    stage.enter(DeploymentState::BackingUp, "backup before the change")?;
    let backup = stage.back_up().await;
    if backup.judgement.verdict != Verdict::Pass {
        return Ok(held(backup));
    }
    stage.enter(DeploymentState::Changing, "bringing the new release up")?;
    let changed = stage.change().await;
    if changed.judgement.verdict != Verdict::Pass {
        let trigger = trigger(stage, &changed);
        return Ok(take_back(stage, automatic, trigger, changed.judgement.because).await);
    }
    let mut because = note(stage.enter(DeploymentState::Verifying, "gate on the new release"));
    let verified = stage.verify().await;
    because.extend(verified.judgement.because.iter().cloned());
    Ok(match verified.judgement.verdict {
        Verdict::Pass => {
            Ending { state: DeploymentState::Promoted, trigger: None, because, exit: Exit::Holds }
        }
        // Not to know is no reason to change the target once more, unless somebody asked to stop.
        Verdict::Inconclusive if !stage.is_interrupted() => {
            Ending { state: DeploymentState::Awaiting, ..held(verified) }
        }
        _ => {
            let trigger = trigger(stage, &verified);
            take_back(stage, automatic, trigger, because).await
        }
    })
}

/// Brings an earlier release back because a person asked.
pub(super) async fn go_back(stage: &mut impl Stage) -> Result<Ending, StoreError> {
    stage.enter(DeploymentState::RollingBack, "a person asked for the earlier release")?;
    let mut ending = restored(stage, Trigger::Manual, Vec::new()).await;
    if ending.state == DeploymentState::RolledBack {
        ending.exit = Exit::Holds;
    }
    Ok(ending)
}

async fn take_back(
    stage: &mut impl Stage,
    automatic: bool,
    trigger: Trigger,
    mut because: Vec<String>,
) -> Ending {
    if !automatic {
        because
            .push("rollback.automatic is no: `proofmark rollback` brings the old one back".into());
        let trigger = Some(trigger);
        return Ending { state: DeploymentState::Awaiting, trigger, because, exit: Exit::Locked };
    }
    because.extend(note(stage.enter(DeploymentState::RollingBack, trigger.words())));
    restored(stage, trigger, because).await
}

/// Restores and verifies. A rollback is never itself rolled back, and the gate is asked only once
/// the old release is in place.
async fn restored(stage: &mut impl Stage, trigger: Trigger, mut because: Vec<String>) -> Ending {
    let restored = stage.restore().await;
    let last = match restored.judgement.verdict {
        Verdict::Pass => stage.verify_restored().await,
        _ => restored,
    };
    let trigger = Some(trigger);
    if last.judgement.verdict == Verdict::Pass {
        return Ending {
            state: DeploymentState::RolledBack,
            trigger,
            because,
            exit: Exit::RolledBack,
        };
    }
    because.push("the old release could not be verified:".to_owned());
    because.extend(last.judgement.because);
    Ending { state: DeploymentState::RollbackFailed, trigger, because, exit: Exit::RollbackFailed }
}

fn held(inspection: Inspection) -> Ending {
    Ending {
        state: DeploymentState::Held,
        trigger: None,
        exit: inspection.judgement.verdict.exit(),
        because: inspection.judgement.because,
    }
}

/// Gives what could not be journaled as a reason to show: the change itself goes on.
fn note(entered: Result<(), StoreError>) -> Vec<String> {
    entered
        .err()
        .map(|cause| format!("the journal could not be written: {cause}"))
        .into_iter()
        .collect()
}

/// Tells the specification's trigger from what failed; the earliest cause names it.
fn trigger(stage: &impl Stage, inspection: &Inspection) -> Trigger {
    let failed =
        |kind: Kind| inspection.run.of_kind(kind).any(|result| result.outcome == Outcome::Fail);
    let causes = [
        (Kind::Startup, Trigger::StartFailure),
        (Kind::Security, Trigger::Security),
        (Kind::Health, Trigger::Health),
        (Kind::Load, Trigger::Performance),
    ];
    let told = causes.into_iter().find(|(kind, _)| failed(*kind)).map(|(_, trigger)| trigger);
    match told {
        Some(trigger) => trigger,
        None if stage.is_interrupted() => Trigger::Manual,
        None => Trigger::Validation,
    }
}
