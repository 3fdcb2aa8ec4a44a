//! What a service may do: privileges, namespaces, devices.

use bollard::models::{DeviceRequest, HostConfig};
use serde_json::Value;

use super::put;
use super::reading::{Asked, Shown};
use super::value::{entries, filled, is_named, list, sorted, switch, text, texts};
use crate::model::Facts;

/// Records the confinement that the files ask for.
///
/// What is dangerous when it appears is recorded even where it is absent, so that a person sees at
/// review that it was looked at.
pub(super) fn of_files(facts: &mut Facts, asked: &Asked<'_>) {
    let service = asked.service;
    let or_off = |key: &str| switch(&service[key]).unwrap_or(Value::Bool(false));
    put(facts, "security.privileged", or_off("privileged"));
    put(facts, "security.read_only", or_off("read_only"));
    put(facts, "security.cap_add", capabilities(&texts(&service["cap_add"])));
    put(facts, "security.cap_drop", capabilities(&texts(&service["cap_drop"])));
    put(facts, "security.security_opt", security_options(&texts(&service["security_opt"])));
    let modes = ["pid", "ipc", "uts", "userns_mode", "network_mode"];
    for (key, path) in modes.into_iter().zip(MODES) {
        let mode = text(&service[key]).and_then(|mode| shared_with(&mode, asked));
        if let Some(mode) = mode {
            put(facts, path, mode);
        }
    }
    if let Some(cgroup) = text(&service["cgroup"]) {
        put(facts, "security.cgroup", cgroup);
    }
    if let Some(parent) = text(&service["cgroup_parent"]) {
        put(facts, "security.cgroup_parent", parent);
    }
    let devices = list(&service["devices"]).filter_map(|device| {
        let short = text(device);
        let long = || {
            let (source, target) = (text(&device["source"])?, text(&device["target"]));
            Some(one_device(&source, target.as_deref(), device["permissions"].as_str()))
        };
        short.or_else(long)
    });
    record_list(facts, "security.devices", devices.collect());
    record_list(facts, "security.device_cgroup_rules", texts(&service["device_cgroup_rules"]));
    record_list(facts, "security.device_requests", said_requests(service));
    record_list(facts, "security.group_add", texts(&service["group_add"]));
    for (name, value) in entries(&service["sysctls"]) {
        put(facts, format!("sysctls.{name}"), text(value).unwrap_or_default());
    }
}

pub(super) fn of_container(facts: &mut Facts, shown: &Shown<'_>) {
    let (host, asked) = (shown.host, shown.asked);
    let or_none = |list: &Option<Vec<String>>| list.clone().unwrap_or_default();
    put(facts, "security.privileged", host.privileged == Some(true));
    put(facts, "security.read_only", host.readonly_rootfs == Some(true));
    put(facts, "security.cap_add", capabilities(&or_none(&host.cap_add)));
    put(facts, "security.cap_drop", capabilities(&or_none(&host.cap_drop)));
    let mut options = security_options(&or_none(&host.security_opt));
    // The engine adds it to every privileged container.
    options.retain(|option| host.privileged != Some(true) || option != "label=disable");
    put(facts, "security.security_opt", options);
    // What no file asks to share is private to some engines and shareable to others.
    let ipc = host.ipc_mode.as_ref();
    let ipc = ipc.filter(|mode| *mode != SHAREABLE || asked.service["ipc"] == SHAREABLE).cloned();
    let modes = [&host.pid_mode, &ipc, &host.uts_mode, &host.userns_mode, &host.network_mode];
    for (mode, path) in modes.into_iter().zip(MODES) {
        if let Some(mode) = mode.as_deref().and_then(|mode| shared_with(mode, asked)) {
            put(facts, path, mode);
        }
    }
    // Without a wish each engine has its own mode.
    let cgroup = host.cgroupns_mode.filter(|_| !asked.service["cgroup"].is_null());
    if let Some(cgroup) = cgroup.map(|mode| mode.to_string()).filter(|mode| !mode.is_empty()) {
        put(facts, "security.cgroup", cgroup);
    }
    if let Some(parent) = filled(host.cgroup_parent.as_ref()) {
        put(facts, "security.cgroup_parent", parent);
    }
    let devices = host.devices.iter().flatten().filter_map(|device| {
        let source = device.path_on_host.as_deref()?;
        let target = device.path_in_container.as_deref();
        Some(one_device(source, target, device.cgroup_permissions.as_deref()))
    });
    record_list(facts, "security.devices", devices.collect());
    let rules = or_none(&host.device_cgroup_rules);
    record_list(facts, "security.device_cgroup_rules", rules);
    record_list(facts, "security.device_requests", shown_requests(host));
    record_list(facts, "security.group_add", or_none(&host.group_add));
    for (name, value) in host.sysctls.iter().flatten() {
        put(facts, format!("sysctls.{name}"), value.as_str());
    }
}

