//! Which release a target runs, where its images have to tell.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::drift::Observed;
use super::file::SnapshotFile;
use crate::engine::RELEASE;

/// Tells which release the target runs, as its images say.
#[derive(Debug, Clone)]
pub(super) enum Running {
    /// One release.
    One(String),
    /// Services run different ones, as listed.
    Mixed(String),
    /// No recorded image is chosen by a release, or none matches.
    Unknown,
}

impl Running {
    /// Gives a recorded value with the running release in its place.
    pub(super) fn filled(&self, value: &Value) -> Value {
        match (value, self) {
            (Value::String(text), Self::One(release)) => text.replace(RELEASE, release).into(),
            (value, _) => value.clone(),
        }
    }

    /// Says why nobody can tell whether `actual` is `wanted`: a release stands in it, and which one runs is
    /// not known. What no release would make so is told all the same.
    pub(super) fn leaves_open(&self, wanted: &Value, actual: Option<&Value>) -> Option<String> {
        let (before, after) = wanted.as_str()?.split_once(RELEASE)?;
        let why = match self {
            Self::One(_) => return None,
            Self::Mixed(each) => format!("the services run different releases: {each}"),
            Self::Unknown => "which release runs cannot be told".to_owned(),
        };
        let after = after.rsplit(RELEASE).next().unwrap_or_default();
        let rest = actual?.as_str()?.strip_prefix(before)?;
        rest.ends_with(after).then_some(why)
    }

    /// Takes the target's word, else what every image matches.
    pub(super) fn of(accepted: &BTreeMap<String, SnapshotFile>, observed: &Observed) -> Self {
        if let Some(release) = &observed.release {
            return Self::One(release.clone());
        }
        let mut tags = Vec::new();
        for (service, file) in accepted {
            let facts = &file.body.snapshot.facts;
            let template = facts.get("image").and_then(|fact| fact.value.as_str());
            let template = template.and_then(|image| image.split_once(RELEASE));
            let Some((before, after)) = template else { continue };
            for replica in observed.services.get(service).into_iter().flatten() {
                let image = replica.get("image").and_then(|fact| fact.value.as_str());
                let tag = image.and_then(|image| image.strip_prefix(before)?.strip_suffix(after));
                if let Some(tag) = tag {
                    tags.push((service, tag));
                }
            }
        }
        let releases: BTreeSet<&str> = tags.iter().map(|(_, tag)| *tag).collect();
        match releases.len() {
            0 => Self::Unknown,
            1 => Self::One(tags[0].1.to_owned()),
            _ => {
                let each: BTreeSet<String> =
                    tags.iter().map(|(service, tag)| format!("{service} {tag}")).collect();
                Self::Mixed(each.into_iter().collect::<Vec<_>>().join(", "))
            }
        }
    }
}
