//! What belongs to no single service: the project's networks and volumes.

use bollard::models::{Ipam, Network, Volume};
use serde_json::{Value, json};

use super::value::{entries, list, sorted, switch, text};
use super::{put, sealed};
use crate::engine::Possessions;
use crate::model::{Facts, Mask};

/// Gives what the files say of the project as a whole.
pub(in crate::baseline) fn of_files(project: &Value, mask: &Mask) -> Facts {
    sealed(said(project, mask), mask)
}

fn said(project: &Value, mask: &Mask) -> Facts {
    let mut facts = Facts::new();
    let services = entries(&project["services"]).map(|(name, _)| name.clone());
    put(&mut facts, "services", json!(sorted(services.collect())));
    for (name, network) in entries(&project["networks"]) {
        let path = |key: &str| format!("networks.{name}.{key}");
        named(&mut facts, project, ("networks", name), network);
        if network["external"] == true {
            continue;
        }
        put(&mut facts, path("driver"), text(&network["driver"]).unwrap_or("bridge".to_owned()));
        let internal = switch(&network["internal"]).unwrap_or(false.into());
        put(&mut facts, path("internal"), internal);
        for (key, fact) in [("attachable", "attachable"), ("enable_ipv6", "ipv6")] {
            let on = switch(&network[key]).filter(|on| *on != Value::Bool(false));
            if let Some(on) = on {
                put(&mut facts, path(fact), on);
            }
        }
        let blocks = list(&network["ipam"]["config"]);
        let blocks = blocks.map(|block| {
            subnet([&block["subnet"], &block["ip_range"], &block["gateway"]].map(text))
        });
        let driver = text(&network["ipam"]["driver"]);
        ipam(&mut facts, name, driver.as_deref(), blocks.collect());
        options(&mut facts, &path("driver_opts"), &network["driver_opts"], mask);
    }
    for (name, volume) in entries(&project["volumes"]) {
        named(&mut facts, project, ("volumes", name), volume);
        if volume["external"] == true {
            continue;
        }
        let driver = text(&volume["driver"]).unwrap_or("local".to_owned());
        put(&mut facts, format!("volumes.{name}.driver"), driver);
        options(&mut facts, &format!("volumes.{name}.driver_opts"), &volume["driver_opts"], mask);
    }
    facts
}

/// Gives what the engine's networks and volumes say of the same, under the names of the files.
///
/// What the engine chose by itself, such as a free subnet, stands only where the files choose too.
pub(in crate::baseline) fn of_engine(project: &Value, had: &Possessions, mask: &Mask) -> Facts {
    let mut facts = said(project, mask);
    for (name, said) in entries(&project["networks"]) {
        let actual = said["name"].as_str().and_then(|actual| had.networks.get(actual));
        if let Some(actual) = actual.filter(|_| said["external"] != true) {
            network(&mut facts, name, said, actual, mask);
        }
    }
    for (name, said) in entries(&project["volumes"]) {
        let actual = said["name"].as_str().and_then(|actual| had.volumes.get(actual));
        if let Some(actual) = actual.filter(|_| said["external"] != true) {
            volume(&mut facts, name, actual, mask);
        }
    }
    sealed(facts, mask)
}

fn network(facts: &mut Facts, name: &str, said: &Value, actual: &Network, mask: &Mask) {
    let prefix = format!("networks.{name}.");
    let path = |key: &str| format!("networks.{name}.{key}");
    // The name is how it was found.
    let chosen_name = path("name");
    facts.retain(|path, _| !path.starts_with(&prefix) || *path == chosen_name);
    put(facts, path("driver"), actual.driver.as_deref().unwrap_or("bridge"));
    put(facts, path("internal"), actual.internal == Some(true));
    for (key, on) in [("attachable", actual.attachable), ("ipv6", actual.enable_ipv6)] {
        if on == Some(true) {
            put(facts, path(key), true);
        }
    }
    let empty = Ipam::default();
    let chosen = actual.ipam.as_ref().unwrap_or(&empty);
    if list(&said["ipam"]["config"]).next().is_some() {
        let blocks = chosen.config.iter().flatten();
        let wanted: Vec<&Value> = list(&said["ipam"]["config"]).collect();
        let blocks = blocks.map(|block| {
            // A gateway is made up where only a subnet was asked for.
            let asked = |key: &str| wanted.iter().any(|wanted| !wanted[key].is_null());
            let gateway = block.gateway.clone().filter(|_| asked("gateway"));
            subnet([block.subnet.clone(), block.ip_range.clone(), gateway])
        });
        ipam(facts, name, chosen.driver.as_deref(), blocks.collect());
    }
    let wanted = json!(actual.options.clone().unwrap_or_default());
    options(facts, &path("driver_opts"), &wanted, mask);
}

fn volume(facts: &mut Facts, name: &str, actual: &Volume, mask: &Mask) {
    let options_path = format!("volumes.{name}.driver_opts");
    facts.retain(|path, _| !path.starts_with(&options_path));
    put(facts, format!("volumes.{name}.driver"), actual.driver.as_str());
    options(facts, &options_path, &json!(actual.options), mask);
}

/// Records whose a network or volume is, and the name that somebody chose for it.
fn named(facts: &mut Facts, project: &Value, (kind, name): (&str, &str), said: &Value) {
    if said["external"] == true {
        put(facts, format!("{kind}.{name}.external"), true);
    }
    let usual = format!("{}_{name}", project["name"].as_str().unwrap_or_default());
    if let Some(chosen) = text(&said["name"]).filter(|chosen| *chosen != usual) {
        put(facts, format!("{kind}.{name}.name"), chosen);
    }
}

fn ipam(facts: &mut Facts, network: &str, driver: Option<&str>, blocks: Vec<String>) {
    if let Some(driver) = driver.filter(|driver| !matches!(*driver, "" | "default")) {
        put(facts, format!("networks.{network}.ipam.driver"), driver);
    }
    if !blocks.is_empty() {
        put(facts, format!("networks.{network}.ipam"), sorted(blocks));
    }
}

fn subnet([subnet, range, gateway]: [Option<String>; 3]) -> String {
    let mut text = subnet.unwrap_or_default();
    for (name, value) in [("range", range), ("gateway", gateway)] {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            text = format!("{text} {name} {value}");
        }
    }
    text.trim().to_owned()
}

fn options(facts: &mut Facts, path: &str, said: &Value, mask: &Mask) {
    for (name, value) in entries(said) {
        let value = mask.named(name, &text(value).unwrap_or_default());
        put(facts, format!("{path}.{name}"), value);
    }
}
