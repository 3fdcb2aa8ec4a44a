//! Where what a service prints goes, as far as the files ask: engines have defaults of their own.

use super::put;
use super::reading::{Asked, Shown};
use super::value::{entries, filled, text};
use crate::model::Facts;

pub(super) fn of_files(facts: &mut Facts, asked: &Asked<'_>) {
    let logging = &asked.service["logging"];
    if let Some(driver) = text(&logging["driver"]) {
        put(facts, "logging.driver", driver);
    }
    for (name, value) in entries(&logging["options"]) {
        let value = asked.mask.named(name, &text(value).unwrap_or_default());
        put(facts, format!("logging.options.{name}"), value);
    }
}

pub(super) fn of_container(facts: &mut Facts, shown: &Shown<'_>) {
    let Some(actual) = &shown.host.log_config else { return };
    let logging = &shown.asked.service["logging"];
    let driver = filled(actual.typ.as_ref()).filter(|_| !logging["driver"].is_null());
    if let Some(driver) = driver {
        put(facts, "logging.driver", driver);
    }
    for (name, value) in actual.config.iter().flatten() {
        if !logging["options"][name].is_null() {
            let value = shown.asked.mask.named(name, value);
            put(facts, format!("logging.options.{name}"), value);
        }
    }
}
