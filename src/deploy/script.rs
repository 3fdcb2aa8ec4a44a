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
    /// Backs up what the change could destroy; none where nothing runs.
    async fn back_up(&mut self) -> Option<Inspection>;
    /// Brings the new release up and checks that it started.
    async fn change(&mut self) -> Inspection;
    /// Holds the new release against the gate.
    async fn verify(&mut self) -> Inspection;
    /// Brings the old release back, or nothing where nothing ran, and checks that it started.
    async fn restore(&mut self) -> Inspection;
    /// Holds the old release against the gate, or makes sure that nothing is left.
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
    if let Some(backup) = backup.filter(|backup| backup.judgement.verdict != Verdict::Pass) {
        return Ok(held(backup));
    }
    if stage.is_interrupted() {
        let because = vec!["interrupted before anything was changed".to_owned()];
        return Ok(Ending {
            state: DeploymentState::Held,
            trigger: None,
            because,
            exit: Exit::Inconclusive,
        });
    }
    stage.enter(DeploymentState::Changing, "bringing the new release up")?;
    let changed = stage.change().await;
    if let Some(ending) = unless_it_holds(stage, automatic, changed).await {
        return Ok(ending);
    }
    let because = note(stage.enter(DeploymentState::Verifying, "gate on the new release"));
    let verified = stage.verify().await;
    if let Some(mut ending) = unless_it_holds(stage, automatic, verified).await {
        ending.because.extend(because);
        return Ok(ending);
    }
    Ok(Ending { state: DeploymentState::Promoted, trigger: None, because, exit: Exit::Holds })
}

/// Brings an earlier release back because a person asked. A journal that cannot be written does not
/// stand in the way.
pub(super) async fn go_back(stage: &mut impl Stage) -> Ending {
    let entered =
        stage.enter(DeploymentState::RollingBack, "a person asked for the earlier release");
    let mut ending = restored(stage, Trigger::Manual, note(entered)).await;
    if ending.state == DeploymentState::RolledBack {
        ending.exit = Exit::Holds;
    }
    ending
}

/// Ends a deployment whose new release is in place and does not hold; none where it holds.
async fn unless_it_holds(
    stage: &mut impl Stage,
    automatic: bool,
    inspection: Inspection,
) -> Option<Ending> {
    let interrupted = stage.is_interrupted();
    let mut because = match inspection.judgement.verdict {
        Verdict::Pass => return None,
        // Not to know is no reason to change the target once more, unless somebody asked to stop.
        Verdict::Inconclusive if !interrupted => {
            return Some(Ending { state: DeploymentState::Awaiting, ..held(inspection) });
        }
        Verdict::Fail if !interrupted => inspection.judgement.because.clone(),
        // What was cut short is no reason of its own.
        Verdict::Fail | Verdict::Inconclusive => vec!["interrupted".to_owned()],
    };
    let trigger = if interrupted { Trigger::Manual } else { trigger(&inspection) };
    if !automatic && !interrupted {
        because
            .push("rollback.automatic is no: `proofmark rollback` brings the old one back".into());
        let trigger = Some(trigger);
        return Some(Ending {
            state: DeploymentState::Awaiting,
            trigger,
            because,
            exit: Exit::Locked,
        });
    }
    because.extend(note(stage.enter(DeploymentState::RollingBack, trigger.words())));
    Some(restored(stage, trigger, because).await)
}

/// Restores and verifies. A rollback is never itself rolled back, and the gate is asked only once
/// the old release is in place.
async fn restored(stage: &mut impl Stage, trigger: Trigger, mut because: Vec<String>) -> Ending {
    let restored = stage.restore().await;
    let last = match restored.judgement.verdict {
        Verdict::Pass => stage.verify_restored().await,
        _ => restored,
    };
    let (reached, exit) = match last.judgement.verdict {
        Verdict::Pass => (DeploymentState::RolledBack, Exit::RolledBack),
        Verdict::Fail | Verdict::Inconclusive => {
            because.push("the old release could not be verified:".to_owned());
            because.extend(last.judgement.because);
            (DeploymentState::RollbackFailed, Exit::RollbackFailed)
        }
    };
    Ending { state: reached, trigger: Some(trigger), because, exit }
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
    let written = |cause| format!("the journal could not be written: {cause}");
    entered.err().map(written).into_iter().collect()
}

/// Tells the specification's trigger from the gravest of what failed; the earliest cause names it.
fn trigger(inspection: &Inspection) -> Trigger {
    let failed = || inspection.run.results.iter().filter(|r| r.outcome == Outcome::Fail);
    let gravest = failed().map(|result| result.check.severity).min();
    let failed =
        |kind: Kind| failed().any(|r| r.check.kind == kind && Some(r.check.severity) == gravest);
    let causes = [
        (Kind::Startup, Trigger::StartFailure),
        (Kind::Security, Trigger::Security),
        (Kind::Health, Trigger::Health),
        (Kind::Load, Trigger::Performance),
    ];
    let told = causes.into_iter().find(|(kind, _)| failed(*kind));
    told.map_or(Trigger::Validation, |(_, trigger)| trigger)
}
