//! Labels and annotations that the files set; an image's own describe its build.

use std::collections::HashMap;

use super::put;
use super::reading::{Asked, Shown};
use super::value::{entries, text};
use crate::model::Facts;

pub(super) fn of_files(facts: &mut Facts, asked: &Asked<'_>) {
    for kind in ["labels", "annotations"] {
        for (name, value) in entries(&asked.service[kind]) {
            let value = asked.mask.named(name, &text(value).unwrap_or_default());
            put(facts, format!("{kind}.{name}"), value);
        }
    }
}

pub(super) fn of_container(facts: &mut Facts, shown: &Shown<'_>) {
    record(facts, shown.asked, "labels", shown.config.labels.as_ref());
    record(facts, shown.asked, "annotations", shown.host.annotations.as_ref());
}

fn record(
    facts: &mut Facts,
    asked: &Asked<'_>,
    kind: &str,
    actual: Option<&HashMap<String, String>>,
) {
    for (name, _) in entries(&asked.service[kind]) {
        if let Some(value) = actual.and_then(|actual| actual.get(name)) {
            put(facts, format!("{kind}.{name}"), asked.mask.named(name, value));
        }
    }
}
