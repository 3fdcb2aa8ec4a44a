//! A load case as it is written: every key that there is, each value with its place.

use serde::Deserialize;

use crate::config::Spanned;
use crate::config::{Entries, Text};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::suite::read) struct RawLoadCase {
    pub name: Text,
    /// Which keys a request has, its verb says.
    pub requests: Option<Spanned<Vec<Spanned<Entries>>>>,
    pub journeys: Option<Spanned<Vec<Spanned<RawJourney>>>>,
    pub feed: Option<Spanned<RawFeed>>,
    pub users: Option<Spanned<u32>>,
    pub ramp: Option<Text>,
    pub hold: Option<Text>,
    pub think: Option<Text>,
    pub arrivals: Option<Spanned<RawArrivals>>,
    pub stress: Option<Spanned<RawStress>>,
    pub warm_up: Option<Text>,
    pub limits: Option<Spanned<Entries>>,
    pub limits_of: Option<Spanned<Entries>>,
    pub abort: Option<Spanned<bool>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::suite::read) struct RawJourney {
    pub name: Option<Text>,
    pub weight: Option<Spanned<u32>>,
    pub steps: Option<Spanned<Vec<Spanned<Entries>>>>,
    pub case: Option<Text>,
    pub of: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::suite::read) struct RawFeed {
    pub file: Text,
    pub order: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::suite::read) struct RawArrivals {
    pub rate: Option<Text>,
    #[serde(rename = "for")]
    pub lasts: Option<Text>,
    pub stages: Option<Spanned<Vec<Spanned<RawStage>>>>,
    pub spread: Option<Text>,
    pub connections: Option<Spanned<u32>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::suite::read) struct RawStage {
    pub to: Option<Text>,
    pub over: Option<Text>,
    #[serde(rename = "for")]
    pub lasts: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::suite::read) struct RawStress {
    pub from: Text,
    pub by: Text,
    pub every: Text,
    pub up_to: Text,
    pub connections: Option<Spanned<u32>>,
}
