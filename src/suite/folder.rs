//! Finds and reads every suite of a project.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::borrow::borrow;
use super::case::{Case, Level, Suite};
use super::fixture::Fixtures;
use super::read::{read_fixture_files, read_suite};
use super::snapshot::Snapshot;
use crate::config::{Settings, Source};
use crate::model::{Diagnostic, Place, Span};
use crate::runner::on_all_cores;

/// Says how a first suite is begun.
pub(super) const BEGINNING: &str =
    "begin with e2e/first.yaml in it; `proofmark help suite` shows how one looks";

/// Reads every suite of a project, in the order of their paths, and the fixtures that they name.
///
/// A suite stands in the folder of its level, `suites/e2e/orders.yaml`, or deeper. Files are shown
/// relative to the folder of the settings.
///
/// # Errors
///
/// What is refused, at most one refusal a file.
pub fn read_folder(settings: &Settings) -> Result<Vec<Suite>, Vec<Diagnostic>> {
    let folder = &settings.suites;
    let files = files(settings, folder, "suites")?;
    let fixtures = read_fixtures(settings)?;
    let read = |file: &PathBuf| {
        let source = Source::open(file, settings.name_of(file))?;
        let level = level_of(file, folder).ok_or_else(|| stands_in_no_level(&source))?;
        let read = read_suite(&source, level, settings, &fixtures)?;
        Ok((Suite { file: file.clone(), ..read }, source))
    };
    let mut suites: Vec<(Suite, Source)> = Vec::new();
    let mut refusals = Vec::new();
    let mut seen: BTreeMap<(Level, String), Place> = BTreeMap::new();
    let mut kept: BTreeMap<PathBuf, Place> = BTreeMap::new();
    for read in on_all_cores(&files, 1, read) {
        let read = read.and_then(|(suite, source)| {
            let earlier = seen.insert((suite.level, suite.name.clone()), suite.place.clone());
            match earlier {
                None => {
                    only_its_own_snapshots(&source, &suite, &mut kept).map(|()| (suite, source))
                }
                Some(earlier) => Err(named_twice(&source, &suite, &earlier)),
            }
        });
        match read {
            Ok(suite) => suites.push(suite),
            Err(refusal) => refusals.push(refusal),
        }
    }
    if refusals.is_empty() {
        refusals = borrow(&mut suites);
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    Ok(suites.into_iter().map(|(suite, _)| suite).collect())
}

/// Reads every fixture of a project; one whose folder is not there has none.
///
/// # Errors
///
/// What is refused, at most one refusal a file.
pub fn read_fixtures(settings: &Settings) -> Result<Fixtures, Vec<Diagnostic>> {
    if !settings.fixtures.exists() {
        return Ok(Fixtures::default());
    }
    let files = files(settings, &settings.fixtures, "fixtures")?;
    let open = |file: &PathBuf| Source::open(file, settings.name_of(file));
    let sources = files.iter().map(open).collect::<Result<Vec<_>, _>>();
    read_fixture_files(&sources.map_err(|refusal| vec![refusal])?, settings)
}

/// Gives the YAML files of a folder and those below it, sorted; `setting` names the folder.
fn files(
    settings: &Settings,
    folder: &Path,
    setting: &str,
) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
    let mut files = Vec::new();
    match collect(folder, &mut files) {
        Ok(()) => {
            files.sort();
            Ok(files)
        }
        Err((path, cause)) => {
            let is_missing = cause.kind() == std::io::ErrorKind::NotFound && path == folder;
            let (message, help) = if is_missing {
                ("there is no such folder, and so no suite".to_owned(), BEGINNING.to_owned())
            } else {
                (
                    format!("cannot be read: {cause}"),
                    format!("the folder is the setting `{setting}`"),
                )
            };
            let refusal = Diagnostic::new(settings.name_of(&path), "".into(), message);
            Err(vec![refusal.help(help)])
        }
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), (PathBuf, std::io::Error)> {
    let at = |cause| (folder.to_owned(), cause);
    for entry in std::fs::read_dir(folder).map_err(at)? {
        let entry = entry.map_err(at)?;
        // Editors keep their locks and backups there, and systems what they know of a file.
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let path = entry.path();
        let is =
            |suffix: &str| path.extension().is_some_and(|own| own.eq_ignore_ascii_case(suffix));
        if path.is_dir() {
            collect(&path, files)?;
        } else if is("yaml") || is("yml") {
            files.push(path);
        }
    }
    Ok(())
}

fn level_of(file: &Path, folder: &Path) -> Option<Level> {
    let inside = file.strip_prefix(folder).ok()?.parent()?;
    let first = inside.components().next()?.as_os_str();
    Level::ALL.into_iter().find(|level| first == level.word())
}

fn stands_in_no_level(source: &Source) -> Diagnostic {
    let words = Level::ALL.map(Level::word).join(", ");
    Diagnostic::new(&*source.name, source.text.clone(), "the suite stands in no level's folder")
        .help(format!("move it into one of {words}"))
}

fn named_twice(source: &Source, suite: &Suite, earlier: &Place) -> Diagnostic {
    Diagnostic::new(
        &*source.name,
        source.text.clone(),
        format!("the suite `{}` is there already: {earlier}", suite.name),
    )
    .help("a suite is selected and reported by its name, so that each of a level needs its own")
}

/// Refuses a snapshot whose file is another suite's: names that differ may stand for one file.
fn only_its_own_snapshots(
    source: &Source,
    suite: &Suite,
    kept: &mut BTreeMap<PathBuf, Place>,
) -> Result<(), Diagnostic> {
    let steps = suite.cases.iter().flat_map(Case::all_steps);
    let Some((Snapshot { name, place, .. }, earlier)) = Snapshot::taken_twice(steps, kept) else {
        return Ok(());
    };
    let at = Span { line: place.line, column: place.column, length: 1 };
    let message = format!("the snapshot `{name}` is kept in the file of another: {earlier}");
    Err(source
        .refuse(at, message)
        .help("an answer is held against its own snapshot; rename one of the two"))
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const SUITE: &str = "\
suite: health
level: e2e
cases:
  - name: it answers
    steps: [{ get: 'http://127.0.0.1/', expect: { status: 200 } }]
";

    pub(in crate::suite) fn project(files: &[(&str, &str)]) -> (tempfile::TempDir, Settings) {
        let folder = tempfile::tempdir().unwrap();
        let settings = "project: p\nenvironments: { local: {} }\n";
        for (name, text) in files.iter().chain(&[("proofmark.yaml", settings)]) {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let file = folder.path().join("proofmark.yaml");
        let settings = crate::config::load(&file, "local", &BTreeMap::new()).unwrap();
        (folder, settings)
    }

    fn read(files: &[(&str, &str)]) -> Result<Vec<String>, Vec<String>> {
        let (_folder, settings) = project(files);
        read_folder(&settings)
            .map(|suites| suites.into_iter().map(|suite| suite.place.to_string()).collect())
            .map_err(|refusals| refusals.iter().map(Diagnostic::to_string).collect())
    }

    #[test]
    fn suites_are_found_at_any_depth_below_their_level() {
        let found = read(&[
            ("suites/e2e/b.yaml", &SUITE.replace("health", "b")),
            ("suites/e2e/a/a.yml", SUITE),
            ("suites/e2e/notes.md", "not a suite"),
            ("suites/e2e/.#b.yaml", "what an editor keeps"),
            ("suites/e2e/.backup/b.yaml", "what an editor keeps"),
            ("suites/e2e/c.YAML", &SUITE.replace("health", "c")),
        ]);
        assert_eq!(
            found,
            Ok(vec![
                "suites/e2e/a/a.yml:1:8".into(),
                "suites/e2e/b.yaml:1:8".into(),
                "suites/e2e/c.YAML:1:8".into(),
            ])
        );
    }

    #[test]
    fn a_suite_beside_the_levels_is_refused_and_not_passed_over() {
        let refusals = read(&[("suites/health.yaml", SUITE)]).unwrap_err();
        assert!(refusals[0].contains("stands in no level's folder"), "{refusals:?}");
    }

    #[test]
    fn two_suites_of_one_name_are_refused_with_both_places() {
        let refusals =
            read(&[("suites/e2e/a.yaml", SUITE), ("suites/e2e/b.yaml", SUITE)]).unwrap_err();
        assert!(refusals[0].contains("suites/e2e/b.yaml"), "{refusals:?}");
        assert!(refusals[0].contains("suites/e2e/a.yaml:1:8"), "{refusals:?}");
    }

    #[test]
    fn two_suites_whose_snapshots_are_one_file_are_refused_with_both_places() {
        let suite = |name: &str| {
            SUITE
                .replace("suite: health", &format!("suite: {name}"))
                .replace("status: 200 }", "status: 200, snapshot: it }")
        };
        let files = [("suites/e2e/a.yaml", &*suite("a b")), ("suites/e2e/b.yaml", &suite("a-b"))];
        let refusals = read(&files).unwrap_err();
        assert!(refusals[0].contains("--> suites/e2e/b.yaml:5:74"), "{}", refusals[0]);
        assert!(refusals[0].contains("another: suites/e2e/a.yaml:5:74"), "{}", refusals[0]);
        assert_eq!(
            read(&[files[0], ("suites/e2e/c.yaml", &suite("c"))]).map(|read| read.len()),
            Ok(2)
        );
    }

    #[test]
    fn every_file_that_is_wrong_is_reported_at_once() {
        let broken = SUITE.replace("cases:", "cased:");
        let refusals =
            read(&[("suites/e2e/a.yaml", &broken), ("suites/e2e/b.yaml", &broken)]).unwrap_err();
        assert_eq!(refusals.len(), 2);
    }
}
