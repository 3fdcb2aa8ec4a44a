//! Files that only their owner reads, and that are whole or not there.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::BackupError;

const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;
const CHUNK: usize = 64 * 1024;

/// Makes a folder, and the ones above it, that only the owner enters.
pub(super) fn make_folder(folder: &Path) -> Result<(), BackupError> {
    DirBuilder::new()
        .recursive(true)
        .mode(FOLDER_MODE)
        .create(folder)
        .map_err(BackupError::file("make the folder", folder))
}

/// Gives the name under which a file is written until it is whole.
pub(super) fn partial(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".partial");
    PathBuf::from(name)
}

/// Opens a new file for writing that only the owner reads.
pub(super) fn create(file: &Path) -> Result<File, BackupError> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(file);
    opened.map_err(BackupError::file("create", file))
}

/// Gives a file that was written under its partial name the name that says it is whole; both the
/// bytes and the name are on the disk when this returns.
pub(super) fn settle(file: &Path) -> Result<(), BackupError> {
    let partial = partial(file);
    let settled = || {
        File::open(&partial)?.sync_all()?;
        std::fs::rename(&partial, file)?;
        file.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    };
    settled().map_err(BackupError::file("settle", file))
}

/// Writes a whole file.
pub(super) fn write(file: &Path, bytes: &[u8]) -> Result<(), BackupError> {
    let partial = partial(file);
    create(&partial)?.write_all(bytes).map_err(BackupError::file("write", &partial))?;
    settle(file)
}

/// Gives a file's size and its SHA-256 in hexadecimal, as the disk has them now.
pub(super) fn sum(file: &Path) -> Result<(u64, String), BackupError> {
    let read = || -> io::Result<(u64, String)> {
        let mut reader = File::open(file)?;
        let (mut hash, mut size, mut chunk) = (Sha256::new(), 0, vec![0; CHUNK]);
        loop {
            match reader.read(&mut chunk)? {
                0 => break,
                read => {
                    hash.update(&chunk[..read]);
                    size += read as u64;
                }
            }
        }
        let digits = hash.finalize().into_iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
        let digit = |value: u8| char::from_digit(value.into(), 16).expect("half a byte is a digit");
        Ok((size, digits.map(digit).collect()))
    };
    read().map_err(BackupError::file("read", file))
}
