//! The demo stack as the trials see it, and the binary beside it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// Is the stack that the environment variables of `scripts/with-stack.sh` name.
pub struct Shop {
    project: Option<String>,
    state: TempDir,
}

/// Is what a command said and exited with.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Said {
    /// Reads stdout as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|cause| panic!("{cause}: {self:?}"))
    }
}

impl Shop {
    pub fn from_environment() -> Self {
        let project = std::env::var("SHOP_PROJECT").ok();
        Self { project, state: tempfile::tempdir().unwrap() }
    }

    /// Says why the stack is not there, if it is not.
    pub fn absent(&self) -> Option<&'static str> {
        self.project.is_none().then_some("there is no stack; `make test` starts one")
    }

    /// Gives a folder for one trial to write in.
    pub fn folder(&self, name: &str) -> PathBuf {
        let folder = self.state.path().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// Prepares the binary in the repository, with its state kept out of it.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_proofmark"));
        command
            .args(arguments)
            .current_dir(repository())
            .env("PROOFMARK_STATE", self.state.path())
            .env_remove("PROOFMARK_ENV")
            .env_remove("SHOP_RELEASE");
        command
    }

    /// Runs the binary.
    pub fn run(&self, arguments: &[&str]) -> Said {
        said(&self.command(arguments).output().unwrap())
    }

    /// Runs `docker compose` on the stack.
    pub fn compose(&self, arguments: &[&str]) {
        let project = self.project.as_deref().unwrap();
        let mut command = Command::new("docker");
        command.args(["compose", "-p", project, "-f", "fixtures/shop/compose.yaml"]);
        let output = command.args(arguments).current_dir(repository()).output().unwrap();
        assert!(output.status.success(), "{:?}", said(&output));
    }

    /// Gives the container of a service.
    pub fn container(&self, service: &str) -> String {
        let project = self.project.as_deref().unwrap();
        let label = |key: &str, value: &str| format!("label=com.docker.compose.{key}={value}");
        let output = Command::new("docker")
            .args(["ps", "-q", "--filter", &label("project", project)])
            .args(["--filter", &label("service", service)])
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

/// Asks the api itself which release it is.
pub fn answering_release() -> String {
    let port = std::env::var("SHOP_API_PORT").unwrap();
    let mut api = TcpStream::connect(("127.0.0.1", port.parse().unwrap())).unwrap();
    api.write_all(b"GET /health HTTP/1.0\r\n\r\n").unwrap();
    let mut answer = String::new();
    api.read_to_string(&mut answer).unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let health: Value = serde_json::from_str(body).unwrap();
    health["release"].as_str().unwrap().to_owned()
}

pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn said(output: &Output) -> Said {
    Said {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
