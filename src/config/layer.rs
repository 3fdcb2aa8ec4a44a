//! `proofmark.yaml` as it is written: every key may be absent, every scalar keeps its place.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Node, Text};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct File {
    pub project: Option<Text>,
    pub base: Layer,
    pub environments: BTreeMap<String, Layer>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Layer {
    pub extends: Option<Text>,
    pub access: Option<Text>,
    pub suites: Option<Text>,
    pub fixtures: Option<Text>,
    pub baselines: Option<Text>,
    pub waivers: Option<Text>,
    pub state: Option<Text>,
    pub allow: AllowLayer,
    pub baseline: BaselineLayer,
    pub browser: BrowserLayer,
    pub security: Option<Text>,
    pub expect: Option<Node>,
    pub compose: ComposeLayer,
    pub services: BTreeMap<String, ServiceLayer>,
    pub profiles: BTreeMap<String, ProfileLayer>,
    pub groups: BTreeMap<String, GroupLayer>,
    pub thresholds: ThresholdsLayer,
    pub monitoring: MonitoringLayer,
    pub gate: GateLayer,
    pub deploy: DeployLayer,
    pub rollback: RollbackLayer,
    pub alerts: AlertsLayer,
    pub retention: RetentionLayer,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AllowLayer {
    pub run: Option<Vec<Text>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct BaselineLayer {
    pub safe_environment: Option<Vec<Text>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct BrowserLayer {
    pub driver: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ComposeLayer {
    pub files: Option<Vec<Text>>,
    pub env_files: Option<Vec<Text>>,
    pub project: Option<Text>,
    pub release_variable: Option<Text>,
    pub release_files: BTreeMap<String, Vec<Text>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ServiceLayer {
    pub protocol: Option<Text>,
    pub port: Option<Text>,
    pub url: Option<Text>,
    pub health: Option<Text>,
    pub user: Option<Text>,
    pub database: Option<Text>,
    pub region: Option<Text>,
    pub password_variable: Option<Text>,
    pub password_file: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ProfileLayer {
    pub retries: Option<Text>,
    pub flaky_result: Option<Text>,
    pub slow_after: Option<Text>,
    pub timeout: Option<Text>,
    pub jobs: Option<Text>,
    pub fail_fast: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupLayer {
    pub at_most: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ThresholdsLayer {
    pub response_time: Option<Text>,
    pub throughput: Option<Text>,
    pub cpu: Option<Text>,
    pub memory: Option<Text>,
    pub disk: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct MonitoringLayer {
    pub health_interval: Option<Text>,
    pub metrics_interval: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct GateLayer {
    pub warnings: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct DeployLayer {
    pub strategy: Option<Text>,
    pub startup_timeout: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RollbackLayer {
    pub automatic: Option<Text>,
    pub consecutive_failures: Option<Text>,
    pub probe_interval: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AlertsLayer {
    pub critical: Option<Vec<Text>>,
    pub warning: Option<Vec<Text>>,
    pub info: Option<Vec<Text>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RetentionLayer {
    pub deployment: Option<Text>,
    pub health: Option<Text>,
    pub performance: Option<Text>,
    pub validation: Option<Text>,
    pub rollback: Option<Text>,
}
