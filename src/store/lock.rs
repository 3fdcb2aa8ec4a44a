//! One deployment of an environment at a time.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::{StoreError, file_name};

/// Holds an environment for one deployment; the kernel lets go of it when the process ends, however
/// it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of `environment` and writes into it who holds it: `owner` says what it does
    /// and since when, and the process and the host are added.
    ///
    /// # Errors
    ///
    /// [`StoreError::Locked`] with the holder's words while somebody else has it.
    pub fn take(state: &Path, environment: &str, owner: &str) -> Result<Self, StoreError> {
        let path = state.join("locks").join(format!("{}.lock", file_name(environment)));
        let failed = |cause| StoreError::Io { file: path.display().to_string(), cause };
        let mut file = open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut owner = String::new();
                // The holder may be writing its name just now; then it stays nameless.
                let _ = file.read_to_string(&mut owner);
                let owner = if owner.is_empty() { "somebody".to_owned() } else { owner };
                return Err(StoreError::Locked { environment: environment.to_owned(), owner });
            }
            Err(TryLockError::Error(cause)) => return Err(failed(cause)),
        }
        let write = |file: &mut File| {
            file.set_len(0)?;
            file.rewind()?;
            write!(file, "{owner}, process {} on {}", std::process::id(), host())
        };
        write(&mut file).map_err(failed)?;
        Ok(Self { _file: file })
    }
}

/// Names this host, for a state folder that several share.
fn host() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    if name.is_empty() { "this host".to_owned() } else { name.trim().to_owned() }
}

fn open(path: &PathBuf) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    File::options().read(true).write(true).create(true).truncate(false).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_deployment_is_told_who_holds_the_environment() {
        let state = tempfile::tempdir().unwrap();
        let first = Lock::take(state.path(), "local", "deploy 1.1.0").unwrap();
        let refused = Lock::take(state.path(), "local", "deploy 1.2.0").unwrap_err().to_string();
        assert!(refused.contains("locked by another deployment: deploy 1.1.0"), "{refused}");
        assert!(refused.contains(&format!("process {} on ", std::process::id())), "{refused}");
        assert!(Lock::take(state.path(), "staging", "deploy 1.2.0").is_ok());
        drop(first);
        assert!(Lock::take(state.path(), "local", "deploy 1.2.0").is_ok());
    }
}
