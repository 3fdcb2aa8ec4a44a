//! The security checks of a target.

use super::controls::{CONTROLS, Control, at};
use super::evidence::Seen;
use super::header;
use crate::config::SecurityLevel;
use crate::engine::{Container, Remote, Target, View};
use crate::model::{Check, Endpoint, Finding, Kind, Reason};
use crate::runner::Task;

/// Gives one check for each control and service that the environment's level asks for.
///
/// How a container is confined cannot change while it exists, so what the target was seen with answers
/// at once; only endpoints are asked.
#[must_use]
pub fn plan(view: View<'_>) -> Vec<Task> {
    let level = view.settings().security;
    let mut tasks = match view {
        View::Engine(target) => confined(target, level),
        View::Http(remote) => vec![unseen(remote)],
    };
    tasks.extend(view.endpoints().values().filter_map(|endpoint| headers(endpoint, level)));
    tasks
}

/// Answers for the confinement of all services at once: nothing tells it from outside.
fn unseen(remote: &Remote) -> Task {
    let message = remote.shows_no("how containers are confined");
    let check = Check::new(Kind::Security, "project", "confinement");
    Task::answered(check, Finding::inconclusive(Reason::NotObserved, message))
}

fn confined(target: &Target, level: SecurityLevel) -> Vec<Task> {
    let mut tasks = Vec::new();
    for (service, model) in &target.model.services {
        match target.containers.get(service).map(Vec::as_slice).unwrap_or_default() {
            [] if model.replicas() == 0 => {}
            [] => tasks.push(without_containers(service)),
            containers => tasks.extend(confinement(service, containers, level)),
        }
    }
    tasks
}

fn confinement(
    service: &str,
    containers: &[Container],
    level: SecurityLevel,
) -> impl Iterator<Item = Task> {
    CONTROLS.iter().filter_map(move |control| {
        let check = Check::new(Kind::Security, service, control.name());
        let check = check.with_severity(control.severity(level)?);
        Some(Task::answered(check, judge(control, containers)))
    })
}

/// Judges a control over every container of a service; one violation is enough, and so is one that
/// cannot be told.
pub(super) fn judge(control: &Control, containers: &[Container]) -> Finding {
    let mut violated = Vec::new();
    let mut held = Vec::new();
    let mut untold = Vec::new();
    for container in containers {
        let name = || format!("{}-{}", container.service, container.number);
        match (control.test)(&container.inspect) {
            Some(Seen::Violated(seen)) => violated.push(format!("{}: {seen}", name())),
            Some(Seen::Holds(seen)) => held.push(format!("{}: {seen}", name())),
            None => untold.push(name()),
        }
    }
    let (finding, actual) = if !violated.is_empty() {
        let message = format!("{}; {}", violated.join("; "), control.remedy);
        (Finding::fail(Reason::Violation, message), violated.join("; "))
    } else if !untold.is_empty() || held.is_empty() {
        let who = untold.join(", ");
        let message = format!("the engine does not say {} of {who}", control.field);
        (Finding::inconclusive(Reason::NotObserved, message), "unknown".to_owned())
    } else {
        (Finding::pass(control.title), held.join("; "))
    };
    finding.comparing(control.expected, actual).from_source(control.field)
}

fn without_containers(service: &str) -> Task {
    let message = format!("{service} has no container whose confinement could be seen");
    let check = Check::new(Kind::Security, service, "confinement");
    Task::answered(check, Finding::inconclusive(Reason::NotObserved, message))
}

fn headers(endpoint: &Endpoint, level: SecurityLevel) -> Option<Task> {
    let path = endpoint.health.as_ref().filter(|_| endpoint.protocol.is_http())?;
    let check = Check::new(Kind::Security, &endpoint.service, header::NAME);
    let check = check.with_severity(at(header::LEVELS, level)?);
    let url = format!("{}/{}", endpoint.url.trim_end_matches('/'), path.trim_start_matches('/'));
    Some(Task::new(check, move |_| async move { header::nosniff(&url).await }))
}
