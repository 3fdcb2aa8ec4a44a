//! The Compose model after Compose resolved it: `docker compose config --format json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Is a resolved Compose project. What has no field here is in [`ComposeModel::raw`].
#[derive(Debug, Clone)]
pub struct ComposeModel {
    /// The project's name.
    pub name: String,
    /// Its services.
    pub services: BTreeMap<String, ServiceModel>,
    /// Its networks, as resolved.
    pub networks: BTreeMap<String, Value>,
    /// Its volumes, as resolved.
    pub volumes: BTreeMap<String, Value>,
    /// Everything, as Compose gave it.
    pub raw: Value,
}

/// Is one service of a resolved Compose project.
#[derive(Debug, Clone)]
pub struct ServiceModel {
    /// The image; empty where the service is only built.
    pub image: String,
    /// What it publishes.
    pub ports: Vec<PortModel>,
    /// What it waits for.
    pub depends_on: BTreeMap<String, Dependency>,
    /// Everything, as Compose gave it.
    pub raw: Value,
}

impl ServiceModel {
    /// Gives how many containers it asks for.
    #[must_use]
    pub fn replicas(&self) -> usize {
        let given = self.raw.pointer("/deploy/replicas").or_else(|| self.raw.get("scale"));
        let given = given.and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok());
        given.unwrap_or(1)
    }

    /// Gives the fixed host ports that it publishes over TCP.
    pub fn published_ports(&self) -> impl Iterator<Item = u16> {
        let tcp = self.ports.iter().filter(|port| port.protocol == "tcp");
        tcp.filter_map(|port| port.published.as_deref()?.parse().ok())
    }

    /// Gives the host port at which a container port is published over TCP, where it is fixed.
    #[must_use]
    pub fn published(&self, container_port: u16) -> Option<u16> {
        let port =
            self.ports.iter().find(|p| p.target == Some(container_port) && p.protocol == "tcp")?;
        port.published.as_deref()?.parse().ok()
    }
}

/// Is one published port.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PortModel {
    /// The container's port; none where only a variable without a value would say it.
    #[serde(default, deserialize_with = "port_number")]
    pub target: Option<u16>,
    /// The host's port, or a range of them.
    #[serde(default)]
    pub published: Option<String>,
    /// The host's interface.
    #[serde(default)]
    pub host_ip: Option<String>,
    /// `tcp` or `udp`.
    #[serde(default)]
    pub protocol: String,
}

fn port_number<'de, D: Deserializer<'de>>(port: D) -> Result<Option<u16>, D::Error> {
    let port = Value::deserialize(port)?;
    Ok(port.as_u64().and_then(|number| u16::try_from(number).ok()))
}

/// Says what a service waits for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Dependency {
    /// `service_started`, `service_healthy` or `service_completed_successfully`.
    pub condition: String,
}

#[derive(Deserialize)]
struct ProjectFile {
    name: String,
    #[serde(default)]
    services: BTreeMap<String, Value>,
    #[serde(default)]
    networks: BTreeMap<String, Value>,
    #[serde(default)]
    volumes: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct ServiceFile {
    #[serde(default)]
    image: String,
    #[serde(default)]
    ports: Vec<PortModel>,
    #[serde(default)]
    depends_on: BTreeMap<String, Dependency>,
}

impl ComposeModel {
    /// Reads what `docker compose config --format json` printed.
    ///
    /// # Errors
    ///
    /// When it is not JSON or not a Compose project.
    pub fn read(json: &str) -> Result<Self, serde_json::Error> {
        Self::of(serde_json::from_str(json)?)
    }

    /// Reads what was parsed already.
    ///
    /// # Errors
    ///
    /// When it is not a Compose project.
    pub fn of(raw: Value) -> Result<Self, serde_json::Error> {
        let project = ProjectFile::deserialize(&raw)?;
        let mut services = BTreeMap::new();
        for (name, raw) in project.services {
            let ServiceFile { image, ports, depends_on } = ServiceFile::deserialize(&raw)?;
            services.insert(name, ServiceModel { image, ports, depends_on, raw });
        }
        let ProjectFile { name, networks, volumes, .. } = project;
        Ok(Self { name, services, networks, volumes, raw })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resolved_project_is_read_with_what_has_no_field_kept() {
        let model = ComposeModel::read(
            r#"{"name": "shop", "services": {"api": {
                "image": "shop/api:1", "command": null, "networks": {"default": null},
                "ports": [{"mode": "ingress", "host_ip": "127.0.0.1", "target": 8000, "published": "18000", "protocol": "tcp"}],
                "depends_on": {"db": {"condition": "service_healthy", "required": true}}}},
                "networks": {"default": {"name": "shop_default"}}}"#,
        )
        .unwrap();
        let api = &model.services["api"];
        assert_eq!(api.published(8000), Some(18000));
        assert_eq!(api.published_ports().collect::<Vec<_>>(), [18000]);
        assert_eq!(api.depends_on["db"].condition, "service_healthy");
        assert!(api.raw.get("networks").is_some());
        assert!(model.volumes.is_empty());
    }

    #[test]
    fn a_container_port_that_a_variable_would_say_is_no_port_and_no_refusal() {
        let model = ComposeModel::read(
            r#"{"name": "shop", "services": {"api": {
                "ports": [{"target": "${PORT}", "published": "${PORT}", "protocol": "tcp"}]}}}"#,
        )
        .unwrap();
        assert_eq!(model.services["api"].ports[0].target, None);
    }

    #[test]
    fn a_service_asks_for_one_container_unless_it_says_otherwise() {
        let model = ComposeModel::read(
            r#"{"name": "shop", "services":
                {"api": {}, "worker": {"deploy": {"replicas": 2}}, "tool": {"scale": 0}}}"#,
        )
        .unwrap();
        let wanted: Vec<usize> = model.services.values().map(ServiceModel::replicas).collect();
        assert_eq!(wanted, [1, 0, 2]);
    }
}
