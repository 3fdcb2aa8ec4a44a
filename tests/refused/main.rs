//! Everything in `fixtures/broken` is refused, in the words of the file beside it.
//!
//! Each sub-folder holds one kind of input. A file or a folder in it is one case, and the `.stderr`
//! of the same name is what a person reads. Another kind is one more line of [`KINDS`].

#![expect(clippy::unwrap_used, reason = "a test may end by panicking")]

mod baselines;
mod compose;
mod filters;
mod fixtures;
mod load;
mod rounds;
mod schemas;
mod settings;
mod stage;
mod suites;
mod waivers;

use std::path::{Path, PathBuf};

/// Gives what a person reads whose input this case is.
type Refusal = fn(&Path) -> String;

/// Names each kind's folder and what reads a case of it.
const KINDS: &[(&str, Refusal)] = &[
    ("baselines", baselines::refusal),
    ("compose", compose::refusal),
    ("filters", filters::refusal),
    ("fixtures", fixtures::refusal),
    ("load", load::refusal),
    ("rounds", rounds::refusal),
    ("settings", settings::refusal),
    ("suites", suites::refusal),
    ("waivers", waivers::refusal),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn folder_of(kind: &str) -> PathBuf {
    root().join("fixtures/broken").join(kind)
}

/// Gives the entries of a kind's folder that are golden files, or those that are not.
fn entries(kind: &str, golden: bool) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(folder_of(kind)).unwrap();
    let mut entries: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    entries.retain(|path| path.extension().is_some_and(|ending| ending == "stderr") == golden);
    entries.sort();
    entries
}

#[test]
fn every_broken_input_is_refused_with_its_place_and_remedy() {
    let mut wrong = Vec::new();
    for (kind, refusal) in KINDS {
        let seen = Path::new(env!("CARGO_TARGET_TMPDIR")).join("refused").join(kind);
        std::fs::create_dir_all(&seen).unwrap();
        for case in entries(kind, false) {
            let golden = case.with_extension("stderr");
            let expected = std::fs::read_to_string(&golden).unwrap_or_default();
            let actual = format!("{}\n", refusal(&case).trim_end());
            if actual != expected {
                let seen = seen.join(golden.file_name().unwrap());
                std::fs::write(&seen, &actual).unwrap();
                let (seen, golden) = (seen.display(), golden.display());
                wrong.push(format!("{actual}if this is right: cp {seen} {golden}"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n\n"));
}

#[test]
fn every_kind_of_broken_input_is_read_by_this_test() {
    let folders = std::fs::read_dir(folder_of("")).unwrap();
    let mut folders: Vec<_> = folders.map(|entry| entry.unwrap().file_name()).collect();
    folders.sort();
    assert!(folders.iter().eq(KINDS.iter().map(|(kind, _)| kind)), "{folders:?}");
}

#[test]
fn every_golden_refusal_belongs_to_a_broken_input() {
    for (kind, _) in KINDS {
        let cases: Vec<PathBuf> =
            entries(kind, false).iter().map(|case| case.with_extension("stderr")).collect();
        for golden in entries(kind, true) {
            assert!(cases.contains(&golden), "{} has no input", golden.display());
        }
    }
}

#[test]
fn every_refusal_says_how_to_mend_it() {
    for golden in KINDS.iter().flat_map(|(kind, _)| entries(kind, true)) {
        let text = std::fs::read_to_string(&golden).unwrap();
        let has_remedy = text.contains("help:") || text.contains("; ");
        assert!(has_remedy, "{} has no remedy:\n{text}", golden.display());
    }
}
