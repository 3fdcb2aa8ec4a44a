//! A project in which something is broken, and the binary to run in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// Is a folder with a project in it, gone at the end of the test.
pub struct Stage {
    folder: TempDir,
}

impl Stage {
    /// Makes a folder with this `proofmark.yaml`.
    pub fn with_settings(text: &str) -> Self {
        let stage = Self { folder: tempfile::tempdir().unwrap() };
        stage.write("proofmark.yaml", text);
        stage
    }

    /// Makes a folder with what lies in this one.
    pub fn with_copy_of(folder: &Path) -> Self {
        let stage = Self { folder: tempfile::tempdir().unwrap() };
        for (path, bytes) in files(folder) {
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
            stage.write(name, std::str::from_utf8(&bytes).unwrap());
        }
        stage
    }

    /// Writes a file, and the folders above it.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Gives what a person reads whose command is refused; a refusal that changed a file is none.
    pub fn refusal(&self, arguments: &[&str]) -> String {
        let before = files(self.folder.path());
        let output = Command::new(env!("CARGO_BIN_EXE_proofmark"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env_remove("CI")
            .env_remove("PROOFMARK_ENV")
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        if !matches!(output.status.code(), Some(2 | 4)) {
            return format!("nothing is refused: {}\n{said}", output.status);
        }
        assert_eq!(files(self.folder.path()), before, "{arguments:?} changed a file: {said}");
        said
    }
}

/// Gives every file under `folder` with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            found.insert(path, bytes);
        }
    }
    found
}
