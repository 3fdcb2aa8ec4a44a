//! What is made for one run and thrown away after it, and what is left of that where a run was killed.

use std::collections::HashMap;

use bollard::models::NetworkCreateRequest;
use bollard::query_parameters::{
    ListContainersOptionsBuilder, ListNetworksOptionsBuilder, ListVolumesOptionsBuilder,
    RemoveContainerOptionsBuilder, RemoveVolumeOptions,
};
use futures_util::future::join_all;

use super::docker::bounded;
use super::{Engine, EngineError};

/// The label that holds the mark of the process that made it.
const OWNER: &str = "proofmark.owner";
/// The label that names what it was made for.
const MADE_FOR: &str = "proofmark.throw-away";

/// Gives the labels of what is thrown away: `made_for` is for a person, and `owner` is the mark of the
/// process, by which it is found once that is gone.
#[must_use]
pub fn labels_of_throw_away(made_for: &str, owner: Option<&str>) -> Vec<(String, String)> {
    let owner = owner.map(|owner| (OWNER.to_owned(), owner.to_owned()));
    [(MADE_FOR.to_owned(), made_for.to_owned())].into_iter().chain(owner).collect()
}

/// Is what was made to throw away, and is of no use any more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stale {
    /// Identity and name of each container.
    pub containers: Vec<(String, String)>,
    /// Identity and name of each network.
    pub networks: Vec<(String, String)>,
    /// The name of each volume.
    pub volumes: Vec<String>,
}

impl Stale {
    /// Names each of them for a person.
    pub fn names(&self) -> impl Iterator<Item = String> {
        let containers = self.containers.iter().map(|(_, name)| format!("container {name}"));
        let networks = self.networks.iter().map(|(_, name)| format!("network {name}"));
        let volumes = self.volumes.iter().map(|name| format!("volume {name}"));
        containers.chain(networks).chain(volumes)
    }
}

impl Engine {
    /// Gives what was made by owners who have no use for it, as `is_gone` tells of the mark of each.
    pub async fn stale(&self, is_gone: impl Fn(&str) -> bool) -> Result<Stale, EngineError> {
        let filters = HashMap::from([("label", vec![OWNER.to_owned()])]);
        let is_stale = |labels: Option<&HashMap<String, String>>| {
            labels.and_then(|labels| labels.get(OWNER)).is_some_and(|owner| is_gone(owner))
        };
        let containers = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
        let networks = ListNetworksOptionsBuilder::new().filters(&filters).build();
        let volumes = ListVolumesOptionsBuilder::new().filters(&filters).build();
        let docker = self.docker();
        let (containers, networks, volumes) = tokio::try_join!(
            bounded("list throw-away containers", docker.list_containers(Some(containers))),
            bounded("list throw-away networks", docker.list_networks(Some(networks))),
            bounded("list throw-away volumes", docker.list_volumes(Some(volumes))),
        )?;
        let stale = containers.into_iter().filter(|found| is_stale(found.labels.as_ref()));
        let containers = stale.filter_map(|found| {
            let name = found.names.unwrap_or_default().into_iter().next().unwrap_or_default();
            Some((found.id?, name.trim_start_matches('/').to_owned()))
        });
        let stale = networks.into_iter().filter(|found| is_stale(found.labels.as_ref()));
        let networks = stale.filter_map(|found| Some((found.id?, found.name.unwrap_or_default())));
        let volumes = volumes.volumes.unwrap_or_default().into_iter();
        let volumes = volumes.filter(|found| is_stale(Some(&found.labels))).map(|found| found.name);
        Ok(Stale {
            containers: containers.collect(),
            networks: networks.collect(),
            volumes: volumes.collect(),
        })
    }

    /// Removes what is left, containers before the networks that they are in and the volumes that they use; one that
    /// stays keeps none of the others.
    pub async fn remove_stale(&self, stale: &Stale) -> Result<(), EngineError> {
        let containers = stale.containers.iter().map(async |(id, _)| {
            let options = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
            let removed = self.docker().remove_container(id, Some(options));
            gone(bounded("remove a throw-away container", removed).await)
        });
        let containers = join_all(containers).await;
        let networks = join_all(stale.networks.iter().map(|(id, _)| self.remove_network(id))).await;
        let volumes = stale.volumes.iter().map(async |name| {
            let removed = self.docker().remove_volume(name, None::<RemoveVolumeOptions>);
            gone(bounded("remove a throw-away volume", removed).await)
        });
        let volumes = join_all(volumes).await;
        containers.into_iter().chain(networks).chain(volumes).collect()
    }

    /// Makes a network with these labels.
    pub async fn make_network(
        &self,
        name: &str,
        labels: Vec<(String, String)>,
    ) -> Result<(), EngineError> {
        let request = NetworkCreateRequest {
            name: name.to_owned(),
            labels: Some(labels.into_iter().collect()),
            ..NetworkCreateRequest::default()
        };
        let made = self.docker().create_network(request);
        bounded("make a network", made).await.map(drop)
    }

    /// Removes a network, by its name or identity; one that is gone already is as good as removed.
    pub async fn remove_network(&self, network: &str) -> Result<(), EngineError> {
        gone(bounded("remove a network", self.docker().remove_network(network)).await)
    }
}

/// Takes what somebody else has removed, or just removes, for removed.
fn gone(removed: Result<(), EngineError>) -> Result<(), EngineError> {
    match removed {
        Err(EngineError::Refused { cause, .. })
            if cause.contains("o such ")
                || cause.contains("not found")
                || cause.contains("already in progress") =>
        {
            Ok(())
        }
        other => other,
    }
}
