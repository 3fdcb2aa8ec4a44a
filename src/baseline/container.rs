//! What one container says of its service: image, process, health check, labels.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use bollard::models::{ContainerConfig, ContainerInspectResponse, HealthConfig, HostConfig};
use serde_json::{Value, json};

use super::confinement;
use super::rules::rule_for;
use super::wiring;
use crate::model::{Fact, Facts, Mask, show_duration};

/// Holds what a container is read against.
pub(super) struct Surroundings<'a> {
    /// The Compose model, as `docker compose config --format json` prints it.
    pub model: &'a Value,
    /// The image of each service whose tag is the release, with `${release}` in its place.
    pub templates: &'a BTreeMap<String, String>,
    /// The project's folder, absolute: host paths below it are recorded relative to it.
    pub root: &'a Path,
    /// What takes secrets out of everything that is recorded.
    pub mask: &'a Mask,
    /// The service of each container, by identity.
    pub services: &'a BTreeMap<String, String>,
}

impl Surroundings<'_> {
    /// Gives a part of the model, `Null` where there is none.
    pub(super) fn of_service(&self, service: &str, key: &str) -> &Value {
        &self.model["services"][service][key]
    }
}

/// Writes a fact down in the section that the rules give it.
pub(super) fn put(facts: &mut Facts, path: impl Into<String>, value: impl Into<Value>) {
    let path = path.into();
    let class = rule_for(&path).class;
    facts.insert(path, Fact { class, value: value.into() });
}

/// Gives what a container says of `service`.
///
/// Nothing in it differs between two starts of the same configuration: no identity, address or
/// time, every list in a fixed order. What an engine fills in by itself is left out or brought to
/// one form.
pub(super) fn facts(
    service: &str,
    container: &ContainerInspectResponse,
    around: &Surroundings<'_>,
) -> Facts {
    let empty = (ContainerConfig::default(), HostConfig::default());
    let config = container.config.as_ref().unwrap_or(&empty.0);
    let host = container.host_config.as_ref().unwrap_or(&empty.1);
    let environment = config.env.as_deref().unwrap_or_default();
    let mask = around.mask;
    let mut facts = Facts::new();

    let template = around.templates.get(service).map(String::as_str);
    put(&mut facts, "image", template.or(config.image.as_deref()).unwrap_or_default());
    process(&mut facts, config, host, mask);
    for name in environment.iter().filter_map(|entry| entry.split('=').next()) {
        put(&mut facts, format!("environment.{name}"), "set");
    }
    healthcheck(&mut facts, config.healthcheck.as_ref(), mask);
    labels(&mut facts, service, config, around);
    wiring::facts(&mut facts, service, container, around);
    confinement::facts(&mut facts, host, around);
    sealed(facts, mask)
}

/// Gives facts through the mask once more, so that a topic that forgot it gives nothing away.
fn sealed(facts: Facts, mask: &Mask) -> Facts {
    let through = |(path, Fact { class, value }): (String, Fact)| {
        (mask.known(&path), Fact { class, value: mask.value(&value) })
    };
    facts.into_iter().map(through).collect()
}

fn process(facts: &mut Facts, config: &ContainerConfig, host: &HostConfig, mask: &Mask) {
    let entrypoint = config.entrypoint.clone().unwrap_or_default();
    // A flag may end the entrypoint and its secret begin the command.
    let mut line = entrypoint.clone();
    line.extend(config.cmd.clone().unwrap_or_default());
    let line = mask.command(&line);
    let (entrypoint, command) = line.split_at(entrypoint.len());
    for (path, words) in [("entrypoint", entrypoint), ("command", command)] {
        if !words.is_empty() {
            put(facts, path, words);
        }
    }
    let or = |text: &Option<String>, default: &str| match text.as_deref() {
        None | Some("") => default.to_owned(),
        Some(text) => text.to_owned(),
    };
    put(facts, "user", or(&config.user, "root"));
    put(facts, "working_dir", or(&config.working_dir, "/"));
    if host.init == Some(true) {
        put(facts, "init", true);
    }
    if let Some(signal) = &config.stop_signal {
        put(facts, "stop.signal", signal.as_str());
    }
    if let Some(seconds) = config.stop_timeout.and_then(|seconds| u64::try_from(seconds).ok()) {
        put(facts, "stop.grace_period", show_duration(Duration::from_secs(seconds)));
    }
    let policy = host.restart_policy.clone().unwrap_or_default();
    let name = policy.name.map(|name| name.to_string()).filter(|name| !name.is_empty());
    let restart = match (name, policy.maximum_retry_count) {
        (None, _) => "no".to_owned(),
        (Some(name), Some(times)) if times > 0 => format!("{name}:{times}"),
        (Some(name), _) => name,
    };
    put(facts, "restart", restart);
}

/// Records the engine's health check, with the engine's defaults where it leaves something out.
fn healthcheck(facts: &mut Facts, check: Option<&HealthConfig>, mask: &Mask) {
    let Some(check) = check else { return };
    let test = check.test.as_deref().unwrap_or_default();
    if test.is_empty() || test[0] == "NONE" {
        return;
    }
    put(facts, "healthcheck.test", mask.command(test));
    let times = [
        ("interval", check.interval, 30),
        ("timeout", check.timeout, 30),
        ("start_period", check.start_period, 0),
    ];
    for (name, nanos, default) in times {
        let set = nanos.and_then(|nanos| u64::try_from(nanos).ok()).filter(|nanos| *nanos > 0);
        let time = set.map_or(Duration::from_secs(default), Duration::from_nanos);
        put(facts, format!("healthcheck.{name}"), show_duration(time));
    }
    let retries = check.retries.filter(|retries| *retries > 0).unwrap_or(3);
    put(facts, "healthcheck.retries", retries);
}

/// Records the labels that the Compose files set, and what the service waits for.
///
/// An image's labels describe its build. What a service waits for is what the files say: Compose
/// leaves it off a container that was started alone.
fn labels(facts: &mut Facts, service: &str, config: &ContainerConfig, around: &Surroundings<'_>) {
    let named = |key: &str| around.of_service(service, key).as_object().into_iter().flatten();
    let labels = config.labels.as_ref();
    for (name, _) in named("labels") {
        if let Some(value) = labels.and_then(|labels| labels.get(name)) {
            put(facts, format!("labels.{name}"), around.mask.named(name, value));
        }
    }
    for (needed, dependency) in named("depends_on") {
        let condition = dependency["condition"].as_str().unwrap_or("service_started");
        put(facts, format!("depends_on.{needed}"), condition);
    }
}

/// Gives what the Compose files say of the project as a whole.
pub(super) fn project_facts(model: &Value, mask: &Mask) -> Facts {
    let mut facts = Facts::new();
    let names = |key: &str| model[key].as_object().into_iter().flatten();
    let mut services: Vec<&String> = names("services").map(|(name, _)| name).collect();
    services.sort();
    put(&mut facts, "services", json!(services));
    for (name, network) in names("networks") {
        let driver = network["driver"].as_str().unwrap_or("bridge");
        put(&mut facts, format!("networks.{name}.driver"), driver);
        put(&mut facts, format!("networks.{name}.internal"), network["internal"] == true);
        if network["external"] == true {
            put(&mut facts, format!("networks.{name}.external"), true);
        }
    }
    for (name, volume) in names("volumes") {
        let driver = volume["driver"].as_str().unwrap_or("local");
        put(&mut facts, format!("volumes.{name}.driver"), driver);
        if volume["external"] == true {
            put(&mut facts, format!("volumes.{name}.external"), true);
        }
    }
    sealed(facts, mask)
}
