//! The folder in which a driver's browsers write: nobody else's to read, and marked with its owner.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::process::getuid;
use tempfile::TempDir;

use crate::protocol::Owner;

/// What the names of the folders begin with.
const PREFIX: &str = "proofmark-browser-";
/// The file in the folder that holds its owner's mark.
const MARK: &str = "owner";

/// Makes a folder for one driver, gone when this is dropped, and removes those that nobody uses.
pub(super) fn new_profile() -> io::Result<TempDir> {
    for stale in stale_profiles() {
        // One that cannot be removed is left for a person to find: it does not hinder this run.
        let _ = std::fs::remove_dir_all(stale);
    }
    let mut builder = tempfile::Builder::new();
    let folder = builder.prefix(PREFIX).permissions(Permissions::from_mode(0o700)).tempdir()?;
    if let Some(owner) = Owner::this() {
        std::fs::write(folder.path().join(MARK), owner.to_string())?;
    }
    Ok(folder)
}

/// Gives the folders that runs left which were killed: this user's, with the mark of a process that is
/// gone.
#[must_use]
pub fn stale_profiles() -> Vec<PathBuf> {
    marked_in(&std::env::temp_dir(), Owner::is_gone)
}

/// Removes the folders in which this process's browsers wrote; for who leaves without an end, once they are killed.
pub fn remove_profiles() {
    let Some(here) = Owner::this() else { return };
    for own in marked_in(&std::env::temp_dir(), |owner| *owner == here) {
        // One that cannot be removed is told by `doctor` once this process is gone.
        let _ = std::fs::remove_dir_all(own);
    }
}

/// Gives the folders of browsers in a folder whose owner is meant.
fn marked_in(folder: &Path, is_meant: impl Fn(&Owner) -> bool) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let named = entries
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX)));
    let mut marked: Vec<PathBuf> =
        named.map(|entry| entry.path()).filter(|it| is_marked(it, &is_meant)).collect();
    marked.sort();
    marked
}

fn is_marked(folder: &Path, is_meant: impl Fn(&Owner) -> bool) -> bool {
    // Not through a link: the folder of temporary files is everybody's to write in.
    let is_own = folder
        .symlink_metadata()
        .is_ok_and(|found| found.is_dir() && found.uid() == getuid().as_raw());
    let mark = || std::fs::read_to_string(folder.join(MARK)).ok();
    let owner = || mark()?.parse::<Owner>().ok();
    is_own && owner().is_some_and(|owner| is_meant(&owner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_nobody_elses_and_stale_once_its_owner_is_gone() {
        let folder = new_profile().unwrap();
        let mode = folder.path().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        assert!(!is_marked(folder.path(), Owner::is_gone));
        let here = Owner::this().unwrap();
        assert!(is_marked(folder.path(), |owner| *owner == here));
        let mark = folder.path().join(MARK);
        let mut words: Vec<String> =
            std::fs::read_to_string(&mark).unwrap().split(' ').map(str::to_owned).collect();
        words[1] = "1".to_owned();
        std::fs::write(&mark, words.join(" ")).unwrap();
        assert!(is_marked(folder.path(), Owner::is_gone));
    }

    #[test]
    fn what_has_no_mark_or_is_a_link_is_left_alone() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("proofmark-browser-unmarked")).unwrap();
        let gone = home.path().join("proofmark-browser-gone");
        std::fs::create_dir(&gone).unwrap();
        let here = Owner::this().unwrap().to_string();
        let mut words: Vec<&str> = here.split(' ').collect();
        words[1] = "1";
        std::fs::write(gone.join(MARK), words.join(" ")).unwrap();
        std::os::unix::fs::symlink(&gone, home.path().join("proofmark-browser-link")).unwrap();
        assert_eq!(marked_in(home.path(), Owner::is_gone), [gone]);
    }
}
