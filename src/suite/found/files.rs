//! Which files are the report of a command, and which of them it wrote just now.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use regex::Regex;

/// How many entries of folders are looked at for a pattern.
const MOST_ENTRIES: usize = 50_000;
/// How large a report may be, in bytes.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Finds the files of a report by their path or pattern.
///
/// A file that is the same as before the command is not its report: what it says is of an earlier run.
#[derive(Debug, Clone)]
pub(in crate::suite) struct ReportFiles {
    /// The folder below which all of them are.
    folder: PathBuf,
    /// What the rest of the path has to be; none for one file.
    pattern: Option<Regex>,
    /// How deep the pattern goes.
    depth: usize,
    before: BTreeMap<PathBuf, Stamp>,
}

/// Tells a file from what it was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    inode: u64,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self { modified: metadata.modified().ok(), length: metadata.len(), inode: metadata.ino() }
    }
}

/// Is what was found after the command.
#[derive(Debug, Default)]
pub(in crate::suite) struct Found {
    /// The files that the command wrote, in the order of their paths, each with its text or why it has none.
    pub fresh: Vec<(PathBuf, Result<String, String>)>,
    /// How many are as they were before it.
    pub stale: usize,
}

impl ReportFiles {
    /// Looks which files fit `path` below `folder` before the command runs; `*` and `?` stand for
    /// characters of one name, `**` for any folders.
    pub(in crate::suite) fn before(folder: &Path, path: &str) -> Self {
        let parts: Vec<&str> = path.split('/').collect();
        let has_pattern = |part: &&str| part.contains(['*', '?']);
        let fixed = parts.iter().position(has_pattern).unwrap_or(parts.len());
        let (above, below) = (parts[..fixed].join("/"), &parts[fixed..]);
        let above = if path.starts_with('/') && above.is_empty() { "/" } else { &above };
        let mut files = Self {
            folder: folder.join(above),
            pattern: (!below.is_empty()).then(|| pattern(below)),
            depth: if below.contains(&"**") { usize::MAX } else { below.len() },
            before: BTreeMap::new(),
        };
        files.before = files.now();
        files
    }

    /// Reads the files that were written since.
    pub(in crate::suite) fn after(&self) -> Found {
        let mut found = Found::default();
        for (path, stamp) in self.now() {
            if self.before.get(&path) == Some(&stamp) {
                found.stale += 1;
            } else {
                let text = read(&path, stamp.length);
                found.fresh.push((path, text));
            }
        }
        found
    }

    fn now(&self) -> BTreeMap<PathBuf, Stamp> {
        let mut files = BTreeMap::new();
        match &self.pattern {
            None => {
                if let Ok(metadata) = fs::metadata(&self.folder)
                    && metadata.is_file()
                {
                    files.insert(self.folder.clone(), Stamp::of(&metadata));
                }
            }
            Some(pattern) => {
                let mut entries = 0;
                // What cannot be listed holds no report that could be read.
                let _ = self.walk(&self.folder, 1, pattern, &mut entries, &mut files);
            }
        }
        files
    }

    fn walk(
        &self,
        folder: &Path,
        depth: usize,
        pattern: &Regex,
        entries: &mut usize,
        files: &mut BTreeMap<PathBuf, Stamp>,
    ) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            *entries += 1;
            if *entries > MOST_ENTRIES {
                break;
            }
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            let below = path.strip_prefix(&self.folder).unwrap_or(&path);
            // A link to a folder may lead back to where it stands.
            if kind.is_dir() && depth < self.depth {
                let _ = self.walk(&path, depth + 1, pattern, entries, files);
            } else if pattern.is_match(&below.to_string_lossy())
                && let Ok(metadata) = fs::metadata(&path)
                && metadata.is_file()
            {
                files.insert(path, Stamp::of(&metadata));
            }
        }
        Ok(())
    }
}

fn read(path: &Path, length: u64) -> Result<String, String> {
    if length > LARGEST {
        return Err(format!("it is larger than {} MiB", LARGEST / 1024 / 1024));
    }
    let bytes = fs::read(path).map_err(|cause| format!("cannot be read: {cause}"))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn pattern(parts: &[&str]) -> Regex {
    let mut text = "^".to_owned();
    for (at, part) in parts.iter().enumerate() {
        let is_last = at + 1 == parts.len();
        if *part == "**" && !is_last {
            text.push_str("(?:[^/]+/)*");
            continue;
        }
        for character in part.chars() {
            match character {
                '*' => text.push_str("[^/]*"),
                '?' => text.push_str("[^/]"),
                other => text.push_str(&regex::escape(&other.to_string())),
            }
        }
        if !is_last {
            text.push('/');
        }
    }
    text.push('$');
    Regex::new(&text).expect("all but the two wildcards is escaped")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(found: &Found, root: &Path) -> Vec<String> {
        let name = |(path, _): &(PathBuf, _)| {
            path.strip_prefix(root).unwrap().to_string_lossy().into_owned()
        };
        found.fresh.iter().map(name).collect()
    }

    #[test]
    fn only_what_was_written_since_is_the_report() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        fs::create_dir_all(at("out/deep/er")).unwrap();
        for name in ["out/old.xml", "out/again.xml", "out/deep/old.xml"] {
            fs::write(at(name), "old").unwrap();
        }
        let all = ReportFiles::before(root.path(), "out/**/*.xml");
        let flat = ReportFiles::before(root.path(), "out/*.xml");
        let one = ReportFiles::before(root.path(), "out/new?.xml");
        let named = ReportFiles::before(root.path(), "out/old.xml");
        for name in ["out/again.xml", "out/new1.xml", "out/deep/er/new.xml", "out/new.txt"] {
            fs::write(at(name), "newer").unwrap();
        }
        let found = all.after();
        assert_eq!(
            names(&found, root.path()),
            ["out/again.xml", "out/deep/er/new.xml", "out/new1.xml"]
        );
        assert_eq!((found.stale, found.fresh[0].1.as_deref()), (2, Ok("newer")));
        assert_eq!(names(&flat.after(), root.path()), ["out/again.xml", "out/new1.xml"]);
        assert_eq!(names(&one.after(), root.path()), ["out/new1.xml"]);
        assert_eq!((named.after().fresh.len(), named.after().stale), (0, 1));
    }

    #[test]
    fn a_pattern_below_a_folder_that_the_command_makes_is_found() {
        let root = tempfile::tempdir().unwrap();
        let files = ReportFiles::before(root.path(), "target/reports/TEST-*.xml");
        fs::create_dir_all(root.path().join("target/reports")).unwrap();
        fs::write(root.path().join("target/reports/TEST-a.b.xml"), "x").unwrap();
        assert_eq!(names(&files.after(), root.path()), ["target/reports/TEST-a.b.xml"]);
    }
}
