//! The way back to a release that was kept.

use std::time::Duration;

use super::release::Kept;
use crate::engine::{ComposeError, EngineError, Target};
use crate::model::{Check, Finding, Kind, Reason};
use crate::runner::Task;

/// How long the engine may go on stopping a container that a killed Compose was waiting for.
const SETTLING: Duration = Duration::from_secs(12);

/// Plans whether a kept release can be brought back: its model and every image have to be there.
///
/// Asked before anything is changed, since a way back that is found missing on it is none.
pub(super) fn plan(target: &Target, kept: &Kept) -> Task {
    let name = &kept.release.name;
    let check = Check::new(Kind::Preflight, format!("release {name}"), "its images are kept");
    let (target, kept) = (target.clone(), kept.clone());
    Task::new(check, move |_| async move {
        if !kept.model_file.is_file() {
            let message = format!("its model {} is gone", kept.model_file.display());
            return Finding::fail(Reason::Precondition, message);
        }
        let mut gone = Vec::new();
        for (service, id) in &kept.release.images {
            match target.engine.image_id(id).await {
                Ok(Some(_)) => {}
                Ok(None) => gone.push(format!("{service}: {id}")),
                Err(cause) => {
                    return Finding::inconclusive(Reason::EngineUnavailable, cause.to_string());
                }
            }
        }
        if gone.is_empty() {
            return Finding::pass(format!("{} images are here", kept.release.images.len()));
        }
        let gone = gone.join(", ");
        let message = format!("gone from this host, so that there is no way back: {gone}");
        Finding::fail(Reason::Precondition, message)
    })
}

/// Brings a kept release back, a second time where the first one fails: what a killed Compose left
/// half done may stand in its way once.
pub(super) async fn take(
    target: &Target,
    kept: &Kept,
    limit: Duration,
) -> Result<(), ComposeError> {
    if let Ok(()) = attempt(target, kept, limit).await {
        return Ok(());
    }
    tokio::time::sleep(SETTLING).await;
    attempt(target, kept, limit).await
}

async fn attempt(target: &Target, kept: &Kept, limit: Duration) -> Result<(), ComposeError> {
    let Target { engine, compose, project, .. } = target;
    clear(target).await?;
    kept.put_tags_back(engine).await?;
    compose.up_model(project, &kept.model_file, limit).await
}

/// Removes what a killed Compose left behind, before Compose is asked for anything.
pub(super) async fn clear(target: &Target) -> Result<(), EngineError> {
    target.engine.remove_leftovers(&target.project.project).await.map(drop)
}
