//! The folder of snapshots: accepted ones, and pending ones beside them.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::SERVICES_A_THREAD;
use super::file::SnapshotFile;
use crate::config::{Settings, Source};
use crate::engine::{ComposeError, EngineError};
use crate::model::Diagnostic;
use crate::runner::on_all_cores;
use crate::store::{Readers, replace_file};

/// Says why a baseline could not be recorded, reviewed or compared.
#[derive(Debug, Error)]
pub enum BaselineError {
    /// Something in a snapshot file is refused.
    #[error("{0}")]
    Refused(Box<Diagnostic>),
    /// The folder or a file in it cannot be read, written or removed.
    #[error("cannot {verb} {file}: {cause}")]
    Io {
        /// What was tried.
        verb: &'static str,
        /// The folder or file, relative to the project.
        file: String,
        /// Why not.
        cause: std::io::Error,
    },
    /// Nothing waits for a review under the name that was asked for.
    #[error("nothing of `{asked}` waits for a review; waiting: {known}")]
    NothingPending {
        /// What was asked for.
        asked: String,
        /// What waits.
        known: String,
    },
    /// Only a part was answered of what can only be answered as a whole.
    #[error("`{service}` can only be answered as a whole, because {why}; answer for `{service}`")]
    OnlyWhole {
        /// The service.
        service: String,
        /// Why there is no part of it.
        why: String,
    },
    /// A class was named for what is only measured.
    #[error("`{0}` is measured and has no class; accept it without `--as`")]
    NoClass(String),
    /// A file in place was to be rejected.
    #[error("{0} is in place and not pending; take it back with version control, or accept it")]
    InPlace(String),
    /// Something else waits than what a person was shown.
    #[error("`{0}` was recorded or answered anew while it was looked at; review it again")]
    Meanwhile(String),
    /// A service has the name that stands for the project itself.
    #[error("the service `{0}` has a name that a baseline needs for itself; rename it")]
    ReservedName(String),
    /// The engine could not be asked.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Compose could not resolve the files.
    #[error(transparent)]
    Compose(#[from] ComposeError),
    /// There is no container to record.
    #[error("Compose project {0} has no container; start it, then record it")]
    NothingRuns(String),
    /// There is no service to record.
    #[error("{0} has no service; a baseline records services")]
    NoService(String),
    /// A container of what is to be recorded failed.
    #[error("{service} is {state}; mend it first: a baseline records what works")]
    NotWorking {
        /// The service.
        service: String,
        /// Its container's state.
        state: String,
    },
    /// A health endpoint of what is to be recorded does not answer.
    #[error("{service} does not answer at {url}: {cause}; a baseline records what works")]
    NotAnswering {
        /// The service.
        service: String,
        /// Its health endpoint.
        url: String,
        /// What came instead of an answer.
        cause: String,
    },
}

impl From<Diagnostic> for BaselineError {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Refused(Box::new(diagnostic))
    }
}

/// Is the folder in which an environment's snapshots lie.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    shown: String,
}

/// Says which of a service's two files is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Slot {
    Accepted,
    Pending,
}

impl Slot {
    /// The end of the file's name; insta's.
    const fn ending(self) -> &'static str {
        match self {
            Self::Accepted => ".snap",
            Self::Pending => ".snap.new",
        }
    }
}

