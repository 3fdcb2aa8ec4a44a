//! What a container publishes to whom.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use bollard::models::{ContainerInspectResponse, PortMap};

use super::evidence::Seen;

/// Looks for ports that every neighbour of the host can reach, and lists each once.
///
/// What was asked for and what is bound are both read: a stopped container has only the first, and a
/// daemon's default address shows only in the second.
pub(super) fn on_every_interface(container: &ContainerInspectResponse) -> Option<Seen> {
    let asked = container.host_config.as_ref()?.port_bindings.as_ref();
    let bound = container.network_settings.as_ref()?.ports.as_ref();
    let mut ports = asked.map(open).unwrap_or_default();
    for (port, chosen) in bound.map(open).unwrap_or_default() {
        ports.entry(port).or_default().extend(chosen);
    }
    let shown: Vec<String> = ports.iter().map(|(port, at)| show(port, at)).collect();
    Some(Seen::none_of(&shown))
}

/// Maps each container port that is open on every interface to the host's ports; none where the engine
/// has still to choose one.
fn open(ports: &PortMap) -> BTreeMap<&str, BTreeSet<u16>> {
    let mut open: BTreeMap<&str, BTreeSet<u16>> = BTreeMap::new();
    for (port, bindings) in ports {
        for binding in bindings.iter().flatten() {
            if is_wildcard(binding.host_ip.as_deref().unwrap_or_default()) {
                let at = binding.host_port.as_deref().and_then(|at| at.parse::<u16>().ok());
                open.entry(port).or_default().extend(at.filter(|at| *at != 0));
            }
        }
    }
    open
}

fn show(port: &str, at: &BTreeSet<u16>) -> String {
    let at: Vec<String> = at.iter().map(u16::to_string).collect();
    match at.as_slice() {
        [] => port.to_owned(),
        [one] => format!("{port} at the host's port {one}"),
        several => format!("{port} at the host's ports {}", several.join(" and ")),
    }
}

/// Whether an address means every interface; none given means that too.
fn is_wildcard(address: &str) -> bool {
    let plain = address.trim_start_matches('[').trim_end_matches(']');
    let parsed = plain.parse::<IpAddr>().map(|ip| ip.to_canonical().is_unspecified());
    plain.is_empty() || parsed == Ok(true)
}
