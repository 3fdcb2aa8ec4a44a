//! What ran beside a load.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Is what one service used at one moment, all its containers together; none of what could not be read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ResourceReading {
    /// When, in milliseconds after the first request.
    pub at_ms: f64,
    /// The processor time since the reading before, in percent of what the service may use.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cpu: Option<f64>,
    /// The memory in bytes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub memory: Option<u64>,
    /// The memory in percent of its limit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub memory_share: Option<f64>,
    /// Bytes read from disks since the container started.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub disk_read: Option<u64>,
    /// Bytes written to disks since the container started.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub disk_written: Option<u64>,
    /// Bytes received from networks since the container started.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub received: Option<u64>,
    /// Bytes sent to networks since the container started.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sent: Option<u64>,
    /// How many of its containers run.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub running: Option<u64>,
    /// How often the engine started its containers again.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub restarts: Option<u64>,
    /// How often the kernel ended a process of it for want of memory.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub oom_kills: Option<u64>,
    /// The connections that a database serves.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub connections: Option<u64>,
    /// The memory that a cache says it uses, in bytes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cache_memory: Option<u64>,
}
