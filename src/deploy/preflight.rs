//! Conditions for a deployment to begin at all.

use std::collections::BTreeMap;

use crate::engine::{EngineError, Target};
use crate::model::{Check, Finding, Kind, Reason};
use crate::runner::Task;

/// Plans the conditions for `release` to be deployed to `target`.
pub(super) fn plan(target: &Target, release: &str) -> Vec<Task> {
    let check = |name: &str| Check::new(Kind::Preflight, format!("release {release}"), name);
    let (look, name) = (target.clone(), release.to_owned());
    vec![
        Task::new(check("its files resolve and its images are here"), move |_| async move {
            let here = |images: BTreeMap<_, _>| {
                Finding::pass(format!("{} services, every image is here", images.len()))
            };
            images(&look, &name).await.map_or_else(|finding| finding, here)
        }),
        Task::answered(check("what runs can be brought back"), running(target)),
    ]
}

/// Gives the identity of the image that each service of `release` has to run, or the finding that
/// says why that cannot be told.
pub(super) async fn images(
    target: &Target,
    release: &str,
) -> Result<BTreeMap<String, String>, Finding> {
    let model = target.compose.model(&target.project, Some(release)).await;
    let model = model.map_err(|cause| Finding::fail(Reason::Precondition, cause.to_string()))?;
    let (mut images, mut missing) = (BTreeMap::new(), Vec::new());
    for (service, model) in model.services {
        let unknown = |cause: EngineError| {
            Finding::inconclusive(Reason::EngineUnavailable, cause.to_string())
        };
        match target.engine.image_id(&model.image).await.map_err(unknown)? {
            Some(id) => {
                images.insert(service, id);
            }
            None => missing.push(model.image),
        }
    }
    if missing.is_empty() {
        return Ok(images);
    }
    missing.sort_unstable();
    missing.dedup();
    let missing = missing.join(", ");
    let message = format!("not on this host: {missing}; build or pull it first");
    Err(Finding::fail(Reason::Precondition, message))
}

fn running(target: &Target) -> Finding {
    match &target.release {
        Some(release) => Finding::pass(format!("release {release} runs")),
        None if target.containers.is_empty() => {
            Finding::pass("nothing runs: this is the first deployment")
        }
        None => Finding::fail(
            Reason::Precondition,
            "the running services are of different releases, or their images are not the project's; bring one release up with `docker compose up` first",
        ),
    }
}
