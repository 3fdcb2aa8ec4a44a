//! The decision that a deployment came to, as a file for what goes on from there.

use std::io;
use std::path::Path;

use serde::Serialize;

use crate::model::{Decision, Deployment, DeploymentState, Exit};
use crate::store::{Readers, replace_file};

/// Is the version of the file's shape.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct DecisionFile<'d> {
    schema: u32,
    decision: Decision,
    exit: u8,
    deployment: &'d Deployment,
}

/// Writes the decision into `decision.json` of the state folder.
pub(super) fn write(state: &Path, deployment: &Deployment, exit: Exit) -> io::Result<()> {
    let decision = decided(deployment.state);
    let file = DecisionFile { schema: SCHEMA, decision, exit: exit.code(), deployment };
    let text = serde_json::to_vec_pretty(&file)?;
    replace_file(&state.join("decision.json"), &text, Readers::Everybody)
}

/// Gives what was decided in the end; what has not ended is held.
fn decided(state: DeploymentState) -> Decision {
    match state {
        DeploymentState::Promoted => Decision::Promote,
        DeploymentState::RollingBack
        | DeploymentState::RolledBack
        | DeploymentState::RollbackFailed => Decision::Rollback,
        DeploymentState::Preparing
        | DeploymentState::BackingUp
        | DeploymentState::Changing
        | DeploymentState::Verifying
        | DeploymentState::Awaiting
        | DeploymentState::Held => Decision::Hold,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Trigger;

    #[test]
    fn the_file_says_what_was_decided_about_which_deployment() {
        let state = tempfile::tempdir().unwrap();
        let deployment = Deployment {
            id: 7,
            environment: "local".into(),
            from: Some("1.0.0".into()),
            to: "slow".into(),
            state: DeploymentState::RolledBack,
            trigger: Some(Trigger::Performance),
            because: vec!["load/browse/p95: 1.2 s".into()],
            backup: None,
            started: "2026-01-01T00:00:00Z".into(),
            ended: Some("2026-01-01T00:01:00Z".into()),
        };
        write(state.path(), &deployment, Exit::RolledBack).unwrap();
        let text = std::fs::read_to_string(state.path().join("decision.json")).unwrap();
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["decision"], "rollback");
        assert_eq!(read["exit"], 6);
        assert_eq!(read["deployment"]["trigger"], "performance");
        assert_eq!(std::fs::read_dir(state.path()).unwrap().count(), 1);
    }
}
