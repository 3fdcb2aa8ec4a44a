//! What is run: image, command, user, how it ends and starts again.

use std::time::Duration;

use serde_json::Value;

use super::put;
use super::reading::{Asked, Shown};
use super::value::{filled, said_duration, switch, text, texts};
use crate::model::{Facts, show_duration};

/// Stands for the image of a service that is only built: Compose names it after the project.
const BUILT: &str = "built";

pub(super) fn of_files(facts: &mut Facts, asked: &Asked<'_>) {
    let service = asked.service;
    match text(&service["image"]) {
        Some(image) => put(facts, "image", asked.mask.text(&image)),
        None if service["build"].is_object() => put(facts, "image", BUILT),
        None => {}
    }
    let said = |key: &str| service[key].is_array().then(|| texts(&service[key]));
    command(facts, asked, said("entrypoint"), said("command"));
    for name in ["user", "working_dir", "container_name", "hostname", "domainname"] {
        if let Some(text) = text(&service[name]) {
            put(facts, name, text);
        }
    }
    for (key, path) in [("init", "init"), ("tty", "tty"), ("stdin_open", "stdin_open")] {
        if let Some(on) = switch(&service[key]).filter(|on| *on != Value::Bool(false)) {
            put(facts, path, on);
        }
    }
    if let Some(runtime) = text(&service["runtime"]).filter(|name| name != USUAL_RUNTIME) {
        put(facts, "runtime", runtime);
    }
    if let Some(signal) = text(&service["stop_signal"]) {
        put(facts, "stop.signal", signal);
    }
    if let Some(time) = said_duration(&service["stop_grace_period"]) {
        put(facts, "stop.grace_period", time);
    }
    put(facts, "restart", said_restart(service));
}

pub(super) fn of_container(facts: &mut Facts, shown: &Shown<'_>) {
    let (config, host, asked) = (shown.config, shown.host, shown.asked);
    let image = filled(config.image.as_ref()).unwrap_or_default();
    let is_built = asked.service["image"].is_null() && asked.service["build"].is_object();
    let own = shown.project().is_some_and(|project| image == format!("{project}-{}", asked.name));
    match shown.template {
        Some(template) => put(facts, "image", template),
        None if is_built && own => put(facts, "image", BUILT),
        None => put(facts, "image", asked.mask.text(image)),
    }
    command(facts, asked, config.entrypoint.clone(), config.cmd.clone());
    put(facts, "user", filled(config.user.as_ref()).unwrap_or("root"));
    put(facts, "working_dir", filled(config.working_dir.as_ref()).unwrap_or("/"));
    // The engine gives every container names; those that nobody chose are new each time.
    let chosen = |key: &str| !asked.service[key].is_null();
    let name = shown.name();
    let names = [("container_name", Some(name)), ("hostname", config.hostname.as_deref())];
    for (path, name) in names {
        if let Some(name) = name.filter(|_| chosen(path)) {
            put(facts, path, name);
        }
    }
    if let Some(domain) = filled(config.domainname.as_ref()) {
        put(facts, "domainname", domain);
    }
    let switches = [("init", host.init), ("tty", config.tty), ("stdin_open", config.open_stdin)];
    for (path, _) in switches.into_iter().filter(|(_, on)| *on == Some(true)) {
        put(facts, path, true);
    }
    let runtime = filled(host.runtime.as_ref()).filter(|name| *name != USUAL_RUNTIME);
    if let Some(runtime) = runtime {
        put(facts, "runtime", runtime);
    }
    if let Some(signal) = filled(config.stop_signal.as_ref()) {
        put(facts, "stop.signal", signal);
    }
    if let Some(seconds) = config.stop_timeout.and_then(|seconds| u64::try_from(seconds).ok()) {
        put(facts, "stop.grace_period", show_duration(Duration::from_secs(seconds)));
    }
    let policy = host.restart_policy.clone().unwrap_or_default();
    let name = policy.name.map(|name| name.to_string()).filter(|name| !name.is_empty());
    put(facts, "restart", restart(name.as_deref(), policy.maximum_retry_count));
}

/// The runtime that engines take where none is asked for.
const USUAL_RUNTIME: &str = "runc";

/// Records entrypoint and command as one line: a flag may end the first and its secret begin the
/// second.
fn command(
    facts: &mut Facts,
    asked: &Asked<'_>,
    entrypoint: Option<Vec<String>>,
    command: Option<Vec<String>>,
) {
    let first = entrypoint.unwrap_or_default();
    let mut line = first.clone();
    line.extend(command.unwrap_or_default());
    let line = asked.mask.command(&line);
    let (entrypoint, command) = line.split_at(first.len());
    for (path, words) in [("entrypoint", entrypoint), ("command", command)] {
        if !words.is_empty() {
            put(facts, path, words);
        }
    }
}

fn said_restart(service: &Value) -> String {
    let policy = &service["deploy"]["restart_policy"];
    if policy.is_object() {
        let condition = text(&policy["condition"]);
        let condition = match condition.as_deref() {
            None | Some("any") => "always",
            Some("none") => "no",
            Some(other) => other,
        };
        return restart(Some(condition), policy["max_attempts"].as_i64());
    }
    text(&service["restart"]).unwrap_or_else(|| restart(None, None))
}

fn restart(name: Option<&str>, times: Option<i64>) -> String {
    match (name, times) {
        (None, _) => "no".to_owned(),
        (Some(name), Some(times)) if times > 0 => format!("{name}:{times}"),
        (Some(name), _) => name.to_owned(),
    }
}
