//! The manifest: what makes a folder a backup.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::BackupError;
use super::files;
use crate::model::Bytes;

const SCHEMA: u32 = 1;
const FILE: &str = "manifest.json";

/// Is a backup that is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// Where it lies.
    pub folder: PathBuf,
    /// What is in it.
    pub manifest: Manifest,
}

/// Lists what a backup holds and of what it was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of this form.
    pub schema: u32,
    /// The backup's name.
    pub id: String,
    /// When it was taken, RFC 3339 in UTC.
    pub taken: String,
    /// The project.
    pub project: String,
    /// The environment.
    pub environment: String,
    /// The release that was running.
    pub release: Option<String>,
    /// The identity of each service's image.
    pub images: BTreeMap<String, String>,
    /// Every file but the manifest itself.
    pub files: Vec<Entry>,
}

/// Is one file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its path inside the backup's folder.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// Gives how much it lists in all.
    #[must_use]
    pub fn size(&self) -> Bytes {
        Bytes(self.files.iter().map(|entry| entry.size).sum())
    }

    /// Begins the manifest of an empty backup.
    pub(super) fn new(id: &str, taken: &str) -> Self {
        Self {
            schema: SCHEMA,
            id: id.to_owned(),
            taken: taken.to_owned(),
            project: String::new(),
            environment: String::new(),
            release: None,
            images: BTreeMap::new(),
            files: Vec::new(),
        }
    }

    /// Lists a file of `folder` as it lies on the disk.
    pub(super) fn list(&mut self, folder: &Path, path: &str) -> Result<(), BackupError> {
        let (size, sha256) = files::sum(&folder.join(path))?;
        self.files.push(Entry { path: path.to_owned(), size, sha256 });
        Ok(())
    }

    /// Makes `folder` a backup.
    pub(super) fn seal(&self, folder: &Path) -> Result<(), BackupError> {
        let text = serde_json::to_vec_pretty(self).expect("a manifest is plain data");
        files::write(&folder.join(FILE), &text)
    }
}

/// Reads every file of a backup and holds it against the manifest.
///
/// That a dump can be restored is not told from its checksum: when it was taken, `pg_restore` read it
/// to its end.
/// Blocks for as long as reading the files takes.
///
/// # Errors
///
/// When there is no manifest, or a file is missing or other than it says.
pub fn verify(folder: &Path) -> Result<Backup, BackupError> {
    let file = folder.join(FILE);
    if !file.is_file() {
        return Err(BackupError::NoManifest(folder.to_owned()));
    }
    let text = std::fs::read(&file).map_err(BackupError::file("read", &file))?;
    let manifest: Manifest = serde_json::from_slice(&text)
        .map_err(|cause| BackupError::Manifest { file: file.clone(), cause })?;
    if manifest.schema != SCHEMA {
        return Err(BackupError::Version { file, found: manifest.schema, known: SCHEMA });
    }
    for Entry { path, size, sha256 } in &manifest.files {
        let file = folder.join(path);
        let (found_size, found_sum) = files::sum(&file)?;
        let damaged = |what, found: String, wanted: String| BackupError::Damaged {
            file: file.clone(),
            what,
            found,
            wanted,
        };
        if found_size != *size {
            return Err(damaged("size", found_size.to_string(), size.to_string()));
        }
        if found_sum != *sha256 {
            return Err(damaged("SHA-256", found_sum, sha256.clone()));
        }
    }
    Ok(Backup { folder: folder.to_owned(), manifest })
}