/// Lets other containers join what a service has of shared memory.
const SHAREABLE: &str = "shareable";

/// The namespaces that can be shared, in the order in which both readings go through them.
const MODES: [&str; 5] = [
    "security.pid_mode",
    "security.ipc_mode",
    "security.uts_mode",
    "security.userns_mode",
    "security.network_mode",
];

fn record_list(facts: &mut Facts, path: &str, entries: Vec<String>) {
    if !entries.is_empty() {
        put(facts, path, sorted(entries));
    }
}

fn capabilities(names: &[String]) -> Vec<String> {
    let plain = |name: &String| {
        if is_named(name) {
            return name.clone();
        }
        let name = name.to_ascii_uppercase();
        name.strip_prefix("CAP_").map_or(name.clone(), str::to_owned)
    };
    sorted(names.iter().map(plain).collect())
}

fn security_options(options: &[String]) -> Vec<String> {
    let plain = |option: &String| {
        let (name, value) = option.split_once([':', '=']).unwrap_or((option, "true"));
        match (name, value) {
            ("no-new-privileges", "true") => Some(name.to_owned()),
            ("no-new-privileges", "false") => None,
            ("seccomp", "unconfined" | "builtin") => Some(format!("{name}={value}")),
            // The files name a profile's file, and the engine holds its whole text.
            ("seccomp", _) => Some("seccomp=custom".to_owned()),
            _ => Some(format!("{name}={value}")),
        }
    };
    sorted(options.iter().filter_map(plain).collect())
}

/// Gives with whom a namespace is shared; none where the container has its own, which engines call
/// by different names.
fn shared_with(mode: &str, asked: &Asked<'_>) -> Option<String> {
    match mode.split_once(':') {
        None => {
            let is_told = matches!(mode, "host" | "none" | SHAREABLE) || is_named(mode);
            is_told.then(|| mode.to_owned())
        }
        Some(("container", id)) => {
            let service = asked.around.services.get(id);
            Some(service.map_or("container".to_owned(), |service| format!("service:{service}")))
        }
        Some(_) => Some(mode.to_owned()),
    }
}

fn one_device(source: &str, target: Option<&str>, permissions: Option<&str>) -> String {
    let target = target.filter(|target| *target != source);
    let permissions = permissions.filter(|may| !matches!(*may, "" | "rwm"));
    match (target, permissions) {
        (None, None) => source.to_owned(),
        (target, None) => format!("{source}:{}", target.unwrap_or(source)),
        (target, Some(may)) => format!("{source}:{}:{may}", target.unwrap_or(source)),
    }
}

/// Gives the devices that the files reserve, such as graphics processors.
fn said_requests(service: &Value) -> Vec<String> {
    let reserved = list(&service["deploy"]["resources"]["reservations"]["devices"]);
    let long_form = reserved.chain(list(&service["gpus"]));
    let one = |device: &Value| {
        let capabilities = sorted(texts(&device["capabilities"]));
        let capabilities =
            if capabilities.is_empty() { vec!["gpu".to_owned()] } else { capabilities };
        request(
            device["driver"].as_str().unwrap_or_default(),
            text(&device["count"]).as_deref(),
            &sorted(texts(&device["device_ids"])),
            &capabilities,
        )
    };
    long_form.map(one).collect()
}

fn shown_requests(host: &HostConfig) -> Vec<String> {
    let one = |device: &DeviceRequest| {
        let capabilities = device.capabilities.iter().flatten().flatten().cloned().collect();
        request(
            device.driver.as_deref().unwrap_or_default(),
            device.count.filter(|count| *count != 0).map(|count| count.to_string()).as_deref(),
            &sorted(device.device_ids.clone().unwrap_or_default()),
            &sorted(capabilities),
        )
    };
    host.device_requests.iter().flatten().map(one).collect()
}

fn request(driver: &str, count: Option<&str>, ids: &[String], capabilities: &[String]) -> String {
    let which = match (count, ids) {
        (_, [_, ..]) => format!("devices {}", ids.join(",")),
        (Some("-1") | None, []) => "all".to_owned(),
        (Some(count), []) => format!("count {count}"),
    };
    format!("{driver} {which} {}", capabilities.join(",")).trim_start().to_owned()
}
