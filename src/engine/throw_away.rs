//! The same Compose files once more beside what runs: another release, in a project of its own that is removed with
//! all that it made.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Map, Value};
use tempfile::NamedTempFile;
use thiserror::Error;

use super::compose::is_older;
use super::{ComposeCli, ComposeError, ComposeModel, Looked, Target, TargetError};
use crate::config::{Compose, Settings, Variables};

/// The oldest Compose that lets a file take the place of another's list.
const REPLACES_LISTS: (u32, u32) = (2, 24);

/// Says why the files cannot run once more.
#[derive(Debug, Error)]
pub enum ThrowAwayError {
    /// Nothing selects a release.
    #[error(
        "environment `{0}` names no variable that selects the release; add `compose: {{ release_variable: NAME }}` to proofmark.yaml"
    )]
    NoReleaseVariable(String),
    /// Compose cannot give the copy ports of its own.
    #[error(
        "`docker compose` is {0}, and the ports of a second project take 2.24 or newer; install a newer plugin into ~/.docker/cli-plugins"
    )]
    TooOld(String),
    /// The two would write into each other.
    #[error(
        "the files cannot run twice on one host, because both projects would share {}; take that out, or name a second environment with --paired",
        .0.join(", ")
    )]
    Shared(Vec<String>),
    /// What Compose is told beside the files cannot be written.
    #[error("what the second project is told cannot be written: {0}")]
    Write(std::io::Error),
    /// Somebody asked for it to stop before it was up.
    #[error("interrupted before the second project was up; it was removed")]
    Interrupted,
    /// Compose does not bring it up.
    #[error(transparent)]
    Compose(#[from] ComposeError),
    /// What came up cannot be looked at.
    #[error(transparent)]
    Target(#[from] TargetError),
}

/// Is a second project of the same files; [`ThrowAway::down`] removes it.
#[derive(Debug)]
pub struct ThrowAway {
    compose: ComposeCli,
    project: Compose,
    settings: Arc<Settings>,
    variables: Arc<Variables>,
    /// Lies beside the project's files as long as Compose may read it.
    _apart: NamedTempFile,
}

impl ThrowAway {
    /// Prepares `release` as the project `name` beside a target; nothing is started. All that it will make has these
    /// labels, by which it is found where nobody is left to remove it.
    ///
    /// # Errors
    ///
    /// When the two projects would share something, or Compose refuses the files at this release.
    pub async fn beside(
        target: &Target,
        release: &str,
        name: &str,
        labels: &[(String, String)],
    ) -> Result<Self, ThrowAwayError> {
        let Target { compose, settings, .. } = target;
        let Some(variable) = &target.project.release_variable else {
            return Err(ThrowAwayError::NoReleaseVariable(settings.environment.clone()));
        };
        let version = compose.version();
        if is_older(version, REPLACES_LISTS) {
            return Err(ThrowAwayError::TooOld(version.to_owned()));
        }
        let mut project = Compose { project: name.to_owned(), ..target.project.clone() };
        let model = compose.model(&project, Some(release)).await?;
        let shared = shared(&model, name);
        if !shared.is_empty() {
            return Err(ThrowAwayError::Shared(shared));
        }
        let apart = NamedTempFile::with_suffix(".yaml").map_err(ThrowAwayError::Write)?;
        std::fs::write(apart.path(), set_apart(&model, labels)).map_err(ThrowAwayError::Write)?;
        // The release's own files come after the shared ones, and what sets it apart after both.
        let own = project.release_files.remove(release).unwrap_or_default();
        project.files.extend(own);
        project.files.push(apart.path().to_owned());
        project.release_files.clear();
        let mut own = Settings::clone(settings);
        own.compose = Some(project.clone());
        // An address of the settings is the running project's.
        own.services.values_mut().for_each(|service| service.url = None);
        Ok(Self {
            // Files that demand the variable demand it of the removal too.
            compose: compose.clone().with_variable(variable, release),
            project,
            settings: Arc::new(own),
            variables: Arc::clone(&target.variables),
            _apart: apart,
        })
    }

    /// Brings it up at `release`, waits until it is healthy and looks at it.
    ///
    /// # Errors
    ///
    /// When it does not come up; what came up of it is still to be removed by [`ThrowAway::down`].
    pub async fn up(&self, release: &str) -> Result<Looked, ThrowAwayError> {
        let timeout = self.settings.deploy.startup_timeout;
        self.compose.up(&self.project, Some(release), timeout).await?;
        Ok(Looked::at(Arc::clone(&self.settings), Arc::clone(&self.variables)).await?)
    }

    /// Removes its containers, networks and volumes.
    ///
    /// # Errors
    ///
    /// When Compose does not.
    pub async fn down(self) -> Result<(), ComposeError> {
        self.compose.down(&self.project, true).await
    }
}

/// Names what a second project of these files would share with the first: what has a name of its own, and what is
/// the host's.
fn shared(model: &ComposeModel, project: &str) -> Vec<String> {
    let mut shared = Vec::new();
    let kinds = [("the volume", &model.volumes), ("the network", &model.networks)];
    for (kind, named) in kinds {
        for (key, raw) in named {
            let is_own = raw.get("name").and_then(Value::as_str)
                == Some(format!("{project}_{key}").as_str());
            let is_external = raw.get("external").is_some_and(|it| it != &Value::Bool(false));
            if !is_own || is_external {
                shared.push(format!("{kind} `{key}`"));
            }
        }
    }
    for (name, service) in &model.services {
        let text = |key: &str| service.raw.get(key).and_then(Value::as_str);
        if let Some(container) = text("container_name") {
            shared.push(format!("the container name `{container}`"));
        }
        if text("network_mode") == Some("host") {
            shared.push(format!("the host's network, of `{name}`"));
        }
        let mounts = service.raw.get("volumes").and_then(Value::as_array);
        for mount in mounts.into_iter().flatten() {
            let is = |key: &str, value: &Value| mount.get(key) == Some(value);
            if is("type", &Value::from("bind")) && !is("read_only", &Value::Bool(true)) {
                let source = mount.get("source").and_then(Value::as_str).unwrap_or_default();
                shared.push(format!("the folder {source}, which `{name}` may write to"));
            }
        }
    }
    shared
}

/// Writes a Compose file that publishes every port of a model at one that the engine chooses, and labels all that is
/// made.
fn set_apart(model: &ComposeModel, labels: &[(String, String)]) -> String {
    let labels: Map<String, Value> =
        labels.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    let labels = Value::from(labels);
    let mut text = "services:\n".to_owned();
    for (name, service) in &model.services {
        let _ = writeln!(text, "  {}:\n    labels: {labels}", Value::from(name.as_str()));
        let published = service.ports.iter().filter_map(|port| Some((port, port.target?)));
        let entries: Vec<String> = published
            .map(|(port, target)| {
                let host = port.host_ip.as_deref().unwrap_or("127.0.0.1");
                let protocol = if port.protocol.is_empty() { "tcp" } else { &port.protocol };
                format!(
                    "{{ target: {target}, host_ip: {}, protocol: {protocol} }}",
                    Value::from(host)
                )
            })
            .collect();
        // Of a service that publishes nothing there is nothing to replace.
        if !entries.is_empty() {
            let _ = writeln!(text, "    ports: !override");
            for entry in entries {
                let _ = writeln!(text, "      - {entry}");
            }
        }
    }
    for (kind, named) in [("networks", &model.networks), ("volumes", &model.volumes)] {
        if !named.is_empty() {
            let _ = writeln!(text, "{kind}:");
        }
        for name in named.keys() {
            let _ = writeln!(text, "  {}:\n    labels: {labels}", Value::from(name.as_str()));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(services: &Value, volumes: &Value) -> ComposeModel {
        ComposeModel::of(serde_json::json!({
            "name": "copy", "services": services, "volumes": volumes,
            "networks": {"default": {"name": "copy_default"}},
        }))
        .unwrap()
    }

    #[test]
    fn every_published_port_is_left_to_the_engine_and_all_that_is_made_is_labelled() {
        let services = serde_json::json!({
            "api": {"ports": [{"host_ip": "127.0.0.1", "target": 8000, "published": "18000", "protocol": "tcp"}]},
            "dns": {"ports": [{"target": 53, "published": "53", "protocol": "udp"}]},
            "worker": {},
        });
        let volumes = serde_json::json!({ "data": {"name": "copy_data"} });
        let labels = [("proofmark.owner".to_owned(), "1 2".to_owned())];
        insta::assert_snapshot!(set_apart(&model(&services, &volumes), &labels), @r#"
        services:
          "api":
            labels: {"proofmark.owner":"1 2"}
            ports: !override
              - { target: 8000, host_ip: "127.0.0.1", protocol: tcp }
          "dns":
            labels: {"proofmark.owner":"1 2"}
            ports: !override
              - { target: 53, host_ip: "127.0.0.1", protocol: udp }
          "worker":
            labels: {"proofmark.owner":"1 2"}
        networks:
          "default":
            labels: {"proofmark.owner":"1 2"}
        volumes:
          "data":
            labels: {"proofmark.owner":"1 2"}
        "#);
    }

    #[test]
    fn what_two_projects_would_share_is_named_and_what_is_their_own_is_not() {
        let services = serde_json::json!({
            "api": {"container_name": "api", "volumes": [
                {"type": "bind", "source": "/srv/data", "target": "/data"},
                {"type": "bind", "source": "/srv/conf", "target": "/conf", "read_only": true},
                {"type": "volume", "source": "own", "target": "/own"},
            ]},
            "agent": {"network_mode": "host"},
        });
        let volumes = serde_json::json!({
            "own": {"name": "copy_own"}, "fixed": {"name": "shop-data"},
            "old": {"name": "copy_old", "external": true},
        });
        assert_eq!(
            shared(&model(&services, &volumes), "copy"),
            [
                "the volume `fixed`",
                "the volume `old`",
                "the host's network, of `agent`",
                "the container name `api`",
                "the folder /srv/data, which `api` may write to",
            ]
        );
        let plain = serde_json::json!({"api": {}});
        assert!(shared(&model(&plain, &serde_json::json!({})), "copy").is_empty());
    }
}
