//! What a container publishes to whom.

use std::collections::BTreeSet;
use std::net::IpAddr;

use bollard::models::{ContainerInspectResponse, PortMap};

use super::evidence::Seen;

/// Looks for ports that every neighbour of the host can reach.
///
/// What was asked for and what is bound are both read: a stopped container has only the first, and a
/// daemon's default address shows only in the second.
pub(super) fn on_every_interface(container: &ContainerInspectResponse) -> Option<Seen> {
    let asked = container.host_config.as_ref()?.port_bindings.as_ref();
    let bound = container.network_settings.as_ref()?.ports.as_ref();
    let bound: BTreeSet<String> = bound.map(wildcards).unwrap_or_default();
    let asked = asked.map(wildcards).unwrap_or_default();
    let ports: Vec<String> = asked.union(&bound).cloned().collect();
    Some(Seen::none_of(&ports))
}

fn wildcards(ports: &PortMap) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (port, bindings) in ports {
        for binding in bindings.iter().flatten() {
            let address = binding.host_ip.as_deref().unwrap_or_default();
            if is_wildcard(address) {
                let host_port = binding.host_port.as_deref().unwrap_or_default();
                let shown = if address.is_empty() { "*" } else { address };
                found.insert(format!("{shown}:{host_port} to {port}"));
            }
        }
    }
    found
}

/// Whether an address means every interface; none given means that too.
fn is_wildcard(address: &str) -> bool {
    let plain = address.trim_start_matches('[').trim_end_matches(']');
    let parsed = plain.parse::<IpAddr>().map(|ip| ip.to_canonical().is_unspecified());
    plain.is_empty() || parsed == Ok(true)
}
