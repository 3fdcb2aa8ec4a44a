//! Ports: what is published where, and what is only exposed.

use std::collections::BTreeMap;

use serde_json::Value;

use super::put;
use super::reading::{Asked, Shown};
use super::value::{list, sorted, text, texts};
use crate::model::Facts;

pub(super) fn of_files(facts: &mut Facts, asked: &Asked<'_>) {
    for port in texts(&asked.service["expose"]).iter().flat_map(|port| each_of(port)) {
        put(facts, format!("ports.{port}"), "exposed");
    }
    let mut published: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for port in list(&asked.service["ports"]) {
        let target = text(&port["target"]).unwrap_or_default();
        let protocol = text(&port["protocol"]).unwrap_or_else(|| "tcp".to_owned());
        let host = (text(&port["host_ip"]), text(&port["published"]));
        let host = (host.0.unwrap_or_default(), host.1.unwrap_or_default());
        published.entry(format!("{target}/{protocol}")).or_default().push(host);
    }
    for (port, hosts) in published {
        record(facts, &port, &hosts);
    }
}

/// Records a port as the configuration asks for it, not as the engine carries it out: engines with
/// and without IPv6 publish the same port on different addresses.
pub(super) fn of_container(facts: &mut Facts, shown: &Shown<'_>) {
    for port in shown.config.exposed_ports.iter().flatten() {
        put(facts, format!("ports.{port}"), "exposed");
    }
    for (port, bindings) in shown.host.port_bindings.iter().flatten() {
        let or_nothing = |text: &Option<String>| text.clone().unwrap_or_default();
        let hosts = bindings.iter().flatten();
        let hosts = hosts.map(|b| (or_nothing(&b.host_ip), or_nothing(&b.host_port)));
        record(facts, port, &hosts.collect::<Vec<_>>());
    }
}

fn record(facts: &mut Facts, port: &str, hosts: &[(String, String)]) {
    if hosts.is_empty() {
        return;
    }
    let interfaces = hosts.iter().map(|(address, port)| match named(address, port) {
        Some(name) => name.to_owned(),
        None => interface(address),
    });
    let hosts = hosts.iter().map(|(address, port)| {
        if let Some(name) = named(address, port) {
            return name.to_owned();
        }
        let address = if address.is_empty() { EVERYWHERE } else { address };
        let port = if matches!(port.as_str(), "" | "0") { "any" } else { port };
        if address.contains(':') {
            format!("[{address}]:{port}")
        } else {
            format!("{address}:{port}")
        }
    });
    put(facts, format!("ports.{port}"), "published");
    put(facts, format!("ports.{port}.interface"), one_or_all(interfaces.collect()));
    put(facts, format!("ports.{port}.host"), one_or_all(hosts.collect()));
}

/// Gives the variable that may hold an address as well as a port, where it has no value.
fn named<'h>(address: &str, port: &'h str) -> Option<&'h str> {
    (address.is_empty() && port.starts_with("${")).then_some(port)
}

/// The address under which a port is published that names none.
const EVERYWHERE: &str = "0.0.0.0";

/// Says who can reach an address of the host.
fn interface(address: &str) -> String {
    match address {
        "" | EVERYWHERE | "::" => "all".to_owned(),
        "::1" | "localhost" => "loopback".to_owned(),
        local if local.starts_with("127.") => "loopback".to_owned(),
        other => other.to_owned(),
    }
}

fn one_or_all(texts: Vec<String>) -> Value {
    let mut texts = sorted(texts);
    if texts.len() == 1 { texts.remove(0).into() } else { texts.into() }
}

/// Gives each port of `4000-4001/udp`, as an engine names them.
fn each_of(port: &str) -> Vec<String> {
    let (ports, protocol) = port.split_once('/').unwrap_or((port, "tcp"));
    let range = ports
        .split_once('-')
        .and_then(|(first, last)| Some((first.parse::<u16>().ok()?, last.parse::<u16>().ok()?)));
    match range {
        Some((first, last)) => (first..=last).map(|port| format!("{port}/{protocol}")).collect(),
        None => vec![format!("{ports}/{protocol}")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_exposed_ports_is_each_of_them() {
        assert_eq!(each_of("3000"), ["3000/tcp"]);
        assert_eq!(each_of("4000-4002/udp"), ["4000/udp", "4001/udp", "4002/udp"]);
    }

    #[test]
    fn a_port_on_loopback_is_told_from_one_for_everybody() {
        for (address, reached) in
            [("", "all"), ("127.0.0.53", "loopback"), ("::1", "loopback"), ("10.0.0.1", "10.0.0.1")]
        {
            assert_eq!(interface(address), reached);
        }
    }
}
