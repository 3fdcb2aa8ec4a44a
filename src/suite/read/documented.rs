//! Whether every example of a step in the documentation can be read, and every verb has one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::verb::VERBS;
use crate::config::{Settings, Source, Variables};
use crate::suite::{Fixtures, Level, read_suite};

const PAGE: &str = include_str!("../../../docs/suites.md");
const SETTINGS: &str = "\
project: shop
base:
  allow: { run: [sha256sum] }
  services:
    api: { port: 8000 }
    worker: { port: 8001 }
    db: { protocol: postgres }
    cache: { protocol: redis }
    storage: { protocol: s3 }
environments: { local: {}, staging: {} }
";

/// Gives settings in a folder with the files that examples name.
fn settings(folder: &Path) -> Settings {
    for file in ["proofmark.yaml", "fixtures/mug.png", "migrations/0042.sql"] {
        let file = folder.join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, SETTINGS).unwrap();
    }
    crate::config::load(&folder.join("proofmark.yaml"), "local", &Variables::new()).unwrap()
}

/// Gives each example of the page, with the number of its first line: what is indented or fenced.
fn examples() -> BTreeMap<usize, String> {
    let mut examples: BTreeMap<usize, String> = BTreeMap::new();
    let (mut began, mut fenced) = (None, false);
    for (number, line) in PAGE.lines().enumerate() {
        if line.starts_with("```") {
            fenced = !fenced;
            began = None;
            continue;
        }
        let Some(code) = (if fenced { Some(line) } else { line.strip_prefix("    ") }) else {
            began = None;
            continue;
        };
        let example = examples.entry(*began.get_or_insert(number + 1)).or_default();
        example.push_str(code);
        example.push('\n');
    }
    examples
}

/// Makes a suite of the steps of an example: it gives values to the names that they use, and uses what they keep.
fn suite_of(steps: &str) -> String {
    let kept: BTreeSet<&str> = steps
        .lines()
        .filter_map(|line| line.split_once("capture: {")?.1.split(':').next())
        .map(str::trim)
        .collect();
    let mut suite =
        vec!["suite: documented\nlevel: e2e\ntargets: [local]\nvars:\n  own: value".to_owned()];
    for name in ["order_id", "token", "password", "email"] {
        if steps.contains(&format!("${{{name}}}")) {
            suite.push(format!("  {name}: a-value"));
        }
    }
    suite.push("cases:\n  - name: an example\n    steps:".to_owned());
    suite.extend(steps.lines().map(|line| format!("      {line}")));
    for name in kept.iter().copied().chain(["own"]) {
        let uses = format!("- get: ${{api}}/${{{name}}}\n        expect: {{ status: 200 }}");
        suite.push(format!("      {uses}"));
    }
    suite.join("\n")
}

fn read(text: &str, settings: &Settings, level: Level) -> Result<(), String> {
    let source = Source::new("docs/suites.md", text);
    read_suite(&source, level, settings, &Fixtures::default())
        .map(drop)
        .map_err(|refusal| refusal.render(false))
}

#[test]
fn every_example_of_the_page_is_read_and_every_verb_has_one() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let mut shown = BTreeSet::new();
    for (line, example) in examples() {
        let read = if example.starts_with("suite:") {
            read(&example, &settings, Level::E2e)
        } else if example.starts_with("load:") {
            read(&format!("suite: documented\nlevel: load\n{example}"), &settings, Level::Load)
        } else if example.starts_with("- ") {
            let verb = |line: &str| {
                line.strip_prefix("- ")?.split_once(':').map(|(verb, _)| verb.to_owned())
            };
            shown.extend(example.lines().filter_map(verb));
            read(&suite_of(&example), &settings, Level::E2e)
        } else {
            assert!(example.starts_with("base:"), "line {line}: what is this?\n{example}");
            continue;
        };
        read.unwrap_or_else(|refusal| panic!("line {line}: {refusal}"));
    }
    let without: Vec<&str> =
        VERBS.iter().map(|verb| verb.word).filter(|word| !shown.contains(*word)).collect();
    assert!(without.is_empty(), "no example of {without:?}");
}
