//! A fresh look at every container of a service.

use crate::engine::Container;
use crate::model::Reason;
use crate::suite::expectation::Subject;
use crate::suite::perform::failure::Failure;
use crate::suite::perform::ground::Stack;
use crate::suite::perform::received::{Parts, Received};
use crate::suite::perform::sandbox::inspect;
use crate::suite::perform::session::Session;
use crate::suite::perform::trace;

/// How many of the last lines of a container are looked at.
const LOG_LINES: usize = 200;

pub(super) async fn ask(
    service: &str,
    measured: bool,
    session: &Session,
    sent: &mut String,
) -> Result<Received, Failure> {
    *sent = format!("a look at the containers of {service}");
    let stack = session.ground.stack(&format!("a container of {service}"));
    let Stack { engine, project, .. } =
        stack.map_err(|unseen| Failure::unknown(Reason::NotObserved, unseen))?;
    let mut containers = match &session.throw_away {
        Some(containers) => match containers.get(service) {
            Some(id) => inspect(engine, id, service).await?.into_iter().collect(),
            None => Vec::new(),
        },
        None => engine.containers(project).await?,
    };
    containers.retain(|container| container.service == service);
    if containers.is_empty() {
        // Every part that is expected of it is then missing.
        return Ok(Received::one(Parts::default(), format!("no container of {service}")));
    }
    let mut views = Vec::with_capacity(containers.len());
    let mut shown = Vec::with_capacity(containers.len());
    for container in &containers {
        let mut view = view(container, engine.logs(&container.id, LOG_LINES).await?);
        // Of what does not run there is nothing to measure: every figure of it is missing.
        if measured && container.is_running() {
            let usage = engine.usage(container).await?;
            view = view.with(Subject::Memory, usage.memory.0).with(Subject::Cpu, usage.cpu.0);
            if let Some(pids) = usage.pids {
                view = view.with(Subject::Pids, pids);
            }
        }
        shown.push(format!("{} {}\n{}", container.service, container.number, view.lines()));
        views.push(view);
    }
    Ok(Received::each(views, trace::cut(&shown.join("\n\n"))))
}

fn view(container: &Container, logs: String) -> Parts {
    let health = container.health().and_then(|health| health.status);
    Parts::default()
        .with(Subject::State, container.status())
        .with_some(Subject::Health, health.map(|word| word.to_string()))
        .with(Subject::Restarts, container.restarts())
        .with(Subject::Logs, logs)
}
