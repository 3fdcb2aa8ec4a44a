//! What is going to be asked of a target, before it is asked.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Place;

/// Names one question that is put to a target, whatever room planned it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    /// Stable identity, `kind/service-or-suite/name`; the same from run to run.
    pub id: String,
    /// What a person reads in a report.
    pub name: String,
    /// Which capability planned it.
    pub kind: Kind,
    /// What a failure means for the verdict.
    pub severity: Severity,
    /// The Compose service or the suite it is about; groups the reports.
    pub group: String,
    /// Where it is written down, when a file says so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub place: Option<Place>,
    /// Words to select by.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub tags: Vec<String>,
}

impl Check {
    /// Gives a critical check whose identity is built from its kind, group and name.
    #[must_use]
    pub fn new(kind: Kind, group: impl Into<String>, name: impl Into<String>) -> Self {
        let (group, name) = (group.into(), name.into());
        Self {
            id: [kind.word(), &group, &name].join("/"),
            name,
            kind,
            severity: Severity::Critical,
            group,
            place: None,
            tags: Vec::new(),
        }
    }

    /// Says what a failure means, where it is not critical.
    #[must_use]
    pub fn with_severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Says where the check is written down.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Adds the words it can be selected by.
    #[must_use]
    pub fn tagged(mut self, tags: impl IntoIterator<Item = String>) -> Self {
        self.tags.extend(tags);
        self
    }
}

/// Tells which capability planned a check.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A condition for starting at all: engine, disk, images, a known running release.
    Preflight,
    /// The backup that a deployment takes before it changes anything.
    Backup,
    /// Whether the services of a release came up.
    Startup,
    /// One fact of the baseline held against the target.
    Drift,
    /// A probe of a running service.
    Health,
    /// A security control.
    Security,
    /// A case that needs one service alone.
    Unit,
    /// A case over services together.
    Integration,
    /// A case that follows a whole workflow.
    E2e,
    /// A threshold under load.
    Load,
    /// A waiver that is not needed.
    Waiver,
}

impl Kind {
    /// Every kind, in the order in which reports show them.
    pub const ALL: [Self; 11] = [
        Self::Preflight,
        Self::Backup,
        Self::Startup,
        Self::Drift,
        Self::Health,
        Self::Security,
        Self::Unit,
        Self::Integration,
        Self::E2e,
        Self::Load,
        Self::Waiver,
    ];

    /// The word for it in files, reports and on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Preflight => "preflight",
            Self::Backup => "backup",
            Self::Startup => "startup",
            Self::Drift => "drift",
            Self::Health => "health",
            Self::Security => "security",
            Self::Unit => "unit",
            Self::Integration => "integration",
            Self::E2e => "e2e",
            Self::Load => "load",
            Self::Waiver => "waiver",
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.word())
    }
}

/// Says what a failed check means: the specification's alert levels.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A failure fails the verdict.
    Critical,
    /// A failure is shown and counted; it fails the verdict only where the environment says so.
    Warning,
    /// Recorded.
    Info,
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Critical => "critical",
            Self::Warning => "warning",
            Self::Info => "info",
        })
    }
}
