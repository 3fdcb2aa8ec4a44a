//! The `docker compose` command: the one resolver of Compose files, and what brings releases up.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use thiserror::Error;
use tokio::process::Command;

use super::plugin::{ON_BEHALF, compose_plugin};
use super::words::{said, taken_port};
use super::{ComposeModel, EngineError};
use crate::config::{Compose, Variables};

/// The oldest Compose that has everything that is asked of it.
const OLDEST: (u32, u32) = (2, 20);
/// How long resolving files may take.
pub(super) const RESOLVE: Duration = Duration::from_secs(60);

/// Says why Compose did not do what it was asked.
#[derive(Debug, Error)]
pub enum ComposeError {
    /// There is no `docker` command.
    #[error(
        "there is no `docker` command on the PATH; install Docker (on Debian: `apt-get install docker.io`)"
    )]
    NoDocker,
    /// `docker compose` is not there, perhaps the `docker-compose` of old is.
    #[error(
        "`docker compose` is not there{}; install the Compose plugin 2.20 or newer into ~/.docker/cli-plugins (in this repository: scripts/host.sh)",
        if *.only_v1 { ", and `docker-compose` 1 is not supported any more" } else { "" }
    )]
    NoPlugin {
        /// Whether the command of Compose 1 is there.
        only_v1: bool,
    },
    /// It is older than what is needed.
    #[error(
        "`docker compose` is {0}, and 2.20 or newer is needed; install a newer plugin into ~/.docker/cli-plugins"
    )]
    TooOld(String),
    /// The files are refused.
    #[error("Compose refuses the files of project `{project}`:\n{cause}")]
    Files {
        /// The project.
        project: String,
        /// Compose's own words.
        cause: String,
    },
    /// The files are refused although no value and no environment file is asked of them.
    #[error("Compose refuses {files}: {cause}\nhelp: {remedy}")]
    Written {
        /// The files, as seen from their folder.
        files: String,
        /// Compose's own words.
        cause: String,
        /// What can be done.
        remedy: String,
    },
    /// A host port is taken.
    #[error(
        "port {port} is taken by something else; stop it (`ss -ltnp 'sport = :{port}'` names it), or publish another port"
    )]
    PortTaken {
        /// The port.
        port: u16,
    },
    /// A change did not come about.
    #[error("`docker compose {what}` failed for project `{project}`:\n{cause}")]
    Failed {
        /// What was asked.
        what: String,
        /// The project.
        project: String,
        /// Compose's own last words.
        cause: String,
    },
    /// The engine could not be asked on the way.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// It did not end in time.
    #[error("`docker compose {what}` did not end within {limit:?}")]
    TimedOut {
        /// What was asked.
        what: String,
        /// How long it was given.
        limit: Duration,
    },
    /// It printed something that is not a Compose project.
    #[error("what `docker compose config` printed cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// The command could not be started.
    #[error("`docker compose` cannot be started: {0}")]
    Start(io::Error),
}

/// Is the `docker compose` command of this host.
#[derive(Debug, Clone)]
pub struct ComposeCli {
    docker: PathBuf,
    /// What answers in its place, where that is known.
    plugin: Option<PathBuf>,
    version: String,
    variables: Variables,
}

impl ComposeCli {
    /// Finds `docker compose` on the `PATH` of `variables`; its children get exactly those.
    ///
    /// # Errors
    ///
    /// When it is not there, is Compose 1, or is older than 2.20.
    pub async fn find(variables: &Variables) -> Result<Self, ComposeError> {
        let found = Self::unasked(variables)?;
        let version = found.ask_version().await?;
        Ok(found.of_version(version))
    }

    /// Finds the command alone: asking for its version takes as long as resolving small files, so
    /// that one who does both does them at once.
    pub(super) fn unasked(variables: &Variables) -> Result<Self, ComposeError> {
        let docker = on_path("docker", variables).ok_or(ComposeError::NoDocker)?;
        let plugin = compose_plugin(&docker, variables);
        Ok(Self { docker, plugin, version: String::new(), variables: variables.clone() })
    }

    /// Asks for the version, and refuses one that is too old.
    pub(super) async fn ask_version(&self) -> Result<String, ComposeError> {
        let arguments = ["compose", "version", "--short"];
        let output = self.output(self.command(&arguments), "version", RESOLVE).await?;
        if !output.status.success() {
            let only_v1 = on_path("docker-compose", &self.variables).is_some();
            return Err(ComposeError::NoPlugin { only_v1 });
        }
        let version = String::from_utf8_lossy(&output.stdout);
        let version = version.trim().trim_start_matches('v').to_owned();
        if is_too_old(&version) { Err(ComposeError::TooOld(version)) } else { Ok(version) }
    }

    pub(super) fn of_version(self, version: String) -> Self {
        Self { version, ..self }
    }

    /// Gives its version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Gives every child this variable too.
    pub(super) fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(super) fn variables(&self) -> &Variables {
        &self.variables
    }

    /// Resolves the files of a project, with the release variable set where a release is named.
    pub async fn model(
        &self,
        compose: &Compose,
        release: Option<&str>,
    ) -> Result<ComposeModel, ComposeError> {
        let mut command = self.on_files(compose, release);
        command.args(["config", "--format", "json"]);
        let output = self.output(command, "config", RESOLVE).await?;
        if !output.status.success() {
            let (project, cause) =
                (compose.project.clone(), said(&output.stderr, &self.variables, &compose.files));
            return Err(ComposeError::Files { project, cause });
        }
        Ok(ComposeModel::read(&String::from_utf8_lossy(&output.stdout))?)
    }

