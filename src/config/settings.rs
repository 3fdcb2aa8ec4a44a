//! The effective settings of one environment.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::{Profiles, Source};
use crate::model::{Millis, Percent, Place, Policy, Protocol, Rate, S3Signer, Span, seen_from};

/// Holds every effective setting of one environment, and where each came from.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The project's name, in reports and the store.
    pub project: String,
    /// The environment's name.
    pub environment: String,
    /// Every environment that the settings file has.
    pub environments: Vec<String>,
    /// The settings file's text, to refuse what only a baseline shows to be wrong.
    pub source: Source,
    /// The settings file itself.
    pub file: PathBuf,
    /// The folder of the settings file; every path below is relative to it or absolute.
    pub root: PathBuf,
    /// How the target is reached.
    pub access: Access,
    /// The Compose project, where the target is one.
    pub compose: Option<Compose>,
    /// The services that checks talk to, by Compose name.
    pub services: BTreeMap<String, Service>,
    /// The folder of the suites.
    pub suites: PathBuf,
    /// The folder of the fixtures that suites name; there need not be one.
    pub fixtures: PathBuf,
    /// The folder of the accepted baseline.
    pub baselines: PathBuf,
    /// The file of accepted failures; there need not be one.
    pub waivers: PathBuf,
    /// What suites may do beyond asking the target.
    pub allow: Allow,
    /// What a baseline may hold.
    pub baseline: Baseline,
    /// What pages are opened with.
    pub browser: Browser,
    /// What it is expected to show in place of what was recorded, by service.
    pub expect: BTreeMap<String, ExpectedService>,
    /// The folder of history, locks, backups and reports.
    pub state: PathBuf,
    /// How much security is validated.
    pub security: SecurityLevel,
    /// How runs are performed, by name.
    pub profiles: Profiles,
    /// How many cases of each group may run at once.
    pub groups: BTreeMap<String, NonZeroUsize>,
    /// The limits that always hold.
    pub thresholds: Thresholds,
    /// How often a running target is looked at.
    pub monitoring: Monitoring,
    /// What counts against a release.
    pub policy: Policy,
    /// How a release is put in place.
    pub deploy: Deploy,
    /// When a release is taken back.
    pub rollback: Rollback,
    /// What each severity sets off.
    pub alerts: Alerts,
    /// How long each kind of report is kept.
    pub retention: Retention,
    /// Every value with the place it came from, sorted by path.
    pub origins: Vec<Origin>,
}

impl Settings {
    /// Gives a file of the project the name by which a person knows it.
    #[must_use]
    pub fn name_of(&self, file: &Path) -> String {
        seen_from(&self.root, file)
    }

    /// Tells whether the project gives a setting a value itself.
    #[must_use]
    pub fn says(&self, path: &str) -> bool {
        let own = self.file.file_name().map(|name| name.to_string_lossy());
        let from_own = |origin: &Origin| Some(&*origin.place.file) == own.as_deref();
        self.origins.iter().any(|origin| origin.path == path && from_own(origin))
    }
}

/// Says what suites may do beyond asking the target: nothing, where a project does not say so.
#[derive(Debug, Clone, Default)]
pub struct Allow {
    /// The programs that suites may start on this host, each as a suite writes it.
    pub run: Vec<String>,
}

/// Says what a baseline may hold beyond what is always safe.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    /// The environment variables whose values are recorded, not only their names; `*` stands for any
    /// characters.
    pub safe_environment: Vec<String>,
}

/// Says what pages are opened with.
#[derive(Debug, Clone)]
pub struct Browser {
    /// The WebDriver program, by its name on `PATH` or by its path.
    pub driver: PathBuf,
}

/// Says how much of a target can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Its Docker engine and its Compose files, and through them everything.
    Engine,
    /// Only what answers at the services' URLs.
    Http,
}

/// Says which Compose project an environment is.
#[derive(Debug, Clone)]
pub struct Compose {
    /// The Compose files, in the order in which they are merged.
    pub files: Vec<PathBuf>,
    /// The files that give variables their values, later ones before earlier ones, as `docker compose --env-file` takes
    /// them; without any, Compose reads `.env` in the folder of the first Compose file.
    pub env_files: Vec<PathBuf>,
    /// The project's name, as `docker compose -p` takes it.
    pub project: String,
    /// The variable in the Compose files that selects the release.
    pub release_variable: Option<String>,
    /// Further Compose files that a release brings with it, by release.
    pub release_files: BTreeMap<String, Vec<PathBuf>>,
}

