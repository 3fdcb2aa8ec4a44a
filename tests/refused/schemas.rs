//! The schemas of what is written by hand: they take what the readers take, and know the same keys.

use std::path::{Path, PathBuf};

use proofmark::config::{Content, Node, Source, read_yaml, settings_schema, waivers_schema};
use proofmark::suite::{fixture_schema, suite_schema};
use serde_json::Value;

use crate::root;

fn read(file: &Path) -> Value {
    let node: Node = read_yaml(&Source::open(file, "a file").unwrap()).unwrap();
    let content: &Content = &node.value;
    content.into()
}

fn files(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(root().join(folder)).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let inside = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            files.extend(self::files(&inside));
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            files.push(path);
        }
    }
    files
}

#[test]
fn every_file_of_the_demo_stack_obeys_its_schema() {
    let kinds = [
        (suite_schema(), files("suites")),
        (fixture_schema(), files("fixtures/suites")),
        (settings_schema(), vec![root().join("proofmark.yaml")]),
    ];
    for (schema, files) in kinds {
        let schema = jsonschema::validator_for(&schema).unwrap();
        assert!(!files.is_empty());
        for file in files {
            if let Err(refusal) = schema.validate(&read(&file)) {
                panic!("{}: {refusal} at {}", file.display(), refusal.instance_path());
            }
        }
    }
    let waivers =
        "waivers:\n- { check: drift/api, reason: known, owner: ada, expires: 2027-01-01 }\n";
    let node: Node = read_yaml(&Source::new("waivers.yaml", waivers)).unwrap();
    jsonschema::validator_for(&waivers_schema()).unwrap().validate(&(&node.value).into()).unwrap();
}

#[test]
fn every_key_that_a_reader_does_not_know_its_schema_refuses_too() {
    let kinds = [
        ("suites", suite_schema()),
        ("fixtures", fixture_schema()),
        ("settings", settings_schema()),
        ("waivers", waivers_schema()),
    ];
    for (kind, schema) in kinds {
        let schema = jsonschema::validator_for(&schema).unwrap();
        for golden in crate::entries(kind, true) {
            let refusal = std::fs::read_to_string(&golden).unwrap();
            let file = golden.with_extension("yaml");
            if refusal.contains("there is no key `") && file.is_file() {
                assert!(!schema.is_valid(&read(&file)), "{} passes", file.display());
            }
        }
    }
}
