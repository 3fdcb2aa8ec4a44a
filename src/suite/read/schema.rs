//! The JSON Schemas of suites and fixtures: the reader's keys, and those of each verb.

use serde_json::{Map, Value, json};

use super::fixture::RawFixture;
use super::load;
use super::raw::RawFile;
use super::snapshot;
use super::verb::{COMMON, VERBS, Verb};
use crate::config::schema_of;
use crate::suite::case::Level;
use crate::suite::fixture::FixtureScope;

/// Gives the JSON Schema of a suite file.
#[must_use]
pub fn suite_schema() -> Value {
    let mut schema = schema_of::<RawFile>("a suite of Proofmark");
    let properties = &mut schema["properties"];
    properties["level"] = json!({ "enum": Level::ALL.map(Level::word) });
    let case = &mut properties["cases"]["items"]["properties"];
    case["steps"]["items"] = step();
    case["cleanup"]["items"] = step();
    let load = &mut properties["load"]["items"]["properties"];
    load["requests"]["items"] = request(load::WEIGHT);
    load["journeys"]["items"]["properties"]["steps"]["items"] = request(load::THINK);
    load["limits"] = limits();
    load["limits_of"] = json!({ "type": "object", "additionalProperties": limits() });
    schema
}

/// Gives the JSON Schema of a fixture file.
#[must_use]
pub fn fixture_schema() -> Value {
    let mut schema = schema_of::<RawFixture>("a fixture of Proofmark");
    let properties = &mut schema["properties"];
    properties["scope"] = json!({ "enum": FixtureScope::ALL.map(FixtureScope::word) });
    properties["setup"]["items"] = step();
    properties["teardown"]["items"] = step();
    schema
}

/// Says what a step may be: one of the verbs with the keys that go with it.
fn step() -> Value {
    json!({ "anyOf": VERBS.each_ref().map(step_of) })
}

/// Says what a request under load may be: one of the methods, with one key more.
fn request(also: &str) -> Value {
    let methods = VERBS.iter().filter(|verb| verb.takes.contains(&"form")).map(|verb| {
        let mut step = step_of(verb);
        let keys = |schema: &mut Value, is_kept: fn(&str) -> bool| {
            let keys = schema["properties"].as_object_mut().expect("a step has properties");
            keys.retain(|key, _| is_kept(key));
        };
        keys(&mut step, load::is_under_load);
        keys(&mut step["properties"]["expect"], load::is_expected);
        step["properties"][also] = true.into();
        step["required"] = json!([verb.word, "expect"]);
        step
    });
    json!({ "anyOf": methods.collect::<Vec<_>>() })
}

/// Says what limits may be: each a value, or a map of one word to it.
fn limits() -> Value {
    let limit = |key: &&str| {
        let words: Map<String, Value> =
            load::words_of(key).iter().map(|word| ((*word).to_owned(), true.into())).collect();
        let types = ["string", "number", "object"];
        let limit = json!({ "type": types, "properties": words, "additionalProperties": false });
        ((*key).to_owned(), limit)
    };
    let keys: Map<String, Value> = load::LIMITS.iter().map(limit).collect();
    json!({ "type": "object", "properties": keys, "additionalProperties": false })
}

fn step_of(Verb { word, takes, answer, .. }: &Verb) -> Value {
    let parts: Map<String, Value> =
        answer.parts.iter().map(|part| ((*part).to_owned(), true.into())).collect();
    let of = |parts: &Map<String, Value>| json!({ "type": "object", "properties": parts, "additionalProperties": false });
    let mut whole = parts.clone();
    whole.extend(
        snapshot::KEYS
            .iter()
            .filter(|_| answer.has_json)
            .map(|key| ((*key).to_owned(), true.into())),
    );
    let keys = COMMON.iter().chain(*takes).chain([word]);
    let property = |key: &&str| {
        let schema = match *key {
            "expect" => of(&whole),
            "until" | "give_up_if" => of(&parts),
            "capture" => json!({ "type": "object" }),
            _ => true.into(),
        };
        ((*key).to_owned(), schema)
    };
    let properties: Map<String, Value> = keys.map(property).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": [word],
        "additionalProperties": false,
    })
}
