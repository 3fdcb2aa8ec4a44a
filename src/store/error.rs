//! Why the history could not be asked, or an environment not be locked.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use thiserror::Error;

use super::Owner;

/// Says why the history could not be read or written, or an environment not be locked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The state folder could not be made.
    #[error("the state folder {} cannot be made: {cause}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What went wrong.
        cause: io::Error,
    },
    /// A newer Proofmark wrote it.
    #[error(
        "the history {} has version {found}, and this Proofmark knows versions up to {known}; use the newer Proofmark that wrote it",
        file.display()
    )]
    Newer {
        /// The file.
        file: PathBuf,
        /// The version that it has.
        found: u32,
        /// The newest version that is known here.
        known: u32,
    },
    /// It is not a database, or a damaged one.
    #[error(
        "the history {} is damaged: {cause}; move it aside to begin a new one, or bring back a copy of it",
        file.display()
    )]
    Corrupt {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// Another process keeps writing.
    #[error("the history {} is in use by another process; try again", .0.display())]
    Busy(PathBuf),
    /// There is no room left.
    #[error("the history {} cannot be written: the disk is full", .0.display())]
    DiskFull(PathBuf),
    /// Another process holds the environment.
    #[error("environment `{environment}` is locked by {}; wait until it ends", named(owner.as_ref()))]
    Locked {
        /// The environment.
        environment: String,
        /// Who holds it; none where the owner's record cannot be read.
        owner: Option<Owner>,
    },
    /// The file of a lock cannot be used.
    #[error("the lock {} cannot be taken: {cause}", file.display())]
    Lock {
        /// The file.
        file: PathBuf,
        /// What went wrong.
        cause: io::Error,
    },
    /// The database refused.
    #[error("the history {} cannot be used: {cause}", file.display())]
    Refused {
        /// The file.
        file: PathBuf,
        /// The database's own words.
        cause: rusqlite::Error,
    },
}

fn named(owner: Option<&Owner>) -> String {
    owner.map_or_else(|| "another process".to_owned(), Owner::to_string)
}

impl StoreError {
    /// Says what an error of the database means for the file at hand.
    pub(super) fn of(file: &Path, cause: rusqlite::Error) -> Self {
        let file = file.to_owned();
        match &cause {
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..) => {
                Self::Corrupt { file, cause: cause.to_string() }
            }
            _ => match cause.sqlite_error_code() {
                Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                    Self::Corrupt { file, cause: cause.to_string() }
                }
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(file),
                Some(ErrorCode::DiskFull) => Self::DiskFull(file),
                _ => Self::Refused { file, cause },
            },
        }
    }
}
