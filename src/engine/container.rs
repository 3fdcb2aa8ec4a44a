//! One container of a Compose project, as the engine shows it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use bollard::models::{ContainerInspectResponse, ContainerState, ContainerStateStatusEnum, Health};

use crate::model::Bytes;

/// Is one container of a Compose project.
#[derive(Debug, Clone)]
pub struct Container {
    /// The engine's identity of it.
    pub id: String,
    /// The Compose service.
    pub service: String,
    /// Which of the service's replicas, from one.
    pub number: u32,
    /// What Compose hashed when it made the container.
    pub config_hash: Option<String>,
    /// The image as it was asked for, such as `shop/api:1.0.0`.
    pub image: String,
    /// The digest that a registry gave the image; none where it was built on this host.
    pub digest: Option<String>,
    /// Everything that the engine says.
    pub inspect: ContainerInspectResponse,
}

impl Container {
    /// Reads what the engine says; none when Compose's labels are not there.
    #[must_use]
    pub fn read(inspect: ContainerInspectResponse) -> Option<Self> {
        let config = inspect.config.as_ref()?;
        let label = |key: &str| {
            let labels = config.labels.as_ref()?;
            labels.get(&format!("com.docker.compose.{key}")).cloned()
        };
        Some(Self {
            id: inspect.id.clone()?,
            service: label("service")?,
            number: label("container-number").and_then(|n| n.parse().ok()).unwrap_or(1),
            config_hash: label("config-hash"),
            image: config.image.clone().unwrap_or_default(),
            digest: None,
            inspect,
        })
    }

    /// Gives its state: status, exit code, health.
    #[must_use]
    pub fn state(&self) -> Option<&ContainerState> {
        self.inspect.state.as_ref()
    }

    /// Whether it is running now.
    #[must_use]
    pub fn is_running(&self) -> bool {
        let status = self.state().and_then(|state| state.status);
        status == Some(ContainerStateStatusEnum::RUNNING)
    }

    /// Gives the word for its status, such as `running` or `exited`.
    #[must_use]
    pub fn status(&self) -> String {
        let status = self.state().and_then(|state| state.status);
        status.map_or_else(|| "unknown".to_owned(), |status| status.to_string())
    }

    /// Gives what its health check says; none where it has no health check.
    #[must_use]
    pub fn health(&self) -> Option<&Health> {
        let health = self.state()?.health.as_ref()?;
        let word = health.status?.to_string();
        (!matches!(word.as_str(), "" | "none")).then_some(health)
    }

    /// How often the engine restarted it.
    #[must_use]
    pub fn restarts(&self) -> i64 {
        self.inspect.restart_count.unwrap_or_default()
    }

    /// Gives where a container port is published on the host, a wildcard read as loopback.
    #[must_use]
    pub fn published(&self, container_port: u16) -> Option<SocketAddr> {
        let ports = self.inspect.network_settings.as_ref()?.ports.as_ref()?;
        let bindings = ports.get(&format!("{container_port}/tcp"))?.as_ref()?;
        bindings.iter().find_map(|binding| {
            let port = binding.host_port.as_deref()?.parse().ok()?;
            let host: IpAddr = binding.host_ip.as_deref().unwrap_or_default().parse().ok()?;
            let host = if host.is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { host };
            Some(SocketAddr::new(host, port))
        })
    }

    /// Whether it publishes something on this port of the host.
    #[must_use]
    pub fn publishes(&self, host_port: u16) -> bool {
        let ports = self.inspect.network_settings.as_ref().and_then(|n| n.ports.as_ref());
        let bindings = ports.into_iter().flat_map(|ports| ports.values().flatten().flatten());
        let port = host_port.to_string();
        bindings.into_iter().any(|binding| binding.host_port.as_deref() == Some(&port))
    }

    /// Gives its memory limit; none where it may use all of the host's.
    #[must_use]
    pub fn memory_limit(&self) -> Option<Bytes> {
        let limit = self.inspect.host_config.as_ref()?.memory?;
        u64::try_from(limit).ok().filter(|limit| *limit > 0).map(Bytes)
    }

    /// Gives its CPU limit in cores; none where it may use all of the host's.
    #[must_use]
    pub fn cpu_limit(&self) -> Option<f64> {
        let host = self.inspect.host_config.as_ref()?;
        #[expect(clippy::cast_precision_loss, reason = "a number of cores is small")]
        let cores = match (host.nano_cpus, host.cpu_quota, host.cpu_period) {
            (Some(nano), _, _) if nano > 0 => nano as f64 / 1e9,
            (_, Some(quota), Some(period)) if quota > 0 && period > 0 => {
                quota as f64 / period as f64
            }
            _ => return None,
        };
        Some(cores)
    }
}
