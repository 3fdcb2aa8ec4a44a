//! What only the files say, whatever runs: dependencies, profiles, how it is built and rolled out.

use serde_json::Value;

use super::put;
use super::reading::Asked;
use super::value::{entries, said_bytes, said_duration, sorted, text, texts};
use crate::model::Facts;

pub(super) fn of_files(facts: &mut Facts, asked: &Asked<'_>) {
    let service = asked.service;
    for (needed, dependency) in entries(&service["depends_on"]) {
        let path = format!("depends_on.{needed}");
        let condition = dependency["condition"].as_str().unwrap_or("service_started");
        put(facts, &*path, condition);
        if dependency["restart"] == true {
            put(facts, format!("{path}.restart"), true);
        }
        if dependency["required"] == false {
            put(facts, format!("{path}.required"), false);
        }
    }
    for key in ["profiles", "links", "external_links"] {
        let names = sorted(texts(&service[key]));
        if !names.is_empty() {
            put(facts, key, names);
        }
    }
    for key in ["platform", "pull_policy"] {
        if let Some(word) = text(&service[key]) {
            put(facts, key, word);
        }
    }
    build(facts, asked, &service["build"]);
    deploy(facts, asked, &service["deploy"]);
}

/// Records how the image is made; of arguments and secrets the names.
fn build(facts: &mut Facts, asked: &Asked<'_>, build: &Value) {
    if let Some(context) = text(&build["context"]) {
        let context = asked.around.host_path(&context);
        put(facts, "build.context", asked.mask.text(&context));
    }
    for key in ["dockerfile", "target", "network"] {
        if let Some(word) = text(&build[key]) {
            put(facts, format!("build.{key}"), word);
        }
    }
    if !build["dockerfile_inline"].is_null() {
        put(facts, "build.dockerfile_inline", true);
    }
    let names = |key: &str| entries(&build[key]).map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let secrets = build["secrets"].as_array().into_iter().flatten();
    let secrets = secrets.filter_map(|secret| text(&secret["source"])).collect();
    let lists = [
        ("args", names("args")),
        ("additional_contexts", names("additional_contexts")),
        ("platforms", texts(&build["platforms"])),
        ("secrets", secrets),
    ];
    for (key, names) in lists.into_iter().filter(|(_, names)| !names.is_empty()) {
        put(facts, format!("build.{key}"), sorted(names));
    }
}

/// Records how containers are rolled out; what limits them is with the limits.
fn deploy(facts: &mut Facts, asked: &Asked<'_>, deploy: &Value) {
    for key in ["mode", "endpoint_mode"] {
        let word = text(&deploy[key]).filter(|word| word != "replicated");
        if let Some(word) = word {
            put(facts, format!("deploy.{key}"), word);
        }
    }
    for part in ["update_config", "rollback_config", "restart_policy"] {
        for (key, value) in entries(&deploy[part]) {
            // What of the restart policy an engine takes is the fact `restart`.
            if part == "restart_policy" && matches!(key.as_str(), "condition" | "max_attempts") {
                continue;
            }
            let is_time = matches!(key.as_str(), "delay" | "monitor" | "window");
            let value = if is_time { said_duration(value).map(Value::from) } else { scalar(value) };
            if let Some(value) = value {
                put(facts, format!("deploy.{part}.{key}"), value);
            }
        }
    }
    for (name, value) in entries(&deploy["labels"]) {
        let value = asked.mask.named(name, &text(value).unwrap_or_default());
        put(facts, format!("deploy.labels.{name}"), value);
    }
    let placement = &deploy["placement"];
    let constraints = sorted(texts(&placement["constraints"]));
    if !constraints.is_empty() {
        put(facts, "deploy.placement.constraints", constraints);
    }
    if let Some(most) = scalar(&placement["max_replicas_per_node"]) {
        put(facts, "deploy.placement.max_replicas_per_node", most);
    }
    let reserved = &deploy["resources"]["reservations"];
    if let Some(cpus) = text(&reserved["cpus"]) {
        put(facts, "deploy.reservations.cpus", cpus);
    }
    if let Some(memory) = said_bytes(&reserved["memory"]) {
        put(facts, "deploy.reservations.memory", memory);
    }
}

fn scalar(value: &Value) -> Option<Value> {
    (value.is_number() || value.is_string() || value.is_boolean()).then(|| value.clone())
}
