//! Whether the suites of this repository use everything that a suite may hold: the readers' own tables say what
//! that is.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::matcher::WORDS;
use super::snapshot;
use super::verb::{COMMON, GESTURES, VERBS, Verb};
use crate::config::{Source, read_yaml};
use crate::suite::fixture::FixtureScope;

/// What needs a server whose certificate leads to an authority of its own, or one that closes a connection: the
/// shop has none, and tests beside the verbs ask one of their own.
const ASKED_ELSEWHERE: [&str; 8] = [
    "closed of a WebSocket",
    "the key ca of a certificate",
    "the key certificate of a certificate",
    "the key key of a certificate",
    "the key tls of a WebSocket",
    "the key tls of a response",
    "the key tls of an event",
    "the key redirects of an event",
];

/// Gives every YAML file below a folder of the repository.
fn files(folder: &str) -> Vec<PathBuf> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|suffix| suffix == "yaml") {
                files.push(path);
            }
        }
    }
    files
}

fn documents(folder: &str) -> Vec<Value> {
    let read = |file: &PathBuf| {
        let source = Source::open(file, file.display().to_string()).unwrap();
        read_yaml(&source).unwrap_or_else(|refusal| panic!("{refusal}"))
    };
    files(folder).iter().map(read).collect()
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// Is what of all that may be written was found.
#[derive(Default)]
struct Found(BTreeSet<String>);

impl Found {
    fn add(&mut self, what: impl Into<String>) {
        self.0.insert(what.into());
    }

    fn document(&mut self, document: &Value) {
        if document.get("fixture").is_some() {
            let scope = document["scope"].as_str().unwrap_or(FixtureScope::Case.word());
            self.add(format!("fixtures of scope {scope}"));
        }
        for (kind, _) in entries(&document["report"]) {
            self.add(format!("an adopted suite that reports in {kind}"));
        }
        let cases = document["cases"].as_array().into_iter().flatten().chain([document]);
        for case in cases {
            for key in ["steps", "cleanup", "setup", "teardown"] {
                for step in case[key].as_array().into_iter().flatten() {
                    self.step(step);
                }
            }
        }
    }

    fn step(&mut self, step: &Value) {
        let written = VERBS.iter().filter(|verb| step.get(verb.word).is_some());
        let verb = written
            .clone()
            .find(|verb| !written.clone().any(|other| other.takes.contains(&verb.word)))
            .unwrap_or_else(|| panic!("a step without a verb: {step}"));
        self.add(format!("the verb {}", verb.word));
        for (key, value) in entries(step) {
            if COMMON.contains(&key.as_str()) {
                self.add(format!("the key {key}"));
            } else if verb.takes.contains(&key.as_str()) {
                self.add(format!("the key {key} of {}", kin(verb)));
            }
            match key.as_str() {
                "expect" | "until" | "give_up_if" => {
                    for (part, demanded) in entries(value) {
                        self.add(format!("{part} of {}", kin(verb)));
                        self.matchers(demanded);
                    }
                }
                "capture" => entries(value).for_each(|(_, source)| self.capture(source, verb)),
                "do" => {
                    for gesture in value.as_array().into_iter().flatten() {
                        entries(gesture).for_each(|(word, _)| self.add(format!("{word} in do")));
                    }
                }
                _ => {}
            }
        }
    }

    fn matchers(&mut self, value: &Value) {
        for (word, below) in entries(value) {
            if WORDS.contains(&word.as_str()) {
                self.add(format!("the matcher {word}"));
            }
            self.matchers(below);
        }
    }

    fn capture(&mut self, source: &Value, verb: &Verb) {
        match source {
            Value::String(_) => self.add("a capture by JSONPath"),
            Value::Object(part) => {
                for (part, value) in part {
                    self.add(format!("{part} of {}", kin(verb)));
                    self.add(match (part.as_str(), value) {
                        ("header" | "cookie" | "text" | "value", _) => {
                            format!("a capture of a {part}")
                        }
                        (_, Value::Bool(_)) => "a capture of a part".to_owned(),
                        _ => "a capture by a pattern".to_owned(),
                    });
                }
            }
            other => panic!("a capture of {other}"),
        }
    }
}

/// Names the verbs that have the same answer by it, so that not each method has to have each key.
fn kin(verb: &Verb) -> &'static str {
    verb.answer.described
}

/// Gives everything that may be written.
fn all() -> BTreeSet<String> {
    let mut all = Found::default();
    for verb in &VERBS {
        all.add(format!("the verb {}", verb.word));
        // What every verb has in the same way need not be shown of each.
        let own = |word: &&&str| !["timeout", "time"].contains(*word);
        let (keys, parts) = (verb.takes.iter().filter(own), verb.answer.parts.iter().filter(own));
        keys.for_each(|key| all.add(format!("the key {key} of {}", kin(verb))));
        parts.for_each(|part| all.add(format!("{part} of {}", kin(verb))));
    }
    for key in COMMON {
        all.add(format!("the key {key}"));
    }
    for key in snapshot::KEYS {
        all.add(format!("{key} of a response"));
    }
    for word in WORDS {
        all.add(format!("the matcher {word}"));
    }
    for (word, beside, _) in GESTURES {
        [word].iter().chain(beside).for_each(|word| all.add(format!("{word} in do")));
    }
    for scope in FixtureScope::ALL {
        all.add(format!("fixtures of scope {}", scope.word()));
    }
    for kind in ["junit", "tap"] {
        all.add(format!("an adopted suite that reports in {kind}"));
    }
    for way in
        ["by JSONPath", "by a pattern", "of a part", "of a header", "of a cookie", "of a text"]
    {
        all.add(format!("a capture {way}"));
    }
    all.0
}

#[test]
fn the_suites_of_the_repository_use_every_kind_of_step() {
    let mut found = Found::default();
    let folders =
        ["suites", "fixtures/suites", "fixtures/objects/suites", "fixtures/objects/fixtures"];
    let documents = folders.into_iter().flat_map(documents);
    documents.for_each(|document| found.document(&document));
    let missing = all().difference(&found.0).cloned().collect::<BTreeSet<String>>();
    let missing: Vec<String> =
        missing.into_iter().filter(|what| !ASKED_ELSEWHERE.contains(&what.as_str())).collect();
    assert!(missing.is_empty(), "no suite uses:\n{}", missing.join("\n"));
}

#[test]
fn the_demo_stack_itself_is_asked_by_every_verb() {
    let mut found = Found::default();
    for document in documents("suites") {
        found.document(&document);
    }
    let missing: Vec<&str> = VERBS
        .iter()
        .map(|verb| verb.word)
        .filter(|word| !found.0.contains(&format!("the verb {word}")))
        .collect();
    assert!(missing.is_empty(), "no demo suite uses {missing:?}");
}
