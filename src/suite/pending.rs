//! Answers of steps that wait for a review, and snapshots that no step names.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use thiserror::Error;

use super::case::{Case, Suite};
use super::snapshot::{contents, difference, header};
use crate::config::Settings;

/// How the file of an answer that waits ends.
const PENDING: &str = ".snap.new";
/// How the file of an answer that was accepted ends.
const ACCEPTED: &str = ".snap";

/// Is an answer of a step that waits for a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PendingSnapshot {
    /// Its name: the folder of its suite and its own, such as `e2e/orders__placed`.
    pub snapshot: String,
    /// The file that waits, relative to the project.
    pub file: String,
    /// The suite that it is of, where the file says so.
    pub suite: Option<String>,
    /// The step that it is of, where the file says so.
    pub step: Option<String>,
    /// What was accepted before.
    pub before: Option<String>,
    /// What would take its place.
    pub after: String,
    #[serde(skip)]
    path: PathBuf,
}

/// Says why a snapshot cannot be reviewed.
#[derive(Debug, Error)]
pub enum SnapshotError {
    /// A file or folder cannot be read or written.
    #[error("the snapshot {file} cannot be {done}: {cause}")]
    File {
        /// The file or folder.
        file: String,
        /// What was to be done.
        done: &'static str,
        /// What went wrong.
        cause: io::Error,
    },
    /// A file is no snapshot.
    #[error("{0} is no snapshot: it has no header between `---` lines; restore it, or delete it")]
    NoHeader(String),
    /// What a person was shown is not what waits by now.
    #[error("{0} was written anew meanwhile; look at it again")]
    Meanwhile(String),
}

/// Lists the answers that wait for a person, by name.
///
/// # Errors
///
/// When a file cannot be read, or is no snapshot.
pub fn pending_snapshots(settings: &Settings) -> Result<Vec<PendingSnapshot>, SnapshotError> {
    let files = snapshots(settings)?;
    let waiting = files.iter().filter(|file| ends_with(file, PENDING));
    waiting.map(|file| PendingSnapshot::read(settings, file)).collect()
}

/// Gives the files of snapshots, accepted and pending, that no step of `suites` names.
///
/// # Errors
///
/// When a folder cannot be read.
pub fn unreferenced_snapshots(
    settings: &Settings,
    suites: &[Suite],
) -> Result<Vec<PathBuf>, SnapshotError> {
    let cases = suites.iter().flat_map(|suite| suite.cases.iter());
    let steps = cases.flat_map(Case::all_steps);
    let named: BTreeSet<&Path> =
        steps.filter_map(|step| Some(&*step.snapshot.as_ref()?.file)).collect();
    let mut files = snapshots(settings)?;
    files.retain(|file| !named.contains(&*accepted(file)));
    Ok(files)
}

/// Deletes the file of a snapshot.
///
/// # Errors
///
/// When it cannot be deleted.
pub fn delete_snapshot(settings: &Settings, file: &Path) -> Result<(), SnapshotError> {
    std::fs::remove_file(file).map_err(failed(settings.name_of(file), "deleted"))
}

impl PendingSnapshot {
    fn read(settings: &Settings, path: &Path) -> Result<Self, SnapshotError> {
        let file = settings.name_of(path);
        let text = std::fs::read_to_string(path).map_err(failed(file.clone(), "read"))?;
        let body = |file: &str, text: &str| match contents(text) {
            Some(body) => Ok(body.trim_end().to_owned()),
            None => Err(SnapshotError::NoHeader(file.to_owned())),
        };
        let old = accepted(path);
        let before = match std::fs::read_to_string(&old) {
            Ok(text) => Some(body(&settings.name_of(&old), &text.replace("\r\n", "\n"))?),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => None,
            Err(cause) => return Err(failed(settings.name_of(&old), "read")(cause)),
        };
        let text = text.replace("\r\n", "\n");
        let (suite, step) = header(&text);
        let inside = path.strip_prefix(&settings.suites).unwrap_or(path);
        let words = inside.components().map(|part| part.as_os_str().to_string_lossy());
        let words: Vec<_> = words.filter(|word| *word != "snapshots").collect();
        let name = words.join("/");
        let snapshot = name.strip_suffix(PENDING).unwrap_or(&name).to_owned();
        let (after, path) = (body(&file, &text)?, path.to_owned());
        Ok(Self { snapshot, file, suite, step, before, after, path })
    }

