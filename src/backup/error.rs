//! Why there is no backup.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::engine::EngineError;

/// Says why a backup was not made, or is none.
#[derive(Debug, Error)]
pub enum BackupError {
    /// There is a backup, or the rest of one, of this name.
    #[error("the folder {} is there already; a backup is never written over another", .0.display())]
    Exists(PathBuf),
    /// A file could not be read or written.
    #[error("cannot {what} {}: {cause}", file.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// The file.
        file: PathBuf,
        /// What went wrong.
        cause: io::Error,
    },
    /// The engine could not be asked.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A database that has to be dumped does not run.
    #[error(
        "database `{0}` has no running container to dump it from; start it, or take `{0}` out of the services of proofmark.yaml"
    )]
    NotRunning(String),
    /// The database refused to be dumped.
    #[error("pg_dump of `{service}` ended with {code}: {cause}")]
    Dump {
        /// The service.
        service: String,
        /// The exit code.
        code: i64,
        /// Its own words.
        cause: String,
    },
    /// A dump could not be read back to its end.
    #[error("the dump of `{service}` cannot be read back: pg_restore ended with {code}: {cause}")]
    Unreadable {
        /// The service.
        service: String,
        /// The exit code.
        code: i64,
        /// Its own words.
        cause: String,
    },
    /// There is no manifest, so that nothing there was ever complete.
    #[error("{} has no manifest: it is no backup, or one that was interrupted", .0.display())]
    NoManifest(PathBuf),
    /// The manifest cannot be read.
    #[error("the manifest {} cannot be read: {cause}", file.display())]
    Manifest {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        cause: serde_json::Error,
    },
    /// The manifest has a form that is not known here.
    #[error("the manifest {} has version {found}, and this Proofmark knows {known}", file.display())]
    Version {
        /// The file.
        file: PathBuf,
        /// The version that it has.
        found: u32,
        /// The version that is known here.
        known: u32,
    },
    /// A file is not what the manifest says.
    #[error("{} is damaged: its {what} is {found}, and the manifest says {wanted}", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What differs.
        what: &'static str,
        /// As it is.
        found: String,
        /// As it was written.
        wanted: String,
    },
}

impl BackupError {
    /// Says of which file what could not be done.
    pub(super) fn file(what: &'static str, file: &Path) -> impl FnOnce(io::Error) -> Self {
        let file = file.to_owned();
        move |cause| Self::File { what, file, cause }
    }
}
