//! Conditions for a deployment to begin at all.

use crate::engine::Target;
use crate::model::{Check, Finding, Kind, Reason};
use crate::runner::Task;

/// Plans the conditions for `release` to be deployed to `target`.
pub(super) fn plan(target: &Target, release: &str) -> Vec<Task> {
    let check = |name: &str| Check::new(Kind::Preflight, release, name);
    let (look, name) = (target.clone(), release.to_owned());
    vec![
        Task::new(check("its files resolve and its images are here"), move |_| async move {
            images(&look, &name).await
        }),
        Task::answered(check("what runs can be brought back"), running(target)),
    ]
}

async fn images(target: &Target, release: &str) -> Finding {
    let model = match target.compose.model(&target.project, Some(release)).await {
        Ok(model) => model,
        Err(cause) => return Finding::fail(Reason::Precondition, cause.to_string()),
    };
    let mut missing = Vec::new();
    for service in model.services.values() {
        match target.engine.image_id(&service.image).await {
            Ok(Some(_)) => {}
            Ok(None) => missing.push(service.image.as_str()),
            Err(cause) => {
                return Finding::inconclusive(Reason::EngineUnavailable, cause.to_string());
            }
        }
    }
    missing.sort_unstable();
    missing.dedup();
    if missing.is_empty() {
        Finding::pass(format!("{} services, every image is here", model.services.len()))
    } else {
        let missing = missing.join(", ");
        let message = format!("not on this host: {missing}; build or pull it first");
        Finding::fail(Reason::Precondition, message)
    }
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
