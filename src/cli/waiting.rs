//! All that waits for a person: services of the baseline, and answers of steps.

use serde::Serialize;

use super::error::CommandError;
use crate::baseline::{self, Folder, PendingReview};
use crate::config::Settings;
use crate::report::plural;
use crate::suite::{PendingSnapshot, pending_snapshots};

/// Is one thing that waits for a person.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Waiting {
    /// A service of the baseline.
    Service(PendingReview),
    /// An answer of a step.
    Snapshot(PendingSnapshot),
}

impl Waiting {
    /// Lists what waits: the baseline first, then the answers of steps.
    pub fn all(settings: &Settings) -> Result<Vec<Self>, CommandError> {
        let services = baseline::pending(&Folder::of(settings))?.into_iter().map(Self::Service);
        let snapshots = pending_snapshots(settings)?.into_iter().map(Self::Snapshot);
        Ok(services.chain(snapshots).collect())
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Service(review) => &review.service,
            Self::Snapshot(snapshot) => &snapshot.snapshot,
        }
    }

    /// Tells whether it can be taken back here, and not only by version control.
    pub const fn is_pending(&self) -> bool {
        match self {
            Self::Service(review) => review.awaiting.is_pending(),
            Self::Snapshot(_) => true,
        }
    }

    /// Gives a service that can be answered fact by fact.
    pub fn by_fact(&self) -> Option<&PendingReview> {
        match self {
            Self::Service(review) if !review.whole => Some(review),
            _ => None,
        }
    }

    /// Says of several what goes on waiting: `3 changes wait in api, e2e/orders__placed`.
    pub fn summary(all: &[Self]) -> String {
        let changes: usize = all
            .iter()
            .map(|waiting| match waiting {
                Self::Service(review) => review.changes.len(),
                Self::Snapshot(_) => 1,
            })
            .sum();
        let names: Vec<&str> = all.iter().map(Self::name).collect();
        let wait = if changes == 1 { "waits" } else { "wait" };
        format!("{} {wait} in {}", plural(changes, "change"), names.join(", "))
    }
}
