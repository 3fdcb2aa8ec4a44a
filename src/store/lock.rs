//! One deployment of an environment at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::StoreError;

/// Says who holds a lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The process.
    pub pid: u32,
    /// The host that it runs on.
    pub host: String,
    /// What it does.
    pub command: String,
    /// Since when, RFC 3339 in UTC.
    pub since: String,
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { pid, host, command, since } = self;
        write!(f, "`{command}` (process {pid} on {host}, since {since})")
    }
}

/// Holds an environment until it is dropped, or until its process ends in whatever way: the kernel
/// frees it, so that there is no stale lock to break.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes an environment, or says at once who has it.
    ///
    /// The file stays when the lock is gone: removing it would let two processes lock two files of
    /// one name.
    ///
    /// # Errors
    ///
    /// [`StoreError::Locked`] while another process holds it; else when the file cannot be written.
    pub fn take(state: &Path, environment: &str, owner: &Owner) -> Result<Self, StoreError> {
        let path = state.join("locks").join(format!("{}.lock", file_name(environment)));
        let failed = |cause| StoreError::Lock { file: path.clone(), cause };
        let mut file = open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::Error(cause)) => return Err(failed(cause)),
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                // Read while its owner may be writing: what cannot be read is left out.
                let _ = file.read_to_string(&mut text);
                let owner = serde_json::from_str(&text).ok();
                return Err(StoreError::Locked { environment: environment.to_owned(), owner });
            }
        }
        record(&mut file, owner).map_err(failed)?;
        Ok(Self { _file: file })
    }
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

fn record(file: &mut File, owner: &Owner) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(&serde_json::to_vec(owner)?)
}

/// Keeps an environment's name inside the folder of locks. Two names that become one only share a
/// lock, which is safe.
fn file_name(environment: &str) -> String {
    let keep = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    environment.chars().map(keep).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(command: &str) -> Owner {
        Owner {
            pid: 4711,
            host: "proof".into(),
            command: command.into(),
            since: "2026-05-04T03:11:31Z".into(),
        }
    }

    #[test]
    fn a_second_deployment_of_an_environment_is_refused_with_the_first_ones_name() {
        let state = tempfile::tempdir().unwrap();
        let held = Lock::take(state.path(), "staging", &owner("deploy 1.1.0")).unwrap();
        let refusal = Lock::take(state.path(), "staging", &owner("rollback")).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "environment `staging` is locked by `deploy 1.1.0` (process 4711 on proof, since 2026-05-04T03:11:31Z); wait until it ends"
        );
        drop(held);
        Lock::take(state.path(), "staging", &owner("rollback")).unwrap();
    }

    #[test]
    fn environments_are_locked_apart_from_each_other() {
        let state = tempfile::tempdir().unwrap();
        let _staging = Lock::take(state.path(), "staging", &owner("deploy")).unwrap();
        Lock::take(state.path(), "production", &owner("deploy")).unwrap();
    }

    #[test]
    fn a_shorter_owner_leaves_nothing_of_a_longer_one_behind() {
        let state = tempfile::tempdir().unwrap();
        drop(Lock::take(state.path(), "staging", &owner(&"long ".repeat(40))).unwrap());
        let _held = Lock::take(state.path(), "staging", &owner("short")).unwrap();
        let refusal = Lock::take(state.path(), "staging", &owner("x")).unwrap_err().to_string();
        assert!(refusal.contains("`short`"), "{refusal}");
    }

    #[test]
    fn an_environments_name_never_leads_out_of_the_folder_of_locks() {
        let state = tempfile::tempdir().unwrap();
        let _held = Lock::take(state.path(), "../../etc/x", &owner("deploy")).unwrap();
        assert!(state.path().join("locks/.._.._etc_x.lock").is_file());
    }
}
