//! `proofmark doctor`: what is missing on this host, and the command that mends it.

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use tokio_util::sync::CancellationToken;

use super::args::{DoctorArgs, Shared};
use super::context::Context;
use super::error::CommandError;
use super::leftovers::leftovers_task;
use super::output::{publish, settings_of};
use crate::config::{Access, Settings};
use crate::engine::{ComposeCli, Engine, Target};
use crate::gate::Inspection;
use crate::model::{
    Check, Exit, Finding, Kind, Percent, Policy, Reason, Redactor, Run, Severity, judge,
};
use crate::runner::{self, Options, Task};

pub(super) async fn perform(
    context: &Context,
    shared: &Shared,
    args: &DoctorArgs,
) -> Result<Exit, CommandError> {
    let started = context.now();
    let clock = Instant::now();
    let settings = settings_of(context, shared);
    let mut tasks = vec![settings_task(&settings), browser_task(context)];
    let settings = settings.ok();
    match &settings {
        Some(settings) if settings.access == Access::Http => {
            let message = format!("not needed: {} has `access: http`", settings.environment);
            let skipped = Finding::skipped(Reason::NotObserved, message);
            tasks.extend(["engine", "compose"].map(|name| answered(name, skipped.clone())));
            tasks.push(leftovers_task(None, args.fix).await);
        }
        settings => tasks.extend(docker_tasks(context, settings.as_deref(), args.fix).await),
    }
    if let Some(settings) = &settings {
        let variables = Arc::new(context.variables.clone());
        if let Ok(target) = Target::look(Arc::clone(settings), variables).await {
            tasks.extend(port_tasks(&target));
        }
    }
    let stop = CancellationToken::new();
    let results = runner::run(tasks, &Options::default(), Redactor::default(), &stop, |_| {}).await;
    let run = Run {
        schema: Run::SCHEMA,
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        command: "doctor".to_owned(),
        project: settings.as_ref().map_or_else(|| "-".to_owned(), |s| s.project.clone()),
        environment: shared.env.clone(),
        phase: None,
        release: None,
        started,
        elapsed_ms: clock.elapsed().as_secs_f64() * 1000.0,
        results,
    };
    let judgement = judge(&run, Policy::default());
    let exit = judgement.verdict.exit();
    publish(context, &Inspection { run, judgement, decision: None }, shared.format);
    Ok(exit)
}

/// Asks for what an environment with an engine needs.
async fn docker_tasks(context: &Context, settings: Option<&Settings>, fix: bool) -> Vec<Task> {
    let engine = Engine::connect(&context.variables).await;
    let engine_found = match &engine {
        Ok(_) => Finding::pass("Docker answers"),
        Err(cause) => Finding::inconclusive(Reason::EngineUnavailable, cause.to_string()),
    };
    let compose_found = match ComposeCli::find(&context.variables).await {
        Ok(compose) => Finding::pass(format!("Compose {}", compose.version())),
        Err(cause) => Finding::fail(Reason::Precondition, cause.to_string()),
    };
    let mut tasks = vec![answered("engine", engine_found), answered("compose", compose_found)];
    if let Ok(engine) = &engine {
        tasks.push(disk_task(engine, settings).await);
    }
    tasks.push(leftovers_task(engine.as_ref().ok(), fix).await);
    tasks
}

fn answered(name: &str, finding: Finding) -> Task {
    Task::answered(Check::new(Kind::Preflight, "host", name), finding)
}

fn settings_task(settings: &Result<Arc<Settings>, crate::config::ConfigError>) -> Task {
    answered(
        "settings",
        match settings {
            Ok(settings) => {
                let file = settings.root.join(crate::config::FILE_NAME);
                Finding::pass(format!("{} is read", file.display()))
            }
            Err(cause) => Finding::fail(Reason::Precondition, cause.to_string()),
        },
    )
}

async fn disk_task(engine: &Engine, settings: Option<&Settings>) -> Task {
    let limit = settings.map_or(Percent(90.0), |settings| settings.thresholds.disk);
    answered(
        "disk",
        match engine.facts().await.map(|facts| facts.disk) {
            Ok(Some(used)) if used > limit => Finding::fail(
                Reason::ThresholdExceeded,
                format!(
                    "the engine's disk is {used} full, over {limit}; `docker system prune` frees what nothing uses"
                ),
            ),
            Ok(Some(used)) => Finding::pass(format!("the engine's disk is {used} full")),
            Ok(None) => {
                Finding::inconclusive(Reason::NotObserved, "the engine's disk is on another host")
            }
            Err(cause) => Finding::inconclusive(Reason::EngineUnavailable, cause.to_string()),
        },
    )
}

/// Asks for each port that the project publishes whether it is free or already the project's own.
fn port_tasks(target: &Target) -> Vec<Task> {
    let mut tasks = Vec::new();
    for (service, model) in &target.model.services {
        for port in model.published_ports() {
            let own = target.containers.get(service).into_iter().flatten();
            let finding = if own.into_iter().any(|container| container.publishes(port)) {
                Finding::pass("published by the project itself")
            } else if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
                Finding::pass("free")
            } else {
                let remedy = format!(
                    "port {port} of service {service} is taken by something else; stop it (`ss -ltnp 'sport = :{port}'` names it) or publish another port"
                );
                Finding::fail(Reason::Precondition, remedy)
            };
            tasks.push(answered(&format!("port {port}"), finding));
        }
    }
    tasks
}

/// Looks for the browser and its driver, which only browser steps need.
fn browser_task(context: &Context) -> Task {
    let missing: Vec<&str> = ["chromium", "chromedriver"]
        .into_iter()
        .filter(|p| on_path(context, p).is_none())
        .collect();
    let finding = if missing.is_empty() {
        Finding::pass("Chromium and its driver are there")
    } else {
        let missing = missing.join(" and ");
        Finding::fail(
            Reason::Precondition,
            format!("{missing} not on the PATH; `apt-get install chromium chromium-driver`"),
        )
    };
    let check = Check::new(Kind::Preflight, "host", "browser").with_severity(Severity::Info);
    Task::answered(check, finding)
}

fn on_path(context: &Context, program: &str) -> Option<PathBuf> {
    let path = context.variables.get("PATH")?;
    std::env::split_paths(path).map(|folder| folder.join(program)).find(|file| file.is_file())
}
