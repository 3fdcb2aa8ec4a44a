//! Files that only their owner reads, written whole or not at all.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Puts a file with `content` in place of what was there, and makes its folder where it is missing.
pub(super) fn replace(file: &Path, content: &[u8]) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    let unfinished = folder.join(name);
    let mut options = OpenOptions::new();
    let mut partial =
        options.write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    partial.write_all(content)?;
    partial.sync_all()?;
    std::fs::rename(&unfinished, file)?;
    File::open(folder)?.sync_all()
}
