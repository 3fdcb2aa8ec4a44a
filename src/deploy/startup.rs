//! Whether the services of a release came up, and are the ones that were asked for.

use std::collections::BTreeMap;

use crate::engine::{ComposeError, Container, Target};
use crate::model::{Check, Finding, Kind, Reason};
use crate::runner::Task;

/// How many of its last lines are shown of a container that is not well.
const LINES: usize = 20;

/// Plans the checks that follow bringing `release` up, which ended as `up` says; `images` are the
/// identities that its services have to run.
pub(super) fn plan(
    target: &Target,
    release: &str,
    up: Result<(), ComposeError>,
    images: &BTreeMap<String, String>,
) -> Vec<Task> {
    let of_release = |name: &str| Check::new(Kind::Startup, format!("release {release}"), name);
    let up_check = of_release("its services start and become healthy");
    let look = target.clone();
    let mut tasks = vec![match up {
        Ok(()) => Task::answered(up_check, Finding::pass("every service is up")),
        Err(cause) => Task::new(up_check, move |_| async move { explained(&look, &cause).await }),
    }];
    tasks.push(Task::answered(of_release("is what the target shows"), shown(target, release)));
    for (service, image) in images {
        let check =
            Check::new(Kind::Startup, service.clone(), format!("runs the image of {release}"));
        let containers = target.containers.get(service).map_or(&[][..], Vec::as_slice);
        tasks.push(Task::answered(check, runs(service, containers, image)));
    }
    tasks
}

/// Holds the release that the containers' images tell against the one that was asked for: a model
/// of another release must never be kept as this one's.
fn shown(target: &Target, release: &str) -> Finding {
    match target.release.as_deref() {
        Some(shown) if shown == release => Finding::pass("every service is of this release"),
        shown => Finding::fail(Reason::Changed, "the running services are of another release")
            .comparing(release, shown.unwrap_or("none, or several")),
    }
}

fn runs(service: &str, containers: &[Container], image: &str) -> Finding {
    let other = containers.iter().find(|c| c.inspect.image.as_deref() != Some(image));
    match (containers.is_empty(), other) {
        (true, _) => Finding::fail(Reason::Missing, format!("{service} has no container")),
        (false, None) => Finding::pass("the image that was asked for"),
        (false, Some(other)) => {
            let actual = other.inspect.image.clone().unwrap_or_default();
            Finding::fail(Reason::Changed, format!("{service} runs another image"))
                .comparing(image, actual)
        }
    }
}

/// Adds the last words of every container that is not well to what Compose said.
async fn explained(target: &Target, cause: &ComposeError) -> Finding {
    let mut words = Vec::new();
    for container in target.containers.values().flatten().filter(|container| !is_well(container)) {
        if let Ok(logs) = target.engine.logs(&container.id, LINES).await {
            words.push(format!(
                "{} is {}:\n{}",
                container.service,
                container.status(),
                logs.trim_end()
            ));
        }
    }
    Finding::fail(Reason::StartFailed, cause.to_string())
        .comparing("every service running and healthy", words.join("\n"))
}

fn is_well(container: &Container) -> bool {
    let healthy = |health: &bollard::models::Health| {
        health.status == Some(bollard::models::HealthStatusEnum::HEALTHY)
    };
    container.is_running() && container.health().is_none_or(healthy)
}
