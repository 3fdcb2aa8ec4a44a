//! What a load is held to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Is one limit that a load is held to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LoadLimit {
    /// What is limited.
    pub of: Limited,
    /// The request or the service that it holds for; none where it holds for each.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// The most that it may be, or the least of a throughput, in the unit of what is limited.
    pub value: f64,
}

/// Tells what a limit of a load is about, and so its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Limited {
    /// The median of the response times, in milliseconds.
    P50,
    /// What 90 % of them do not exceed.
    P90,
    /// What 95 % of them do not exceed.
    P95,
    /// What 99 % of them do not exceed.
    P99,
    /// What 99.9 % of them do not exceed.
    P999,
    /// The longest of them.
    Max,
    /// Their mean.
    Mean,
    /// Correct responses a second.
    Throughput,
    /// Requests without a correct response, in percent.
    Errors,
    /// Mean processor time, in percent of what a service may use.
    Cpu,
    /// The most memory, in percent of a service's limit.
    Memory,
}

impl Limited {
    /// The word for it in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::P50 => "p50",
            Self::P90 => "p90",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::P999 => "p99.9",
            Self::Max => "max",
            Self::Mean => "mean",
            Self::Throughput => "throughput",
            Self::Errors => "errors",
            Self::Cpu => "cpu",
            Self::Memory => "memory",
        }
    }
}
