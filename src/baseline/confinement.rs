//! What a container may use and do: limits, privileges, namespaces.

use bollard::models::HostConfig;
use serde_json::Value;

use super::container::{Surroundings, put};
use crate::model::Facts;

/// Adds the limits and the confinement of a container.
///
/// What is dangerous when it appears is recorded even where it is absent, so that a person sees at
/// review that it was looked at.
pub(super) fn facts(facts: &mut Facts, host: &HostConfig, around: &Surroundings<'_>) {
    limits(facts, host);
    put(facts, "security.privileged", host.privileged == Some(true));
    put(facts, "security.read_only", host.readonly_rootfs == Some(true));
    put(facts, "security.cap_add", capabilities(host.cap_add.as_deref()));
    put(facts, "security.cap_drop", capabilities(host.cap_drop.as_deref()));
    let mut options = security_options(host.security_opt.as_deref());
    // The engine adds it to every privileged container.
    options.retain(|option| host.privileged != Some(true) || option != "label=disable");
    put(facts, "security.security_opt", options);
    let modes = [
        ("pid_mode", &host.pid_mode),
        ("ipc_mode", &host.ipc_mode),
        ("uts_mode", &host.uts_mode),
        ("userns_mode", &host.userns_mode),
        ("network_mode", &host.network_mode),
    ];
    for (name, mode) in modes {
        if let Some(mode) = mode.as_deref().and_then(|mode| shared_with(mode, around)) {
            put(facts, format!("security.{name}"), mode);
        }
    }
    let mut devices: Vec<String> =
        host.devices.iter().flatten().filter_map(|device| device.path_on_host.clone()).collect();
    devices.sort();
    if !devices.is_empty() {
        put(facts, "security.devices", devices);
    }
}

fn limits(facts: &mut Facts, host: &HostConfig) {
    let bytes = [("memory", host.memory), ("memory_reservation", host.memory_reservation)];
    for (name, bytes) in bytes {
        if let Some(bytes) = positive(bytes) {
            put(facts, format!("limits.{name}"), exact_bytes(bytes));
        }
    }
    if let Some(cpus) = cpus(host) {
        put(facts, "limits.cpus", cpus);
    }
    if let Some(pids) = positive(host.pids_limit) {
        put(facts, "limits.pids", pids);
    }
}

fn positive(number: Option<i64>) -> Option<u64> {
    number.and_then(|number| u64::try_from(number).ok()).filter(|number| *number > 0)
}

/// Writes an amount in the largest unit that leaves no fraction, so that nothing is rounded away.
fn exact_bytes(bytes: u64) -> String {
    let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    let fits = units.into_iter().find(|(_, shift)| bytes.is_multiple_of(1 << shift));
    fits.map_or_else(|| format!("{bytes}B"), |(unit, shift)| format!("{}{unit}", bytes >> shift))
}

/// Gives the share of processors, which an engine holds in one of two forms.
#[expect(clippy::cast_precision_loss, reason = "no engine has 2^52 billionths of processors")]
fn cpus(host: &HostConfig) -> Option<Value> {
    let share = match (positive(host.nano_cpus), positive(host.cpu_quota)) {
        (Some(nano), _) => nano as f64 / 1e9,
        (None, Some(quota)) => quota as f64 / positive(host.cpu_period).unwrap_or(100_000) as f64,
        (None, None) => return None,
    };
    // Text, because `1` and `1.0` are different numbers to a file and the same share to a person.
    Some(format!("{share}").into())
}

fn capabilities(names: Option<&[String]>) -> Vec<String> {
    let plain = |name: &String| {
        let name = name.to_ascii_uppercase();
        name.strip_prefix("CAP_").map_or(name.clone(), str::to_owned)
    };
    let mut names: Vec<String> = names.unwrap_or_default().iter().map(plain).collect();
    names.sort();
    names.dedup();
    names
}

fn security_options(options: Option<&[String]>) -> Vec<String> {
    let plain = |option: &String| {
        let (name, value) = option.split_once([':', '=']).unwrap_or((option, "true"));
        match (name, value) {
            ("no-new-privileges", "true") => Some(name.to_owned()),
            ("no-new-privileges", _) => None,
            // The engine holds a profile's whole text.
            ("seccomp", profile) if profile.trim_start().starts_with('{') => {
                Some("seccomp=custom".to_owned())
            }
            _ => Some(format!("{name}={value}")),
        }
    };
    let mut options: Vec<String> = options.unwrap_or_default().iter().filter_map(plain).collect();
    options.sort();
    options
}

/// Gives with whom a namespace is shared; none where the container has its own, which engines call
/// by different names.
fn shared_with(mode: &str, around: &Surroundings<'_>) -> Option<String> {
    match mode.split_once(':') {
        None => matches!(mode, "host" | "none").then(|| mode.to_owned()),
        Some(("container", id)) => {
            let service = around.services.get(id);
            Some(service.map_or("container".to_owned(), |service| format!("service:{service}")))
        }
        Some(_) => Some(mode.to_owned()),
    }
}
