//! What a Compose that was killed leaves behind.

use bollard::query_parameters::RemoveContainerOptionsBuilder;

use super::docker::bounded;
use super::{Container, Engine, EngineError};

/// How much of the replaced container's identity Compose puts before the name of the new one.
const IDENTITY: usize = 12;

impl Engine {
    /// Removes the containers that a killed Compose made and never started, and gives their names.
    ///
    /// Compose makes a replacement under the name `<identity>_<name>`, then removes the old container,
    /// then renames the new one. Killed in between, its next `up` trips over that name: it fails with
    /// a conflict, and the service stays down. Nothing else of the project is touched.
    pub async fn remove_leftovers(&self, project: &str) -> Result<Vec<String>, EngineError> {
        let mut removed = Vec::new();
        for container in self.containers(project).await? {
            let name = container.inspect.name.as_deref().unwrap_or_default();
            let name = name.trim_start_matches('/');
            if !is_leftover(&container, name) {
                continue;
            }
            let options = RemoveContainerOptionsBuilder::new().build();
            let remove = self.docker().remove_container(&container.id, Some(options));
            bounded("remove a container that was never started", remove).await?;
            removed.push(name.to_owned());
        }
        Ok(removed)
    }
}

fn is_leftover(container: &Container, name: &str) -> bool {
    let replaced = name.split_once('_').map_or("", |(replaced, _)| replaced);
    let is_identity = replaced.len() == IDENTITY
        && replaced.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
    is_identity && container.status() == "created"
}

#[cfg(test)]
mod tests {
    use bollard::models::{
        ContainerConfig, ContainerInspectResponse, ContainerState, ContainerStateStatusEnum,
    };

    use super::*;

    fn container(status: ContainerStateStatusEnum) -> Container {
        let labels = [("com.docker.compose.service".to_owned(), "api".to_owned())].into();
        Container::read(ContainerInspectResponse {
            id: Some("4f".to_owned()),
            config: Some(ContainerConfig { labels: Some(labels), ..Default::default() }),
            state: Some(ContainerState { status: Some(status), ..Default::default() }),
            ..Default::default()
        })
        .unwrap()
    }

    #[test]
    fn only_a_replacement_that_was_never_started_is_a_leftover() {
        let made = container(ContainerStateStatusEnum::CREATED);
        assert!(is_leftover(&made, "858644e7dd06_shop-api-1"));
        assert!(!is_leftover(&made, "shop-api-1"), "an ordinary name is Compose's to start");
        assert!(!is_leftover(&made, "858644E7DD06_shop-api-1"), "an identity has small letters");
        assert!(!is_leftover(&made, "my_shop-api-1"));
        let running = container(ContainerStateStatusEnum::RUNNING);
        assert!(!is_leftover(&running, "858644e7dd06_shop-api-1"));
    }
}
