//! Every suite in `fixtures/broken` is refused, in the words of the file beside it.

#![expect(clippy::unwrap_used, reason = "a test may end by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proofmark::config::{Settings, Source};
use proofmark::suite::{Level, read_suite};
use proptest::prelude::*;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn settings() -> Settings {
    let file = root().join("proofmark.yaml");
    proofmark::config::load(&file, "local", &BTreeMap::new()).unwrap()
}

fn fixtures(ending: &str) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(root().join("fixtures/broken")).unwrap();
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|found| found == ending));
    files.sort();
    files
}

/// Gives the level in whose folder a fixture would stand; its name says so where it is not e2e.
fn folder_of(file: &Path) -> Level {
    let name = file.file_name().unwrap().to_str().unwrap();
    let stands_in = |level: &Level| name.starts_with(&format!("{}-", level.word()));
    Level::ALL.into_iter().find(stands_in).unwrap_or(Level::E2e)
}

/// Gives what a person reads who wrote this file.
fn refusal(file: &Path, settings: &Settings) -> String {
    let name = file.strip_prefix(root()).unwrap().display().to_string();
    let source = Source::open(file, name).unwrap();
    match read_suite(&source, folder_of(file), settings) {
        Ok(_) => "nothing is refused".to_owned(),
        Err(refusal) => refusal.render(false),
    }
}

#[test]
fn every_broken_suite_is_refused_with_its_place_and_remedy() {
    let settings = settings();
    let seen = Path::new(env!("CARGO_TARGET_TMPDIR")).join("refused");
    std::fs::create_dir_all(&seen).unwrap();
    let mut wrong = Vec::new();
    for file in fixtures("yaml") {
        let golden = file.with_extension("stderr");
        let expected = std::fs::read_to_string(&golden).unwrap_or_default();
        let actual = format!("{}\n", refusal(&file, &settings).trim_end());
        if actual != expected {
            let seen = seen.join(golden.file_name().unwrap());
            std::fs::write(&seen, &actual).unwrap();
            wrong.push(format!(
                "{actual}if this is right: cp {} {}",
                seen.display(),
                golden.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n\n"));
}

#[test]
fn every_golden_refusal_belongs_to_a_broken_suite() {
    for golden in fixtures("stderr") {
        assert!(golden.with_extension("yaml").is_file(), "{} has no suite", golden.display());
    }
}

#[test]
fn every_refusal_points_at_a_line_and_says_how_to_mend_it() {
    // What is no YAML at all is refused in the words of the YAML reader, which knows no remedy.
    for golden in fixtures("stderr").into_iter().filter(|file| !file.ends_with("not-yaml.stderr")) {
        let text = std::fs::read_to_string(&golden).unwrap();
        let has_remedy = text.contains("help:") || text.contains("; write ");
        assert!(has_remedy, "{} has no remedy:\n{text}", golden.display());
        let file = golden.with_extension("yaml");
        let place = format!("--> {}", file.strip_prefix(root()).unwrap().display());
        assert!(text.contains(&place), "{} has no place:\n{text}", golden.display());
    }
}

fn suites() -> Vec<String> {
    let folders = ["suites/unit", "suites/integration", "suites/e2e", "fixtures/broken"];
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
            if let Err(refusal) = read_suite(&source, level, &settings()) {
                prop_assert!(!refusal.render(false).is_empty());
            }
        }
    }
}
