//! What a container is connected to: ports, networks, mounts, secrets, configs.

use std::path::Path;

use bollard::models::{ContainerInspectResponse, MountPoint};
use serde_json::Value;

use super::container::{Surroundings, put};
use crate::model::Facts;

/// Adds what `container` is connected to, under the names that Compose gives it.
pub(super) fn facts(
    facts: &mut Facts,
    service: &str,
    container: &ContainerInspectResponse,
    around: &Surroundings<'_>,
) {
    ports(facts, container);
    networks(facts, container, around);
    let named = [("secrets", "/run/secrets/"), ("configs", "/")].map(|(key, default)| {
        let granted = around.of_service(service, key).as_array().into_iter().flatten();
        granted.map(|grant| Grant::of(grant, key, default)).collect::<Vec<_>>()
    });
    let named = named.concat();
    for mount in container.mounts.iter().flatten() {
        let destination = mount.destination.as_deref().unwrap_or_default();
        match named.iter().find(|grant| grant.target == destination) {
            Some(grant) => put(facts, &*grant.path, destination),
            None => record_mount(facts, destination, mount, around),
        }
    }
    let tmpfs = container.host_config.as_ref().and_then(|host| host.tmpfs.as_ref());
    for (destination, options) in tmpfs.into_iter().flatten() {
        let value = format!("tmpfs {options}");
        put(facts, format!("mounts.{destination}"), value.trim_end());
    }
}

/// Is a secret or config that Compose mounts as one file.
#[derive(Clone)]
struct Grant {
    path: String,
    target: String,
}

impl Grant {
    fn of(grant: &Value, key: &str, folder: &str) -> Self {
        let source = grant["source"].as_str().unwrap_or_default();
        let target = grant["target"].as_str().unwrap_or(source);
        let target =
            if target.starts_with('/') { target.to_owned() } else { format!("{folder}{target}") };
        Self { path: format!("{key}.{source}"), target }
    }
}

/// Records a port as the configuration asks for it, not as the engine carries it out: engines with
/// and without IPv6 publish the same port on different addresses.
fn ports(facts: &mut Facts, container: &ContainerInspectResponse) {
    let config = container.config.as_ref();
    for port in config.and_then(|config| config.exposed_ports.as_ref()).into_iter().flatten() {
        put(facts, format!("ports.{port}"), "exposed");
    }
    let host = container.host_config.as_ref();
    for (port, bindings) in host.and_then(|host| host.port_bindings.as_ref()).into_iter().flatten()
    {
        let or = |text: &Option<String>, default: &str| match text.as_deref() {
            None | Some("" | "0") => default.to_owned(),
            Some(text) => text.to_owned(),
        };
        let mut hosts: Vec<String> = bindings
            .iter()
            .flatten()
            .map(|b| format!("{}:{}", or(&b.host_ip, "0.0.0.0"), or(&b.host_port, "any")))
            .collect();
        hosts.sort();
        hosts.dedup();
        if hosts.is_empty() {
            continue;
        }
        put(facts, format!("ports.{port}"), "published");
        let hosts = if hosts.len() == 1 { Value::from(hosts.remove(0)) } else { hosts.into() };
        put(facts, format!("ports.{port}.host"), hosts);
    }
}

fn networks(facts: &mut Facts, container: &ContainerInspectResponse, around: &Surroundings<'_>) {
    let id = container.id.as_deref().unwrap_or_default();
    let name = container.name.as_deref().unwrap_or_default().trim_start_matches('/');
    let settings = container.network_settings.as_ref();
    for (network, endpoint) in settings.and_then(|s| s.networks.as_ref()).into_iter().flatten() {
        // The engine adds the short identity, and Compose the container's name.
        let own = |alias: &String| !id.starts_with(alias.as_str()) && alias != name;
        let mut aliases: Vec<String> =
            endpoint.aliases.iter().flatten().filter(|alias| own(alias)).cloned().collect();
        aliases.sort();
        aliases.dedup();
        let network = compose_name(&around.model["networks"], network);
        put(facts, format!("networks.{network}.aliases"), aliases);
    }
}

/// Gives the name that the Compose files have for what the engine calls `actual`.
fn compose_name<'n>(declared: &'n Value, actual: &'n str) -> &'n str {
    let declared = declared.as_object().into_iter().flatten();
    let mut named = declared.filter(|(_, entry)| entry["name"].as_str() == Some(actual));
    named.next().map_or(actual, |(name, _)| name)
}

fn record_mount(
    facts: &mut Facts,
    destination: &str,
    mount: &MountPoint,
    around: &Surroundings<'_>,
) {
    let path = format!("mounts.{destination}");
    let access = if mount.rw == Some(false) { "read-only" } else { "writable" };
    match mount.typ.as_deref() {
        Some("volume") => {
            let actual = mount.name.as_deref().unwrap_or_default();
            let name = if is_random(actual) {
                "anonymous"
            } else {
                compose_name(&around.model["volumes"], actual)
            };
            put(facts, path, format!("volume {name} {access}"));
        }
        Some("bind") => {
            let source = below(around.root, mount.source.as_deref().unwrap_or_default());
            put(facts, format!("{path}.source"), around.mask.text(&source));
            put(facts, path, format!("bind {access}"));
        }
        Some(other) => put(facts, path, format!("{other} {access}")),
        None => put(facts, path, access),
    }
}

/// Tells whether the engine made a volume's name up.
fn is_random(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Gives a path below the project's folder relative to it, so that it is the same for everyone.
fn below(root: &Path, path: &str) -> String {
    Path::new(path)
        .strip_prefix(root)
        .map_or_else(|_| path.to_owned(), |inside| format!("./{}", inside.display()))
}
