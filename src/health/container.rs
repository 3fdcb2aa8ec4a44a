//! What the engine says of a container: whether it runs, is healthy, and was never restarted.

use std::time::{Duration, SystemTime};

use bollard::models::{
    ContainerState, ContainerStateStatusEnum as Status, Health, HealthStatusEnum,
};
use tokio::time::Instant;

use super::health_log;
use crate::engine::{Container, Engine};
use crate::model::{Finding, Reason, show_duration};

/// How long a container may be `starting` before the check gives up.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks at a container that is `starting`.
const PAUSE: Duration = Duration::from_secs(1);

/// Looks at a container until its state is settled, and judges it.
///
/// `completes` says that the container is meant to end with success.
pub(super) async fn settled(engine: &Engine, id: &str, completes: bool) -> Finding {
    let began = Instant::now();
    loop {
        let container = match afresh(engine, id).await {
            Ok(container) => container,
            Err(finding) => return finding,
        };
        let now = match clock(engine).await {
            Ok(now) => now,
            Err(finding) => return finding,
        };
        if let Some(finding) = judge(&container, completes, now) {
            return finding;
        }
        if began.elapsed() >= PATIENCE {
            let waited = show_duration(PATIENCE);
            let message = format!("{} is still starting after {waited}", name(&container));
            return Finding::inconclusive(Reason::TimedOut, message);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Looks at a container again, since it may have changed after the target was looked at.
pub(super) async fn afresh(engine: &Engine, id: &str) -> Result<Container, Finding> {
    match engine.container(id).await {
        Ok(Some(container)) => Ok(container),
        Ok(None) => {
            let short = id.get(..12).unwrap_or(id);
            Err(Finding::fail(Reason::Missing, format!("container {short} is gone")))
        }
        Err(error) => Err(Finding::inconclusive(Reason::EngineUnavailable, error.to_string())),
    }
}

/// Reads the engine's clock, which may differ from this machine's.
async fn clock(engine: &Engine) -> Result<SystemTime, Finding> {
    let unknown = |cause: String| Finding::inconclusive(Reason::EngineUnavailable, cause);
    let info = engine.docker().info().await;
    let info =
        info.map_err(|cause| unknown(format!("the engine does not say its time: {cause}")))?;
    let time = info.system_time.as_deref().and_then(health_log::instant);
    time.ok_or_else(|| unknown("the engine does not say its time".to_owned()))
}

/// Judges a container; none while it is starting.
pub(super) fn judge(container: &Container, completes: bool, now: SystemTime) -> Option<Finding> {
    let name = name(container);
    let state = container.state();
    match state.and_then(|state| state.status) {
        Some(Status::RUNNING) => running(container, now),
        Some(Status::EXITED) if completes && state.and_then(|s| s.exit_code) == Some(0) => {
            Some(Finding::pass(format!("{name} ended with exit code 0, as it is meant to")))
        }
        None | Some(Status::EMPTY) => {
            let message = format!("the engine gives no status of {name}");
            Some(Finding::inconclusive(Reason::NoData, message))
        }
        Some(status) => {
            let status = status.to_string();
            let expected = if completes { "exited with code 0" } else { "running" };
            let message = format!("{name} is {status}{}", state.map(ending).unwrap_or_default());
            Some(Finding::fail(Reason::Unhealthy, message).comparing(expected, status))
        }
    }
}

fn running(container: &Container, now: SystemTime) -> Option<Finding> {
    let name = name(container);
    let config = container.inspect.config.as_ref();
    let check = config.and_then(|config| config.healthcheck.as_ref()).filter(|check| {
        let first = check.test.as_ref().and_then(|test| test.first());
        first.is_some_and(|first| first != "NONE")
    });
    let (check, health) = match (check, container.health()) {
        (None, None) => return Some(Finding::pass(format!("{name} runs; it has no health check"))),
        (Some(_), None) => {
            let message = format!("{name} runs, and the engine says nothing of its health check");
            return Some(Finding::inconclusive(Reason::NotObserved, message));
        }
        (check, Some(health)) => (check.cloned().unwrap_or_default(), health),
    };
    match health.status {
        Some(HealthStatusEnum::STARTING) => None,
        Some(HealthStatusEnum::HEALTHY) => {
            let age = health_log::age(health, now);
            Some(healthy(&name, age, health_log::stale_from(&check)))
        }
        _ => Some(unhealthy(&name, health)),
    }
}

fn healthy(name: &str, age: Option<Duration>, stale_from: Duration) -> Finding {
    let Some(age) = age else {
        let message = format!("{name} is healthy, and its health log does not say since when");
        return Finding::inconclusive(Reason::NotObserved, message);
    };
    if age <= stale_from {
        return Finding::pass(format!("{name} runs and is healthy"));
    }
    let age = show_duration(Duration::from_secs(age.as_secs()));
    let message = format!("{name} was healthy {age} ago and was not asked since");
    Finding::inconclusive(Reason::NotObserved, message)
        .comparing(format!("asked within the last {}", show_duration(stale_from)), age)
}

fn unhealthy(name: &str, health: &Health) -> Finding {
    let streak = health.failing_streak.unwrap_or_default();
    let output = health_log::last_output(health);
    let output = if output.is_empty() { "nothing" } else { &output };
    let message = format!(
        "{name} is unhealthy: {streak} health checks in a row failed, the last said: {output}"
    );
    let status = health.status.unwrap_or(HealthStatusEnum::EMPTY).to_string();
    Finding::fail(Reason::Unhealthy, message).comparing("healthy", status)
}

/// Judges how often the engine had to restart a container.
pub(super) fn restarts(container: &Container) -> Finding {
    let name = name(container);
    match container.inspect.restart_count {
        Some(0) => Finding::pass(format!("{name} was never restarted")),
        Some(count) => {
            let ending = container.state().map(ending).unwrap_or_default();
            let times = if count == 1 { "once" } else { &format!("{count} times") };
            Finding::fail(Reason::Unhealthy, format!("{name} was restarted {times}{ending}"))
                .comparing("0", count.to_string())
        }
        None => Finding::inconclusive(
            Reason::NoData,
            format!("the engine does not say how often {name} was restarted"),
        ),
    }
}

/// Gives what the engine knows of how a container ended, ready to append; nothing where it did not.
fn ending(state: &ContainerState) -> String {
    if !matches!(state.status, Some(Status::EXITED | Status::DEAD | Status::RESTARTING)) {
        return String::new();
    }
    let code = state.exit_code.map(|code| format!(", exit code {code}"));
    let killed = (state.oom_killed == Some(true))
        .then(|| ", killed for using more memory than its limit".to_owned());
    let error = state.error.as_ref().filter(|error| !error.is_empty());
    let error = error.map(|error| format!(", {error}"));
    [code, killed, error].into_iter().flatten().collect()
}

/// Names a container as Compose does: service and number.
pub(super) fn name(container: &Container) -> String {
    format!("{}-{}", container.service, container.number)
}