impl Folder {
    /// Gives the folder that `settings` name; it need not exist yet.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        let path = settings.baselines.clone();
        let shown = settings.name_of(&path);
        Self { path, shown }
    }

    /// Gives the folder `path`, which is called `shown`.
    #[must_use]
    pub fn at(path: PathBuf, shown: impl Into<String>) -> Self {
        Self { path, shown: shown.into() }
    }

    /// Reads every file of `slot`, by service.
    pub(super) fn read(&self, slot: Slot) -> Result<BTreeMap<String, SnapshotFile>, BaselineError> {
        let entries = match std::fs::read_dir(&self.path) {
            Ok(entries) => entries,
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
            Err(cause) => return Err(self.failed("read", "", cause)),
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|cause| self.failed("read", "", cause))?;
            let name = entry.file_name();
            let service = name.to_str().and_then(|name| name.strip_suffix(slot.ending()));
            found.extend(service.map(|service| (service.to_owned(), entry.path())));
        }
        // So that of several refused files the same one is always named.
        found.sort();
        let read = |(service, path): &(String, PathBuf)| {
            let source = Source::open(path, self.shown(service, slot))?;
            Ok((service.clone(), SnapshotFile::read(&source, service)?))
        };
        on_all_cores(&found, SERVICES_A_THREAD, read).into_iter().collect()
    }

    /// Writes a file whole or not at all.
    pub(super) fn write(&self, slot: Slot, file: &SnapshotFile) -> Result<(), BaselineError> {
        let name = file_name(&file.body.snapshot.name, slot);
        let text = file.render();
        replace_file(&self.path.join(&name), text.as_bytes(), Readers::Everybody)
            .map_err(|cause| self.failed("write", &name, cause))
    }

    /// Removes a file, if it is there.
    pub(super) fn remove(&self, slot: Slot, service: &str) -> Result<(), BaselineError> {
        let name = file_name(service, slot);
        match std::fs::remove_file(self.path.join(&name)) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => {
                Err(self.failed("remove", &name, cause))
            }
            _ => Ok(()),
        }
    }

    /// Names the folder as a person finds it from the project's.
    pub(super) fn name(&self) -> &str {
        &self.shown
    }

    /// Names a file as a person finds it from the project's folder.
    pub(super) fn shown(&self, service: &str, slot: Slot) -> String {
        Path::new(&self.shown).join(file_name(service, slot)).display().to_string()
    }

    fn failed(&self, verb: &'static str, name: &str, cause: std::io::Error) -> BaselineError {
        let file = Path::new(&self.shown).join(name).display().to_string();
        BaselineError::Io { verb, file, cause }
    }
}

/// Names the file of a service; Compose's names have no slash, so that it stays in the folder.
fn file_name(service: &str, slot: Slot) -> String {
    format!("{service}{}", slot.ending())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::baseline::body::Body;
    use crate::baseline::info::Info;

    /// Gives an empty folder, and what keeps it on disk.
    pub(in crate::baseline) fn empty() -> (Folder, tempfile::TempDir) {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("baselines");
        (Folder { path, shown: "baselines".to_owned() }, home)
    }

    fn of(service: &str) -> SnapshotFile {
        let mut body = Body::default();
        body.snapshot.name = service.to_owned();
        SnapshotFile::draft(Info::default(), body)
    }

    #[test]
    fn a_folder_that_is_not_there_holds_no_baseline() {
        assert!(empty().0.read(Slot::Accepted).unwrap().is_empty());
    }

    #[test]
    fn accepted_and_pending_files_of_one_service_lie_beside_each_other() {
        let (folder, _home) = empty();
        folder.write(Slot::Accepted, &of("api")).unwrap();
        folder.write(Slot::Pending, &of("api")).unwrap();
        folder.write(Slot::Pending, &of("worker")).unwrap();
        assert_eq!(folder.read(Slot::Accepted).unwrap().len(), 1);
        assert_eq!(folder.read(Slot::Pending).unwrap().len(), 2);
        folder.remove(Slot::Pending, "api").unwrap();
        folder.remove(Slot::Pending, "api").unwrap();
        assert_eq!(folder.read(Slot::Pending).unwrap().into_keys().collect::<Vec<_>>(), ["worker"]);
    }

    #[test]
    fn a_write_that_was_cut_off_leaves_no_half_file_behind() {
        let (folder, _home) = empty();
        folder.write(Slot::Accepted, &of("api")).unwrap();
        std::fs::write(folder.path.join("api.snap.partial"), "---\nsour").unwrap();
        assert_eq!(folder.read(Slot::Accepted).unwrap().len(), 1);
        folder.write(Slot::Accepted, &of("api")).unwrap();
        assert_eq!(std::fs::read_dir(&folder.path).unwrap().count(), 1);
    }

    #[test]
    fn a_broken_file_is_refused_by_its_name_in_the_project() {
        let (folder, _home) = empty();
        folder.write(Slot::Accepted, &of("api")).unwrap();
        std::fs::write(folder.path.join("api.snap"), "nothing").unwrap();
        let refusal = folder.read(Slot::Accepted).unwrap_err().to_string();
        assert!(refusal.contains("baselines/api.snap"), "{refusal}");
    }
}