impl Compose {
    /// Gives the Compose files of `release`, its own after the shared ones.
    pub fn files_of<'a>(&'a self, release: Option<&str>) -> impl Iterator<Item = &'a PathBuf> {
        let own = release.and_then(|release| self.release_files.get(release));
        self.files.iter().chain(own.into_iter().flatten())
    }
}

/// Says what one service is expected to show in this environment.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedService {
    /// Where it is written.
    pub at: Span,
    /// The facts that are meant; none where the service is not to be there.
    pub facts: Option<BTreeMap<String, ExpectedFact>>,
}

/// Says what one fact is expected to be.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedFact {
    /// Where its path is written.
    pub key: Span,
    /// Where its value is written.
    pub at: Span,
    /// The value; none where the fact is not to be there.
    pub value: Option<Value>,
}

/// Says how one service is talked to.
#[derive(Debug, Clone)]
pub struct Service {
    /// What it speaks.
    pub protocol: Protocol,
    /// The port inside its container.
    pub port: u16,
    /// Where it answers; without it, where Compose publishes the port.
    pub url: Option<String>,
    /// The path of its health endpoint.
    pub health: Option<String>,
    /// The database user, or the access key of S3.
    pub user: Option<String>,
    /// The region of S3.
    pub region: Option<String>,
    /// The database.
    pub database: Option<String>,
    /// The variable of the process environment that holds the password.
    pub password_variable: Option<String>,
    /// The file that holds the password where the variable is not set.
    pub password_file: Option<PathBuf>,
}

impl Service {
    /// Says who asks it, where it speaks S3.
    #[must_use]
    pub fn signer(&self) -> Option<S3Signer> {
        let region = || self.region.clone().unwrap_or_else(|| "us-east-1".to_owned());
        (self.protocol == Protocol::S3)
            .then(|| S3Signer { access_key: self.user.clone(), region: region() })
    }
}

/// Says how much security is validated: the specification's levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SecurityLevel {
    /// Authentication and authorization, and nothing that hands over the host.
    Basic,
    /// Every control.
    Full,
    /// Every control, and a warning counts as a failure.
    Maximum,
}

/// Holds the limits that always hold.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Thresholds {
    /// The longest a response may take.
    pub response_time: Millis,
    /// The fewest correct responses per second.
    pub throughput: Rate,
    /// The most CPU, as a share of the container's limit.
    pub cpu: Percent,
    /// The most memory, as a share of the container's limit.
    pub memory: Percent,
    /// The most of the engine's disk.
    pub disk: Percent,
}

/// Says how often a running target is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Monitoring {
    /// Between two rounds of health probes.
    pub health_interval: Duration,
    /// Between two readings of metrics.
    pub metrics_interval: Duration,
}

/// Says how a release is put in place.
#[derive(Debug, Clone, Copy)]
pub struct Deploy {
    /// The order of stopping and starting.
    pub strategy: Strategy,
    /// How long services may take to become healthy.
    pub startup_timeout: Duration,
}

/// Names the order in which old containers stop and new ones start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// Each changed container is replaced in place.
    Recreate,
}

/// Says when a release is taken back.
#[derive(Debug, Clone, Copy)]
pub struct Rollback {
    /// Whether it happens without a person.
    pub automatic: bool,
    /// How many health probes in a row have to fail.
    pub consecutive_failures: u32,
    /// Between two of those probes.
    pub probe_interval: Duration,
}

/// Says what each severity sets off.
#[derive(Debug, Clone)]
pub struct Alerts {
    /// For [`crate::model::Severity::Critical`].
    pub critical: Vec<AlertAction>,
    /// For [`crate::model::Severity::Warning`].
    pub warning: Vec<AlertAction>,
    /// For [`crate::model::Severity::Info`].
    pub info: Vec<AlertAction>,
}

/// Names what an alert does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertAction {
    /// Writes it down.
    Log,
    /// Shows it.
    Console,
    /// Asks whether to roll back.
    RollbackCheck,
}

/// Says how long each kind of report is kept.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    /// Reports of deployments.
    pub deployment: Duration,
    /// Reports of health probes.
    pub health: Duration,
    /// Reports of load.
    pub performance: Duration,
    /// Reports of suites, drift and security.
    pub validation: Duration,
    /// Reports of rollbacks.
    pub rollback: Duration,
}

/// Tells where an effective value came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// The setting, such as `thresholds.cpu`.
    pub path: String,
    /// Its effective value, as written after interpolation.
    pub value: String,
    /// The file, line and column that it came from.
    pub place: Place,
}