    /// Gives what differs line by line, each with its mark and some lines around; all of it where nothing
    /// was accepted before.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        match &self.before {
            Some(before) => difference(before, &self.after),
            None => self.after.lines().map(|line| format!("+ {line}")).collect(),
        }
    }

    /// Lets the answer take the place of what was accepted.
    ///
    /// # Errors
    ///
    /// When it is not there as it was shown, or cannot be moved.
    pub fn accept(&self, settings: &Settings) -> Result<(), SnapshotError> {
        self.is_as_shown(settings)?;
        std::fs::rename(&self.path, accepted(&self.path))
            .map_err(failed(self.file.clone(), "accepted"))
    }

    /// Deletes the answer; what was accepted before stays.
    ///
    /// # Errors
    ///
    /// When it is not there as it was shown, or cannot be deleted.
    pub fn reject(&self, settings: &Settings) -> Result<(), SnapshotError> {
        self.is_as_shown(settings)?;
        delete_snapshot(settings, &self.path)
    }

    fn is_as_shown(&self, settings: &Settings) -> Result<(), SnapshotError> {
        match Self::read(settings, &self.path) {
            Ok(now) if now == *self => Ok(()),
            Err(error @ SnapshotError::File { .. }) if self.path.exists() => Err(error),
            Ok(_) | Err(_) => Err(SnapshotError::Meanwhile(self.file.clone())),
        }
    }
}

