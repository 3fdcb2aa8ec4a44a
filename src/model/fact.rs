//! What a baseline records: one path and value at a time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Says where a fact is meant to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FactClass {
    /// On every target: image, command, health endpoint, user, capabilities.
    Portable,
    /// Only where it was recorded: host ports and paths, timings.
    Local,
}

/// Holds one recorded value and where it is meant to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Where it is meant to hold.
    pub class: FactClass,
    /// The value; a list has a fixed order.
    pub value: Value,
}

/// Maps each path, such as `healthcheck.test`, to its fact; sorted, so that it is written the same
/// each time.
pub type Facts = BTreeMap<String, Fact>;

/// Holds what was recorded about one service, or about the project's networks and volumes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The service's name, or [`Snapshot::PROJECT`].
    pub name: String,
    /// What was recorded.
    pub facts: Facts,
}

impl Snapshot {
    /// Names the snapshot of what belongs to no single service.
    ///
    /// A service that has this name of its own is refused when it is recorded.
    pub const PROJECT: &'static str = "_project";
}
