//! The floors of `ARCHITECTURE.md`, held against the `use crate::` lines of the source.

#![expect(clippy::unwrap_used, reason = "a test may end by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// From the top down; a module may import only from lines below its own.
const FLOORS: [&[&str]; 8] = [
    &["cli", "harness"],
    &["deploy"],
    &["gate"],
    &["load", "health"],
    &["baseline", "suite", "security", "backup", "scaffold"],
    &["runner", "engine", "protocol", "store", "report"],
    &["config"],
    &["model"],
];

fn floor_of(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files
}

fn sources() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let name = |path: &Path| path.strip_prefix(&root).unwrap().display().to_string();
    rust_files(&root)
        .into_iter()
        .map(|path| (name(&path), std::fs::read_to_string(&path).unwrap()))
        .collect()
}

/// Gives the room that a file of `src/` belongs to; `lib.rs` and `main.rs` belong to none.
fn room_of(file: &str) -> Option<&str> {
    match file.split_once('/') {
        Some((room, _)) => Some(room),
        None => file.strip_suffix(".rs").filter(|name| !matches!(*name, "lib" | "main")),
    }
}

/// Gives the rooms that a source text names after `crate::`, in imports and in paths alike.
fn rooms_named(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(|line| {
        line.split("crate::").skip(1).filter_map(|after| {
            let end = after.find(|c: char| !c.is_alphanumeric() && c != '_')?;
            Some(&after[..end]).filter(|room| !room.is_empty())
        })
    })
}

#[test]
fn every_room_stands_on_a_floor() {
    for (file, _) in sources() {
        if let Some(room) = room_of(&file) {
            assert!(floor_of(room).is_some(), "src/{file}: `{room}` is on no floor of this test");
        }
    }
}

#[test]
fn no_module_imports_upwards_or_sideways() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let Some(own) = room_of(&file) else { continue };
        for other in rooms_named(&text).filter(|other| *other != own) {
            let (Some(above), Some(below)) = (floor_of(own), floor_of(other)) else {
                wrong.push(format!("src/{file} names `{other}`, which is on no floor"));
                continue;
            };
            if below <= above {
                wrong.push(format!("src/{file} imports `{other}`, which is not below `{own}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn only_the_command_line_knows_clap() {
    for (file, text) in sources() {
        if !file.starts_with("cli/") {
            assert!(!text.contains("clap::"), "src/{file} knows clap");
        }
    }
}

#[test]
fn no_file_outgrows_its_noun() {
    for (file, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= 400, "src/{file} has {lines} lines; split it");
    }
}

/// `make test` names its tests one by one, because some have to run with the cores to themselves.
#[test]
fn make_runs_every_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let recipe = std::fs::read_to_string(root.join("Makefile")).unwrap();
    for entry in std::fs::read_dir(root.join("tests")).unwrap() {
        let path = entry.unwrap().path();
        let is_test = path.extension().is_some_and(|ending| ending == "rs");
        if is_test || path.join("main.rs").exists() {
            let name = path.file_stem().unwrap().to_str().unwrap();
            assert!(recipe.contains(&format!("--test {name}")), "make test leaves {name} out");
        }
    }
}
