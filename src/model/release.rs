//! Releases, and what happened when one was deployed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Names the part of a deployment in which something is validated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Before anything changes: environment and dependencies.
    PreDeployment,
    /// While it changes: service start-up and configuration.
    Deployment,
    /// After it changed: health, suites and performance.
    PostDeployment,
}

impl Phase {
    /// The word for it in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::PreDeployment => "pre-deployment",
            Self::Deployment => "deployment",
            Self::PostDeployment => "post-deployment",
        }
    }
}

/// Names what can be deployed and gone back to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// The value of the release variable, an image tag in most projects.
    pub name: String,
    /// Image identity of each service at the time, so that a moved tag is noticed.
    pub images: std::collections::BTreeMap<String, String>,
}

/// Says what set a rollback off: the specification's triggers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// The application's health failed five times in a row.
    Health,
    /// A service did not start.
    StartFailure,
    /// A performance threshold was exceeded.
    Performance,
    /// A security check failed.
    Security,
    /// A suite or a fact of the baseline does not hold on the new release.
    Validation,
    /// A person asked for it.
    Manual,
}

impl Trigger {
    /// The words for it in reports.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Health => "health check failures",
            Self::StartFailure => "service startup failure",
            Self::Performance => "performance degradation",
            Self::Security => "security violation",
            Self::Validation => "validation failure",
            Self::Manual => "manual request",
        }
    }
}

/// Tells how far a deployment came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeploymentState {
    /// Checking whether it may begin.
    Preparing,
    /// Backing up.
    BackingUp,
    /// Changing the services.
    Changing,
    /// Holding the new release against the gate.
    Verifying,
    /// The new release stays.
    Promoted,
    /// The new release runs and is not promoted: a person decides whether it stays. Unlike `Held`, the
    /// target was changed.
    Awaiting,
    /// Nothing was changed: a check before the change said no.
    Held,
    /// Bringing the old release back.
    RollingBack,
    /// The old release is back and verified.
    RolledBack,
    /// The old release could not be verified: a person is needed.
    RollbackFailed,
}

impl DeploymentState {
    /// The machine-readable word, as in JSON and the store.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::BackingUp => "backing_up",
            Self::Changing => "changing",
            Self::Verifying => "verifying",
            Self::Promoted => "promoted",
            Self::Awaiting => "awaiting",
            Self::Held => "held",
            Self::RollingBack => "rolling_back",
            Self::RolledBack => "rolled_back",
            Self::RollbackFailed => "rollback_failed",
        }
    }

    /// Whether nothing more will happen by itself.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Promoted | Self::Awaiting | Self::Held | Self::RolledBack | Self::RollbackFailed
        )
    }
}

/// Records one deployment, from its beginning to where it came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deployment {
    /// Identity in the store; zero before it was stored.
    pub id: i64,
    /// The environment that was changed.
    pub environment: String,
    /// The release that was running before; none on an empty target.
    pub from: Option<String>,
    /// The release that was asked for.
    pub to: String,
    /// How far it came.
    pub state: DeploymentState,
    /// What set the rollback off, if there was one.
    pub trigger: Option<Trigger>,
    /// Why it ended where it did, for a person.
    pub because: Vec<String>,
    /// Where the backup lies, once it was read back and verified.
    pub backup: Option<String>,
    /// When it began, RFC 3339 in UTC.
    pub started: String,
    /// When it ended, RFC 3339 in UTC.
    pub ended: Option<String>,
}
