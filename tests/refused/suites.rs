//! Suites: one YAML file a case.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proofmark::config::{Settings, Source};
use proofmark::suite::{Fixtures, Level, read_fixtures, read_suite};
use proptest::prelude::*;

use crate::{entries, root};

fn settings() -> Settings {
    let file = root().join("proofmark.yaml");
    proofmark::config::load(&file, "local", &BTreeMap::new()).unwrap()
}

fn fixtures() -> Fixtures {
    read_fixtures(&settings()).unwrap()
}

/// Gives the level in whose folder a fixture would stand; its name says so where it is not e2e.
fn folder_of(file: &Path) -> Level {
    let name = file.file_name().unwrap().to_str().unwrap();
    let stands_in = |level: &Level| name.starts_with(&format!("{}-", level.word()));
    Level::ALL.into_iter().find(stands_in).unwrap_or(Level::E2e)
}

/// Gives what a person reads who wrote this file.
pub fn refusal(file: &Path) -> String {
    let name = file.strip_prefix(root()).unwrap().display().to_string();
    let source = Source::open(file, name).unwrap();
    match read_suite(&source, folder_of(file), &settings(), &fixtures()) {
        Ok(_) => "nothing is refused".to_owned(),
        Err(refusal) => refusal.render(false),
    }
}

#[test]
fn every_refusal_of_a_suite_points_at_a_line() {
    for golden in entries("suites", true) {
        let text = std::fs::read_to_string(&golden).unwrap();
        let file = golden.with_extension("yaml");
        let place = format!("--> {}", file.strip_prefix(root()).unwrap().display());
        assert!(text.contains(&place), "{} has no place:\n{text}", golden.display());
    }
}

fn suites() -> Vec<String> {
    let folders = ["suites/unit", "suites/integration", "suites/e2e", "fixtures/broken/suites"];
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(root().join(folder)).unwrap());
    let mut files: Vec<PathBuf> = files.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "yaml"));
    files.sort();
    files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

proptest! {
    #[test]
    fn no_edit_of_a_suite_makes_the_reader_panic(
        which in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..12, "[ -~\n\t{}\\[\\]:$'\"ß\u{1f600}]{0,6}"), 1..4),
    ) {
        let suites = suites();
        let mut text: Vec<char> = which.get(&suites).chars().collect();
        for (at, cut, put) in edits {
            let start = at.index(text.len() + 1);
            let end = (start + cut).min(text.len());
            text.splice(start..end, put.chars());
        }
        let source = Source::new("edited.yaml", text.into_iter().collect::<String>());
        for level in Level::ALL {
            if let Err(refusal) = read_suite(&source, level, &settings(), &fixtures()) {
                prop_assert!(!refusal.render(false).is_empty());
            }
        }
    }
}