/// Gives every file of a snapshot below the folder of the suites, in the order of their paths.
fn snapshots(settings: &Settings) -> Result<Vec<PathBuf>, SnapshotError> {
    let mut files = Vec::new();
    let mut folders = vec![settings.suites.clone()];
    while let Some(folder) = folders.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            // A project without suites has no snapshots either.
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => continue,
            Err(cause) => return Err(failed(settings.name_of(&folder), "read")(cause)),
        };
        for entry in entries {
            let path = entry.map_err(failed(settings.name_of(&folder), "read"))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if folder.ends_with("snapshots")
                && [PENDING, ACCEPTED].iter().any(|ending| ends_with(&path, ending))
            {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn ends_with(file: &Path, ending: &str) -> bool {
    file.file_name().is_some_and(|name| name.to_string_lossy().ends_with(ending))
}

/// Gives the file of what was accepted, for one that waits or that one itself.
fn accepted(file: &Path) -> PathBuf {
    if ends_with(file, PENDING) { file.with_extension("") } else { file.to_owned() }
}

fn failed(file: String, done: &'static str) -> impl FnOnce(io::Error) -> SnapshotError {
    move |cause| SnapshotError::File { file, done, cause }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Variables;

    const OLD: &str = "---\nsource: suites/e2e/orders.yaml\nexpression: place it\n---\none\ntwo\n";
    const NEW: &str = "---\nsource: suites/e2e/orders.yaml\nexpression: place it\n---\none\n2\n";

    fn project(files: &[(&str, &str)]) -> (tempfile::TempDir, Settings) {
        let folder = tempfile::tempdir().unwrap();
        let settings = folder.path().join("proofmark.yaml");
        std::fs::write(&settings, "project: p\nenvironments: { local: {} }\n").unwrap();
        for (name, text) in files {
            let file = folder.path().join("suites").join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        let settings = crate::config::load(&settings, "local", &Variables::new()).unwrap();
        (folder, settings)
    }

    fn names(folder: &Path) -> Vec<String> {
        let files = std::fs::read_dir(folder.join("suites/e2e/snapshots")).unwrap();
        let mut names: Vec<String> =
            files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn an_answer_that_waits_is_shown_beside_what_was_accepted() {
        let (_folder, settings) = project(&[
            ("e2e/snapshots/orders__placed.snap", OLD),
            ("e2e/snapshots/orders__placed.snap.new", NEW),
            ("e2e/snapshots/orders__first.snap.new", NEW),
        ]);
        let [first, placed] = &pending_snapshots(&settings).unwrap()[..] else {
            panic!("two wait")
        };
        assert_eq!((&*first.snapshot, &first.before), ("e2e/orders__first", &None));
        assert_eq!(first.lines(), ["+ one", "+ 2"]);
        assert_eq!(placed.snapshot, "e2e/orders__placed");
        assert_eq!(placed.file, "suites/e2e/snapshots/orders__placed.snap.new");
        assert_eq!(placed.suite.as_deref(), Some("suites/e2e/orders.yaml"));
        assert_eq!(placed.step.as_deref(), Some("place it"));
        assert_eq!(placed.lines(), ["  one", "- two", "+ 2"]);
    }

    #[test]
    fn accepting_moves_the_answer_and_rejecting_leaves_what_was() {
        let files = [
            ("e2e/snapshots/orders__placed.snap", OLD),
            ("e2e/snapshots/orders__placed.snap.new", NEW),
        ];
        let (folder, settings) = project(&files);
        pending_snapshots(&settings).unwrap()[0].accept(&settings).unwrap();
        assert_eq!(names(folder.path()), ["orders__placed.snap"]);
        let accepted = folder.path().join("suites/e2e/snapshots/orders__placed.snap");
        assert_eq!(std::fs::read_to_string(&accepted).unwrap(), NEW);

        let (folder, settings) = project(&files);
        pending_snapshots(&settings).unwrap()[0].reject(&settings).unwrap();
        let accepted = folder.path().join("suites/e2e/snapshots/orders__placed.snap");
        assert_eq!(std::fs::read_to_string(accepted).unwrap(), OLD);
        assert_eq!(names(folder.path()), ["orders__placed.snap"]);
    }

    #[test]
    fn what_was_written_after_it_was_shown_is_not_accepted_unseen() {
        let (folder, settings) = project(&[("e2e/snapshots/orders__placed.snap.new", NEW)]);
        let shown = pending_snapshots(&settings).unwrap();
        let file = folder.path().join("suites/e2e/snapshots/orders__placed.snap.new");
        std::fs::write(&file, OLD).unwrap();
        assert!(matches!(shown[0].accept(&settings), Err(SnapshotError::Meanwhile(_))));
        std::fs::remove_file(&file).unwrap();
        assert!(matches!(shown[0].reject(&settings), Err(SnapshotError::Meanwhile(_))));
    }

    #[test]
    fn a_snapshot_that_no_step_names_is_unreferenced() {
        let suite = "\
suite: orders
level: e2e
cases:
  - name: one
    steps:
      - get: http://127.0.0.1:9/
        expect: { snapshot: placed }
";
        let (_folder, settings) = project(&[
            ("e2e/orders.yaml", suite),
            ("e2e/snapshots/orders__placed.snap.new", NEW),
            ("e2e/snapshots/orders__gone.snap", OLD),
            ("e2e/snapshots/orders__gone.snap.new", NEW),
        ]);
        let suites = crate::suite::read_folder(&settings).unwrap();
        let files = unreferenced_snapshots(&settings, &suites).unwrap();
        let files: Vec<String> = files.iter().map(|file| settings.name_of(file)).collect();
        assert_eq!(
            files,
            [
                "suites/e2e/snapshots/orders__gone.snap",
                "suites/e2e/snapshots/orders__gone.snap.new"
            ]
        );
    }
}
