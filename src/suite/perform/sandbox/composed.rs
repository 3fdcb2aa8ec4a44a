//! What the Compose file says about a container that is started without Compose.

use std::collections::BTreeMap;

use bollard::models::{HostConfig, Mount, MountType};
use serde::Deserialize;
use serde_json::Value;
use testcontainers::core::Healthcheck;

use crate::engine::ComposeModel;
use crate::model::parse_duration;

/// The folder of secrets that name no other place.
const SECRETS: &str = "/run/secrets";

/// Is the part of a service's definition that makes its container work as in the stack. Its limits, its
/// networks and the ports that it publishes are the stack's.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Definition {
    environment: BTreeMap<String, Option<String>>,
    entrypoint: Option<Vec<String>>,
    command: Option<Vec<String>>,
    user: Option<String>,
    working_dir: Option<String>,
    healthcheck: Option<Health>,
    init: Option<bool>,
    read_only: bool,
    cap_add: Vec<String>,
    cap_drop: Vec<String>,
    security_opt: Vec<String>,
    tmpfs: Vec<String>,
    secrets: Vec<Handed>,
    configs: Vec<Handed>,
    volumes: Vec<Volume>,
}

/// Is a secret or a config that is handed to a service.
#[derive(Debug, Deserialize)]
struct Handed {
    source: String,
    target: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Volume {
    #[serde(rename = "type")]
    kind: String,
    source: Option<String>,
    target: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Health {
    disable: bool,
    test: Vec<String>,
    interval: Option<String>,
    timeout: Option<String>,
    start_period: Option<String>,
    retries: Option<u32>,
}

/// Says how a container is started.
#[derive(Debug, Default)]
pub(super) struct Composed {
    pub environment: Vec<(String, String)>,
    /// The program, where it is not the image's own.
    pub entrypoint: Option<String>,
    /// Its arguments.
    pub command: Vec<String>,
    pub user: Option<String>,
    pub working_dir: Option<String>,
    pub healthcheck: Option<Healthcheck>,
    host: HostConfig,
}

impl Composed {
    /// Reads what the Compose files say of a service.
    ///
    /// Volumes are new and empty, and what the files mount from the host cannot be written to.
    ///
    /// # Errors
    ///
    /// Why a container cannot be started that way.
    pub(super) fn of(model: &ComposeModel, service: &str) -> Result<Self, String> {
        let raw = model.services.get(service).map_or(&Value::Null, |service| &service.raw);
        let definition = Definition::deserialize(raw).map_err(|cause| {
            format!("what the Compose files say of `{service}` is not understood: {cause}")
        })?;
        let Definition { entrypoint, command, environment, user, working_dir, .. } = &definition;
        let mut words = entrypoint.iter().flatten().cloned();
        let program = words.next();
        let arguments = command.iter().flatten().cloned();
        let given = |(name, value): (&String, &Option<String>)| {
            Some((name.clone(), value.as_ref()?.clone()))
        };
        Ok(Self {
            environment: environment.iter().filter_map(given).collect(),
            entrypoint: program,
            command: words.chain(arguments).collect(),
            user: user.clone(),
            working_dir: working_dir.clone(),
            healthcheck: definition.healthcheck.as_ref().map(Health::read).transpose()?.flatten(),
            host: HostConfig {
                init: definition.init,
                readonly_rootfs: Some(definition.read_only),
                cap_add: Some(definition.cap_add.clone()),
                cap_drop: Some(definition.cap_drop.clone()),
                security_opt: Some(definition.security_opt.clone()),
                tmpfs: Some(definition.tmpfs.iter().map(|mount| tmpfs(mount)).collect()),
                mounts: Some(definition.mounts(model)?),
                ..HostConfig::default()
            },
        })
    }

    /// Asks for the same of the engine.
    pub(super) fn apply(&self, host: &mut HostConfig) {
        let HostConfig { init, readonly_rootfs, cap_add, cap_drop, security_opt, .. } =
            self.host.clone();
        host.init = init;
        host.readonly_rootfs = readonly_rootfs;
        host.cap_add = cap_add;
        host.cap_drop = cap_drop;
        host.security_opt = security_opt;
        host.tmpfs.clone_from(&self.host.tmpfs);
        host.mounts.clone_from(&self.host.mounts);
    }
}

/// Splits `/tmp:size=1m` as the engine takes it.
fn tmpfs(mount: &str) -> (String, String) {
    let (path, options) = mount.split_once(':').unwrap_or((mount, ""));
    (path.to_owned(), options.to_owned())
}

impl Definition {
    fn mounts(&self, model: &ComposeModel) -> Result<Vec<Mount>, String> {
        let secrets = self.secrets.iter().map(|handed| handed.mount(model, "secret"));
        let configs = self.configs.iter().map(|handed| handed.mount(model, "config"));
        let volumes = self.volumes.iter().map(|volume| Ok(volume.mount()));
        secrets.chain(configs).chain(volumes).collect()
    }
}

impl Handed {
    fn mount(&self, model: &ComposeModel, what: &str) -> Result<Mount, String> {
        let Self { source, target } = self;
        let file = model.raw.pointer(&format!("/{what}s/{source}/file")).and_then(Value::as_str);
        let file = file.ok_or_else(|| {
            format!("the {what} `{source}` comes from no file; give it one in the Compose files")
        })?;
        let target = match (target, what) {
            (Some(target), _) if target.starts_with('/') => target.clone(),
            (target, "secret") => format!("{SECRETS}/{}", target.as_ref().unwrap_or(source)),
            (target, _) => format!("/{}", target.as_ref().unwrap_or(source)),
        };
        Ok(read_only(file, target))
    }
}

impl Volume {
    fn mount(&self) -> Mount {
        match (self.kind.as_str(), &self.source) {
            ("bind", Some(source)) => read_only(source, self.target.clone()),
            ("tmpfs", _) => Mount {
                target: Some(self.target.clone()),
                typ: Some(MountType::TMPFS),
                ..Mount::default()
            },
            // Without a source, a volume is the container's own and goes with it.
            _ => Mount {
                target: Some(self.target.clone()),
                typ: Some(MountType::VOLUME),
                ..Mount::default()
            },
        }
    }
}

fn read_only(source: &str, target: String) -> Mount {
    Mount {
        source: Some(source.to_owned()),
        target: Some(target),
        typ: Some(MountType::BIND),
        read_only: Some(true),
        ..Mount::default()
    }
}

impl Health {
    /// Gives the health check in place of the image's own; none where it only changes times of that.
    fn read(&self) -> Result<Option<Healthcheck>, String> {
        let check = match &self.test[..] {
            _ if self.disable => return Ok(Some(Healthcheck::none())),
            [] => return Ok(None),
            [kind, ..] if kind == "NONE" => return Ok(Some(Healthcheck::none())),
            [kind, command] if kind == "CMD-SHELL" => Healthcheck::cmd_shell(command.clone()),
            [_, words @ ..] => Healthcheck::cmd(words),
        };
        let time = |time: &Option<String>| {
            let time = time.as_deref().map(parse_duration).transpose();
            time.map_err(|cause| format!("a time of the health check is not understood: {cause}"))
        };
        Ok(Some(
            check
                .with_interval(time(&self.interval)?)
                .with_timeout(time(&self.timeout)?)
                .with_start_period(time(&self.start_period)?)
                .with_retries(self.retries),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: &str = r#"{
        "name": "shop",
        "secrets": {"db_password": {"file": "/srv/secrets/db"}, "key": {"environment": "KEY"}},
        "services": {
            "db": {
                "environment": {"A": "1", "B": null}, "user": "10002", "read_only": true,
                "entrypoint": ["/run", "-v"], "command": ["serve"],
                "tmpfs": ["/tmp", "/run/db:uid=1,mode=0755"],
                "secrets": [{"source": "db_password"}],
                "volumes": [
                    {"type": "volume", "source": "data", "target": "/data"},
                    {"type": "bind", "source": "/srv/conf", "target": "/conf"}
                ],
                "healthcheck": {"test": ["CMD", "ready"], "interval": "1s", "start_period": "1m30s"}
            },
            "storage": {"secrets": [{"source": "key"}]}
        }
    }"#;

    #[test]
    fn a_container_gets_what_makes_it_work_and_nothing_of_the_stacks_own() {
        let model = ComposeModel::read(MODEL).unwrap();
        let composed = Composed::of(&model, "db").unwrap();
        assert_eq!(composed.environment, [("A".to_owned(), "1".to_owned())]);
        assert_eq!(composed.entrypoint.as_deref(), Some("/run"));
        assert_eq!(composed.command, ["-v", "serve"]);
        let mut host = HostConfig::default();
        composed.apply(&mut host);
        assert_eq!(host.readonly_rootfs, Some(true));
        assert_eq!(host.tmpfs.unwrap()["/run/db"], "uid=1,mode=0755");
        let mounts: Vec<_> =
            host.mounts.iter().flatten().map(|m| (m.source.as_deref(), m.read_only)).collect();
        assert_eq!(
            mounts,
            [(Some("/srv/secrets/db"), Some(true)), (None, None), (Some("/srv/conf"), Some(true))],
            "the stack's own volume stays the stack's"
        );
        let health = composed.healthcheck.unwrap();
        assert_eq!(health.test(), ["CMD", "ready"]);
        assert_eq!(health.start_period(), Some(std::time::Duration::from_secs(90)));
    }

    #[test]
    fn a_secret_that_no_file_holds_is_named() {
        let model = ComposeModel::read(MODEL).unwrap();
        let cause = Composed::of(&model, "storage").unwrap_err();
        assert!(cause.contains("the secret `key` comes from no file"), "{cause}");
    }
}
