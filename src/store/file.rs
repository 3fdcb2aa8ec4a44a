//! Files that are written whole or not at all.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Says who may read what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Whoever the system's usual rights let.
    Everybody,
    /// Nobody but the owner, of the file and of the folders that are made for it.
    Owner,
}

/// Puts a file with `content` in place of what was there, and makes its folder where it is missing.
///
/// A reader, and whoever comes after a crash, sees the old content or the new.
///
/// # Errors
///
/// When it cannot be written; what was there is left.
pub fn replace_file(file: &Path, content: &[u8], readers: Readers) -> io::Result<()> {
    let (folder_mode, file_mode) = match readers {
        Readers::Everybody => (0o777, 0o666),
        Readers::Owner => (0o700, 0o600),
    };
    let folder = file.parent().unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(folder_mode).create(folder)?;
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    let unfinished = folder.join(name);
    let mut options = OpenOptions::new();
    let mut partial =
        options.write(true).create(true).truncate(true).mode(file_mode).open(&unfinished)?;
    partial.write_all(content)?;
    partial.sync_all()?;
    std::fs::rename(&unfinished, file)?;
    // The rename itself is only on disk once the folder is.
    File::open(folder)?.sync_all()
}

/// Makes a name fit for a file: environments and releases may be called anything.
#[must_use]
pub fn file_name(name: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    name.chars().map(|c| if safe(c) { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_name_never_leads_out_of_its_folder() {
        assert_eq!(file_name("../../etc/passwd"), ".._.._etc_passwd");
        assert_eq!(file_name("1.1.0-rc.1"), "1.1.0-rc.1");
    }

    #[test]
    fn what_is_for_the_owner_alone_is_so_from_its_first_byte() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("kept").join("model.json");
        replace_file(&file, b"{}", Readers::Owner).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
        assert_eq!(std::fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
    }
}
