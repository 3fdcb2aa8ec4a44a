//! Starts the child process that generates load, and never leaves it behind.

use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use thiserror::Error;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::samples::Samples;
use super::workload::Workload;
use crate::runner::Scope;

/// How long the generator may take beyond the workload: starting, the last answers, adding up.
const GRACE: Duration = Duration::from_secs(45);

/// Says why there are no samples.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The generator could not be started or talked to.
    #[error("the load generator {program} cannot be run: {cause}")]
    Start {
        /// The program.
        program: String,
        /// Why not.
        cause: io::Error,
    },
    /// It ended without samples.
    #[error("the load generator failed: {0}")]
    Failed(String),
    /// It did not end in time.
    #[error("the load generator did not end within {0:?}")]
    TimedOut(Duration),
    /// Somebody asked for it to stop.
    #[error("interrupted under load")]
    Interrupted,
    /// In the generator: stdin or stdout broke.
    #[error("the workload cannot be read: {0}")]
    Input(io::Error),
    /// In the generator: stdin held something else.
    #[error("the workload cannot be understood: {0}")]
    Workload(serde_json::Error),
    /// In the generator: there is nothing to send.
    #[error("the workload has no request")]
    NoRequest,
    /// In the generator: goose refuses.
    #[error("goose refuses the workload: {0}")]
    Goose(String),
}

/// Generates load in a process of its own: this program, called as `load-worker`.
#[derive(Debug, Clone)]
pub struct Generator {
    /// The program.
    pub program: PathBuf,
}

impl Generator {
    /// Performs a workload and gives what was measured.
    pub(super) async fn perform(
        &self,
        workload: &Workload,
        scope: &Scope,
    ) -> Result<Samples, LoadError> {
        let start = |cause| LoadError::Start { program: self.program.display().to_string(), cause };
        let mut command = Command::new(&self.program);
        command.arg("load-worker").kill_on_drop(true).process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(start)?;
        let text = serde_json::to_vec(workload).map_err(LoadError::Workload)?;
        let mut stdin = child.stdin.take().expect("stdin is piped");
        stdin.write_all(&text).await.map_err(start)?;
        drop(stdin);

        let limit = workload.length() + GRACE;
        let output = tokio::select! {
            output = child.wait_with_output() => output.map_err(start)?,
            () = tokio::time::sleep(limit) => return Err(LoadError::TimedOut(limit)),
            () = scope.stopped() => return Err(LoadError::Interrupted),
        };
        let printed = String::from_utf8_lossy(&output.stdout);
        let samples = printed.lines().next_back().map(serde_json::from_str);
        match samples {
            Some(Ok(samples)) if output.status.success() => Ok(samples),
            _ => Err(LoadError::Failed(last_words(&output.stderr))),
        }
    }
}

fn last_words(stderr: &[u8]) -> String {
    let words = String::from_utf8_lossy(stderr);
    words.lines().next_back().unwrap_or("it said nothing").to_owned()
}
