//! Suite files as they are written: every key that there is, each value with its place.

use serde::Deserialize;

use super::load::RawLoadCase;
use crate::config::{Entries, Node, Spanned, Text};

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
