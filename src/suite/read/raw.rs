//! Suite files as they are written: every key that there is, each value with its place.

use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::config::{Entries, Node, Text};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFile {
    pub suite: Text,
    pub level: Text,
    #[serde(default)]
    pub tags: Vec<Text>,
    pub targets: Option<Spanned<Vec<Text>>>,
    #[serde(default)]
    pub secrets: Vec<Node>,
    #[serde(default)]
    pub vars: Entries,
    pub fixtures: Option<Spanned<Vec<Text>>>,
    pub timeout: Option<Text>,
    pub serial: Option<Node>,
    pub group: Option<Text>,
    pub tls: Option<Node>,
    pub service: Option<Text>,
    pub needs: Option<Spanned<Vec<Text>>>,
    pub environment: Option<Spanned<Entries>>,
    pub ready: Option<Text>,
    pub cases: Option<Spanned<Vec<Spanned<RawCase>>>>,
    pub load: Option<Spanned<Vec<Spanned<RawLoadCase>>>>,
    pub command: Option<Spanned<Vec<Text>>>,
    pub report: Option<Spanned<RawReport>>,
    pub env: Option<Spanned<Entries>>,
    pub workdir: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawReport {
    pub junit: Option<Text>,
    pub tap: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCase {
    pub name: Text,
    #[serde(default)]
    pub tags: Vec<Text>,
    #[serde(default)]
    pub fixtures: Vec<Text>,
    pub timeout: Option<Text>,
    pub serial: Option<Node>,
    pub group: Option<Text>,
    pub each: Option<Spanned<Vec<Spanned<Entries>>>>,
    /// Which keys a step has, its verb says.
    pub steps: Spanned<Vec<Spanned<Entries>>>,
    #[serde(default)]
    pub cleanup: Vec<Spanned<Entries>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLoadCase {
    pub name: Text,
    pub requests: Spanned<Vec<Spanned<RawLoadRequest>>>,
    pub users: Spanned<u32>,
    pub ramp: Option<Text>,
    pub hold: Text,
    pub think: Option<Text>,
    pub warm_up: Option<Text>,
    pub limits: Option<Spanned<RawLimits>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawLoadRequest {
    pub name: Option<Text>,
    pub get: Option<Text>,
    pub post: Option<Text>,
    pub put: Option<Text>,
    pub patch: Option<Text>,
    pub delete: Option<Text>,
    pub head: Option<Text>,
    pub headers: Option<Spanned<Entries>>,
    pub json: Option<Node>,
    pub weight: Option<Spanned<u32>>,
    pub expect: Option<Spanned<Entries>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawLimits {
    pub p50: Option<RawBelow>,
    pub p95: Option<RawBelow>,
    pub p99: Option<RawBelow>,
    pub throughput: Option<RawAtLeast>,
    pub errors: Option<RawBelow>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBelow {
    pub below: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAtLeast {
    pub at_least: Text,
}
