//! What a service is connected to, and how it finds others.

use serde_json::Value;

use super::put;
use super::reading::{Asked, Shown};
use super::value::{entries, filled, sorted, text, texts};
use crate::model::Facts;

pub(super) fn of_files(facts: &mut Facts, asked: &Asked<'_>) {
    let service = asked.service;
    let name = text(&service["container_name"]);
    for (network, said) in entries(&service["networks"]) {
        let path = |key: &str| format!("networks.{network}.{key}");
        let mut aliases = texts(&said["aliases"]);
        aliases.retain(|alias| Some(alias) != name.as_ref());
        aliases.push(asked.name.to_owned());
        put(facts, path("aliases"), sorted(aliases));
        for key in ["ipv4_address", "ipv6_address", "mac_address"] {
            if let Some(address) = text(&said[key]) {
                put(facts, path(key), address);
            }
        }
        let link_local = texts(&said["link_local_ips"]);
        if !link_local.is_empty() {
            put(facts, path("link_local_ips"), sorted(link_local));
        }
    }
    if let Some(network) = text(&service["network_mode"]).filter(|mode| is_network(mode)) {
        put(facts, format!("networks.{network}.aliases"), Vec::<String>::new());
    }
    if let Some(address) = text(&service["mac_address"]) {
        put(facts, "mac_address", address);
    }
    names(facts, texts(&service["dns"]), texts(&service["dns_search"]), texts(&service["dns_opt"]));
    extra_hosts(facts, &texts(&service["extra_hosts"]));
}

pub(super) fn of_container(facts: &mut Facts, shown: &Shown<'_>) {
    let (asked, host) = (shown.asked, shown.host);
    let id = shown.container.id.as_deref().unwrap_or_default();
    let settings = shown.container.network_settings.as_ref();
    for (network, endpoint) in settings.and_then(|s| s.networks.as_ref()).into_iter().flatten() {
        if matches!(network.as_str(), "host" | "none") {
            continue;
        }
        let network = asked.compose_name("networks", network);
        let said = texts(&asked.service["networks"][network]["aliases"]);
        let hostname = shown.config.hostname.as_deref();
        // The engine adds the short identity and the host's name, and Compose the container's name.
        let own = |alias: &String| {
            let added = id.starts_with(alias.as_str()) || alias == shown.name();
            !added && (hostname != Some(alias) || said.contains(alias) || alias == asked.name)
        };
        let aliases = endpoint.aliases.iter().flatten().filter(|alias| own(alias)).cloned();
        let path = |key: &str| format!("networks.{network}.{key}");
        put(facts, path("aliases"), sorted(aliases.collect()));
        // Only what was asked for stands here; what the engine chose stands beside it.
        if let Some(chosen) = &endpoint.ipam_config {
            let addresses =
                [("ipv4_address", &chosen.ipv4_address), ("ipv6_address", &chosen.ipv6_address)];
            for (key, address) in addresses {
                if let Some(address) = filled(address.as_ref()) {
                    put(facts, path(key), address);
                }
            }
            let link_local = chosen.link_local_ips.clone().unwrap_or_default();
            if !link_local.is_empty() {
                put(facts, path("link_local_ips"), sorted(link_local));
            }
        }
        let Some(address) = filled(endpoint.mac_address.as_ref()) else { continue };
        if !asked.service["networks"][network]["mac_address"].is_null() {
            put(facts, path("mac_address"), address);
        }
        if !asked.service["mac_address"].is_null() {
            put(facts, "mac_address", address);
        }
    }
    let or_none = |list: &Option<Vec<String>>| list.clone().unwrap_or_default();
    names(facts, or_none(&host.dns), or_none(&host.dns_search), or_none(&host.dns_options));
    extra_hosts(facts, host.extra_hosts.as_deref().unwrap_or_default());
}

/// Tells whether a mode names a network rather than a namespace to share.
fn is_network(mode: &str) -> bool {
    !mode.contains(':') && !matches!(mode, "host" | "none" | "default")
}

/// Records where names are looked up; the order decides.
fn names(facts: &mut Facts, servers: Vec<String>, search: Vec<String>, options: Vec<String>) {
    for (path, list) in [("dns", servers), ("dns_search", search), ("dns_opt", options)] {
        if !list.is_empty() {
            put(facts, path, list);
        }
    }
}

/// Records names beside the ones that are looked up: `name:address`, as engines write it.
fn extra_hosts(facts: &mut Facts, hosts: &[String]) {
    let plain = |host: &String| match host.split_once(['=', ':']) {
        Some((name, address)) => format!("{name}:{}", address.trim_matches(['[', ']'])),
        None => host.clone(),
    };
    let hosts = sorted(hosts.iter().map(plain).collect());
    if !hosts.is_empty() {
        put(facts, "extra_hosts", Value::from(hosts));
    }
}
