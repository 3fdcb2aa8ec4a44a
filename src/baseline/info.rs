//! Where a snapshot was recorded, how far it came, and who answers for it.

use serde::{Deserialize, Serialize};

/// Says how far a snapshot came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Recorded, and nobody answers for it yet.
    #[default]
    Draft,
    /// A person answers for it.
    Approved,
}

/// Says what a body was recorded from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Recorded {
    /// What runs, and the Compose files beside it.
    #[default]
    Running,
    /// The Compose files alone.
    Files,
}

impl Recorded {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_usual(&self) -> bool {
        *self == Self::Running
    }
}

/// Tells where a body was recorded and who answers for it; insta's `info`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Info {
    /// How far it came.
    pub status: Status,
    /// The environment in which it was recorded.
    pub environment: String,
    /// The Compose project in which it was recorded.
    pub project: String,
    /// The release that was running, where there are releases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// What it was recorded from.
    #[serde(default, skip_serializing_if = "Recorded::is_usual")]
    pub recorded: Recorded,
    /// The variables without a value, which stand as `${NAME}` in the body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unset: Vec<String>,
    /// The patterns of the facts that could not be observed: only an image or an engine tells.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_observed: Vec<String>,
    /// Who approved it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// When, RFC 3339 in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_at: Option<String>,
    /// The digest of the body that was approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The approval that this one took the place of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<Superseded>,
}

impl Info {
    /// Gives the approval that the file carries, for the header of what takes its place.
    #[must_use]
    pub fn approval(&self) -> Option<Superseded> {
        Some(Superseded {
            approved_by: self.approved_by.clone()?,
            approved_at: self.approved_at.clone(),
            digest: self.digest.clone()?,
        })
    }
}

/// Names a body that was approved once; version control has its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Superseded {
    /// Who approved it.
    pub approved_by: String,
    /// When, RFC 3339 in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_at: Option<String>,
    /// Its digest.
    pub digest: String,
}

/// Says who answers for a snapshot, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// A name that others can find.
    pub by: String,
    /// RFC 3339 in UTC.
    pub at: String,
}