    /// Gives the hash that Compose would put on each service's containers.
    pub async fn hashes(
        &self,
        compose: &Compose,
        release: Option<&str>,
    ) -> Result<BTreeMap<String, String>, ComposeError> {
        let mut command = self.on_files(compose, release);
        command.args(["config", "--hash", "*"]);
        let output = self.output(command, "config", RESOLVE).await?;
        if !output.status.success() {
            let (project, cause) =
                (compose.project.clone(), said(&output.stderr, &self.variables, &compose.files));
            return Err(ComposeError::Files { project, cause });
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let pairs = text.lines().filter_map(|line| line.split_once(' '));
        Ok(pairs.map(|(service, hash)| (service.to_owned(), hash.trim().to_owned())).collect())
    }

    /// Brings the files' services up at a release and waits until they are healthy. Builds nothing
    /// and pulls nothing.
    pub async fn up(
        &self,
        compose: &Compose,
        release: Option<&str>,
        timeout: Duration,
    ) -> Result<(), ComposeError> {
        self.bring_up(self.on_files(compose, release), compose, timeout).await
    }

    /// Brings up what a saved resolved model says, whatever the files say by now.
    pub async fn up_model(
        &self,
        compose: &Compose,
        model_file: &Path,
        timeout: Duration,
    ) -> Result<(), ComposeError> {
        let folder = compose.files.first().and_then(|file| file.parent());
        let mut command = self.command(&["compose", "--project-name", &compose.project]);
        command.arg("--project-directory").arg(folder.unwrap_or(Path::new(".")));
        command.arg("--file").arg(model_file);
        self.bring_up(command, compose, timeout).await
    }

    /// Stops and removes the project's containers and networks, and its volumes where told.
    pub async fn down(&self, compose: &Compose, volumes: bool) -> Result<(), ComposeError> {
        let mut command = self.on_files(compose, None);
        command.args(["down", "--remove-orphans", "--timeout", "10"]);
        if volumes {
            command.arg("--volumes");
        }
        let output = self.output(command, "down", Duration::from_secs(120)).await?;
        self.succeeded(&output, "down", compose)
    }

    async fn bring_up(
        &self,
        mut command: Command,
        compose: &Compose,
        timeout: Duration,
    ) -> Result<(), ComposeError> {
        command.args(["up", "--detach", "--no-build", "--pull", "never", "--wait"]);
        command.arg("--wait-timeout").arg(timeout.as_secs().max(1).to_string());
        // Stopping the old containers takes its own time before the wait begins.
        let output = self.output(command, "up", timeout + Duration::from_secs(60)).await?;
        self.succeeded(&output, "up", compose)
    }

    fn on_files(&self, compose: &Compose, release: Option<&str>) -> Command {
        let mut command = self.command(&["compose", "--project-name", &compose.project]);
        for file in &compose.env_files {
            command.arg("--env-file").arg(file);
        }
        for file in compose.files_of(release) {
            command.arg("--file").arg(file);
        }
        if let (Some(variable), Some(release)) = (&compose.release_variable, release) {
            command.env(variable, release);
        }
        command
    }

    pub(super) fn command(&self, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(self.plugin.as_ref().unwrap_or(&self.docker));
        command.args(arguments).env_clear().envs(&self.variables).stdin(Stdio::null());
        command.env(ON_BEHALF, &self.docker);
        // In a group of its own, so that a Ctrl-C reaches it only through us.
        command.process_group(0).kill_on_drop(true);
        command
    }

    pub(super) async fn output(
        &self,
        mut command: Command,
        what: &str,
        limit: Duration,
    ) -> Result<Output, ComposeError> {
        match tokio::time::timeout(limit, command.output()).await {
            Ok(output) => output.map_err(ComposeError::Start),
            Err(_) => Err(ComposeError::TimedOut { what: what.to_owned(), limit }),
        }
    }

    fn succeeded(
        &self,
        output: &Output,
        what: &str,
        compose: &Compose,
    ) -> Result<(), ComposeError> {
        if output.status.success() {
            return Ok(());
        }
        let words = String::from_utf8_lossy(&output.stderr);
        Err(match taken_port(&words) {
            Some(port) => ComposeError::PortTaken { port },
            None => ComposeError::Failed {
                what: what.to_owned(),
                project: compose.project.clone(),
                cause: said(&output.stderr, &self.variables, &compose.files),
            },
        })
    }
}

fn on_path(program: &str, variables: &Variables) -> Option<PathBuf> {
    let folders = std::env::split_paths(variables.get("PATH")?);
    folders.map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn is_too_old(version: &str) -> bool {
    is_older(version, OLDEST)
}

/// Tells whether a version is older than this major and minor one; what is no version is.
pub(super) fn is_older(version: &str, than: (u32, u32)) -> bool {
    let mut numbers = version.split(['.', '-', '+']).map(|part| part.parse::<u32>().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) < than
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_before_2_20_are_too_old_and_what_is_no_version_too() {
        assert!(!is_too_old("2.20.0"));
        assert!(!is_too_old("2.26.1-4"));
        assert!(!is_too_old("5.0.1"));
        assert!(is_too_old("2.19.1"));
        assert!(is_too_old("1.29.2"));
        assert!(is_too_old(""));
    }
}
