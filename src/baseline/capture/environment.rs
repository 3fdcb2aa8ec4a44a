//! The environment: names, and the values of those that are declared safe.

use serde_json::Value;

use super::put;
use super::reading::{Asked, Shown};
use super::value::{entries, text};
use crate::model::Facts;

pub(super) fn of_files(facts: &mut Facts, asked: &Asked<'_>) {
    for (name, value) in entries(&asked.service["environment"]) {
        if value.is_null() {
            // It is passed on from whoever starts the service, if it is there at all.
            put(facts, format!("environment.{name}"), passed_on(name));
        } else {
            record(facts, asked, name, &text(value).unwrap_or_default());
        }
    }
}

pub(super) fn of_container(facts: &mut Facts, shown: &Shown<'_>) {
    for entry in shown.config.env.iter().flatten() {
        let (name, value) = entry.split_once('=').unwrap_or((entry, ""));
        record(facts, shown.asked, name, value);
    }
}

fn passed_on(name: &str) -> String {
    format!("${{{name}}}")
}

/// Tells whether files were recorded that only pass a variable on: then it may be there or not.
pub(in crate::baseline) fn is_passed_on(path: &str, value: &Value) -> bool {
    let name = path.strip_prefix("environment.");
    name.is_some_and(|name| *value == passed_on(name))
}

fn record(facts: &mut Facts, asked: &Asked<'_>, name: &str, value: &str) {
    let path = format!("environment.{name}");
    if asked.around.is_safe(name) {
        put(facts, path, asked.mask.named(name, value));
    } else {
        put(facts, path, "set");
    }
}
