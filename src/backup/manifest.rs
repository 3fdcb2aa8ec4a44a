//! What a backup holds, and whether it still does.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::engine::{ComposeError, EngineError};
use crate::model::Bytes;
use crate::store::{Readers, replace_file};

const FILE_NAME: &str = "manifest.json";

/// Says why there is no backup.
#[derive(Debug, Error)]
pub enum BackupError {
    /// A file cannot be written or read.
    #[error("cannot keep {file}: {cause}")]
    Io {
        /// The file.
        file: String,
        /// Why not.
        cause: io::Error,
    },
    /// The engine could not be asked.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Compose refuses the files.
    #[error(transparent)]
    Compose(#[from] ComposeError),
    /// There is no running container to dump the database of.
    #[error("the database of `{0}` cannot be dumped: it has no running container")]
    NotRunning(String),
    /// The dump, or reading it back, failed.
    #[error("{program} failed for `{service}` with exit code {code}: {said}")]
    Database {
        /// The service.
        service: String,
        /// `pg_dump` or `pg_restore`.
        program: &'static str,
        /// Its exit code.
        code: i64,
        /// Its own words.
        said: String,
    },
    /// The dump is empty, whatever the program that wrote it said.
    #[error("pg_dump wrote nothing for `{0}`")]
    Empty(String),
    /// It was never finished.
    #[error("{0} is no backup: it has no manifest")]
    Unfinished(String),
    /// Its manifest cannot be read.
    #[error("the manifest of {0} cannot be read: {1}")]
    Manifest(String, serde_json::Error),
    /// A file is not what it was.
    #[error("{file} is not what was backed up: {cause}")]
    Damaged {
        /// The file.
        file: String,
        /// What differs.
        cause: String,
    },
}

/// Is a backup that was read back and verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// The environment.
    pub environment: String,
    /// The release that ran.
    pub release: Option<String>,
    /// Image identity of each service.
    pub images: BTreeMap<String, String>,
    /// When it was taken, RFC 3339 in UTC.
    pub taken: String,
    /// Its files, by name.
    pub files: BTreeMap<String, Entry>,
}

/// Says what a file of a backup has to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its size in bytes.
    pub bytes: u64,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
}

impl Backup {
    /// Gives how much it holds in all.
    #[must_use]
    pub fn size(&self) -> Bytes {
        Bytes(self.files.values().map(|entry| entry.bytes).sum())
    }

    /// Writes the manifest, which makes the folder a backup.
    pub(super) fn seal(&self, folder: &Path) -> Result<(), BackupError> {
        let text = serde_json::to_vec_pretty(self).expect("a manifest is plain data");
        write_private(folder, FILE_NAME, &text)
    }
}

/// Makes sure that a folder that was used before is no backup until it is sealed again.
pub(super) fn unseal(folder: &Path) -> Result<(), BackupError> {
    let manifest = folder.join(FILE_NAME);
    match std::fs::remove_file(&manifest) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
            Err(BackupError::Io { file: manifest.display().to_string(), cause })
        }
        _ => Ok(()),
    }
}

/// Reads a backup back, every byte of every file.
///
/// # Errors
///
/// When it was never finished, or any file is missing or differs.
pub fn verify(folder: &Path) -> Result<Backup, BackupError> {
    let shown = folder.display().to_string();
    let manifest = folder.join(FILE_NAME);
    let text = match std::fs::read_to_string(&manifest) {
        Ok(text) => text,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            return Err(BackupError::Unfinished(shown));
        }
        Err(cause) => return Err(BackupError::Io { file: manifest.display().to_string(), cause }),
    };
    let backup: Backup =
        serde_json::from_str(&text).map_err(|cause| BackupError::Manifest(shown, cause))?;
    for (name, expected) in &backup.files {
        let file = folder.join(name);
        let damaged =
            |cause: String| BackupError::Damaged { file: file.display().to_string(), cause };
        let actual = entry(&file).map_err(|cause| damaged(cause.to_string()))?;
        if actual.bytes != expected.bytes {
            return Err(damaged(format!("{} bytes instead of {}", actual.bytes, expected.bytes)));
        }
        if actual.sha256 != expected.sha256 {
            return Err(damaged("its content differs".to_owned()));
        }
    }
    Ok(backup)
}

/// Reads a file and says what it has to be from now on.
pub(super) fn entry(file: &Path) -> io::Result<Entry> {
    let mut hasher = Sha256::new();
    let mut file = File::open(file)?;
    let (mut bytes, mut chunk) = (0, vec![0; 1 << 16]);
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        hasher.update(&chunk[..read]);
        bytes += read as u64;
    }
    Ok(Entry { bytes, sha256: hex(&hasher.finalize()) })
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Writes a file that only its owner reads, whole or not at all.
pub(super) fn write_private(folder: &Path, name: &str, content: &[u8]) -> Result<(), BackupError> {
    let file = folder.join(name);
    let io = |cause| BackupError::Io { file: file.display().to_string(), cause };
    replace_file(&file, content, Readers::Owner).map_err(io)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        write_private(folder.path(), "db.dump", b"some rows").unwrap();
        let file = entry(&folder.path().join("db.dump")).unwrap();
        let backup = Backup {
            environment: "local".into(),
            release: Some("1.0.0".into()),
            images: BTreeMap::new(),
            taken: "2026-01-01T00:00:00Z".into(),
            files: [("db.dump".to_owned(), file)].into(),
        };
        backup.seal(folder.path()).unwrap();
        folder
    }

    #[test]
    fn what_was_sealed_is_verified() {
        let backup = verify(sealed().path()).unwrap();
        assert_eq!(backup.size(), Bytes(9));
    }

    #[test]
    fn a_flipped_bit_is_found() {
        let folder = sealed();
        std::fs::write(folder.path().join("db.dump"), b"some rowr").unwrap();
        let error = verify(folder.path()).unwrap_err().to_string();
        assert!(error.contains("its content differs"), "{error}");
    }

    #[test]
    fn a_truncated_file_is_found() {
        let folder = sealed();
        std::fs::write(folder.path().join("db.dump"), b"some").unwrap();
        let error = verify(folder.path()).unwrap_err().to_string();
        assert!(error.contains("4 bytes instead of 9"), "{error}");
    }

    #[test]
    fn a_missing_file_is_found() {
        let folder = sealed();
        std::fs::remove_file(folder.path().join("db.dump")).unwrap();
        assert!(matches!(verify(folder.path()), Err(BackupError::Damaged { .. })));
    }

    #[test]
    fn without_a_manifest_there_is_no_backup() {
        let folder = sealed();
        std::fs::remove_file(folder.path().join(FILE_NAME)).unwrap();
        assert!(matches!(verify(folder.path()), Err(BackupError::Unfinished(_))));
    }

    #[test]
    fn a_manifest_that_was_cut_off_is_no_backup() {
        let folder = sealed();
        std::fs::write(folder.path().join(FILE_NAME), "{\"environment\": \"lo").unwrap();
        assert!(matches!(verify(folder.path()), Err(BackupError::Manifest(..))));
    }

    #[test]
    fn a_folder_that_is_used_again_is_no_backup_until_it_is_sealed_again() {
        let folder = sealed();
        unseal(folder.path()).unwrap();
        assert!(matches!(verify(folder.path()), Err(BackupError::Unfinished(_))));
        unseal(folder.path()).unwrap();
    }

    #[test]
    fn only_the_owner_reads_what_is_kept() {
        use std::os::unix::fs::PermissionsExt;
        let folder = sealed();
        for name in ["db.dump", FILE_NAME] {
            let mode = folder.path().join(name).metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }
}
