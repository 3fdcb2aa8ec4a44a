//! The networks and volumes that an engine has.

use std::collections::BTreeMap;

use bollard::models::{Network, Volume};
use bollard::query_parameters::{ListNetworksOptions, ListVolumesOptions};

use super::docker::bounded;
use super::{Engine, EngineError};

/// Holds networks and volumes by the engine's names for them.
#[derive(Debug, Clone, Default)]
pub struct Possessions {
    /// The networks.
    pub networks: BTreeMap<String, Network>,
    /// The volumes.
    pub volumes: BTreeMap<String, Volume>,
}

impl Engine {
    /// Gives every network and volume; a project's own are among them under the names of its model.
    pub async fn possessions(&self) -> Result<Possessions, EngineError> {
        let docker = self.docker();
        let (networks, volumes) = tokio::try_join!(
            bounded("list networks", docker.list_networks(None::<ListNetworksOptions>)),
            bounded("list volumes", docker.list_volumes(None::<ListVolumesOptions>)),
        )?;
        let networks =
            networks.into_iter().filter_map(|network| Some((network.name.clone()?, network)));
        let volumes = volumes.volumes.unwrap_or_default().into_iter();
        Ok(Possessions {
            networks: networks.collect(),
            volumes: volumes.map(|volume| (volume.name.clone(), volume)).collect(),
        })
    }
}
