//! What runs left on this host that were killed before they could clean up.

use std::path::PathBuf;

use crate::engine::{Engine, Stale};
use crate::model::{Check, Finding, Kind, Reason, Severity};
use crate::protocol::{Owner, stale_profiles};
use crate::runner::Task;

/// Asks whether something is left, and removes it where `fix` says so; without an engine only of the
/// host's own files anything is known.
pub(super) async fn leftovers_task(engine: Option<&Engine>, fix: bool) -> Task {
    let check = Check::new(Kind::Preflight, "host", "leftovers").with_severity(Severity::Warning);
    Task::answered(check, finding(engine, fix).await)
}

async fn finding(engine: Option<&Engine>, fix: bool) -> Finding {
    let stale = match engine {
        None => Stale::default(),
        Some(engine) => match engine.stale(Owner::has_left).await {
            Ok(stale) => stale,
            Err(cause) => {
                return Finding::inconclusive(Reason::EngineUnavailable, cause.to_string());
            }
        },
    };
    let folders = stale_profiles();
    let named = named(&stale, &folders);
    if named.is_empty() {
        return Finding::pass("nothing is left of a run that was killed");
    }
    let named = named.join(", ");
    if !fix {
        let message = format!(
            "left of runs that were killed: {named}; `proofmark doctor --fix` removes it, as does the next run that makes such things"
        );
        return Finding::fail(Reason::Precondition, message);
    }
    let removed = match engine {
        None => Ok(()),
        Some(engine) => engine.remove_stale(&stale).await.map_err(|cause| cause.to_string()),
    };
    let removed = folders.iter().fold(removed, |removed, folder| {
        let failed = |cause| format!("cannot remove {}: {cause}", folder.display());
        removed.and(std::fs::remove_dir_all(folder).map_err(failed))
    });
    match removed {
        Ok(()) => Finding::pass(format!("removed, left of runs that were killed: {named}")),
        Err(cause) => Finding::fail(Reason::Precondition, cause),
    }
}

fn named(stale: &Stale, folders: &[PathBuf]) -> Vec<String> {
    let folders = folders.iter().map(|folder| format!("folder {}", folder.display()));
    stale.names().chain(folders).collect()
}
