//! A project folder for one test, and the binary to run in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// Is a folder with a project in it, gone at the end of the test.
pub struct Project {
    folder: TempDir,
}

/// Is what a command said and exited with.
pub struct Said {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Project {
    /// Makes an empty folder.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// Makes a folder with this `proofmark.yaml`.
    pub fn with_settings(text: &str) -> Self {
        let project = Self::empty();
        project.file("proofmark.yaml", text);
        project
    }

    /// Makes a project whose Compose file has one service that nothing runs.
    pub fn with_compose() -> Self {
        let project = Self::with_settings(
            "\
project: nobody
base:
  compose:
    files: [compose.yaml]
    project: proofmark-test-nobody
  services:
    web: { port: 80, health: /health }
environments:
  local: {}
",
        );
        project.file("compose.yaml", "services:\n  web:\n    image: proofmark-test/none:1\n");
        project
    }

    /// Makes a project in which every kind of thing waits for a review.
    pub fn of_what_waits() -> Self {
        let waiting = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/waiting");
        let settings = std::fs::read_to_string(waiting.join("proofmark.yaml")).unwrap();
        let project = Self::with_settings(&settings);
        for file in std::fs::read_dir(waiting.join("baselines")).unwrap() {
            let file = file.unwrap();
            let name = format!("baselines/{}", file.file_name().into_string().unwrap());
            project.file(&name, &std::fs::read_to_string(file.path()).unwrap());
        }
        project
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file, and the folders above it.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Prepares the binary with these arguments in this folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_proofmark"));
        command.args(arguments).current_dir(self.path());
        command.env_remove("PROOFMARK_ENV").env_remove("CI");
        command
    }

    /// Runs the binary with these arguments in this folder.
    pub fn run(&self, arguments: &[&str]) -> Said {
        said(&self.command(arguments).output().unwrap())
    }

    /// Gives the files in the folder, sorted, to show that a refusal left nothing.
    pub fn files(&self) -> Vec<String> {
        let mut files: Vec<String> = std::fs::read_dir(self.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        files
    }
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

/// Reads what a command said.
pub fn said(output: &Output) -> Said {
    Said {
        code: output.status.code().expect("the command exits by itself"),
        stdout: String::from_utf8(output.stdout.clone()).unwrap(),
        stderr: String::from_utf8(output.stderr.clone()).unwrap(),
    }
}
