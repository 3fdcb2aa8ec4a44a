//! Starts the child process that generates load, and never leaves it behind.

use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, setpriority_process};
use thiserror::Error;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::mpsc::UnboundedSender;

use super::protocol::Line;
use super::workload::Workload;
use crate::model::{LoadRecord, LoadSecond, Rate};
use crate::protocol::TlsError;
use crate::runner::Scope;

/// How long the generator may take beyond the workload: starting, the last answers, adding up.
const GRACE: Duration = Duration::from_secs(15);
/// How nice the generator is to others; the least that is possible is -20, and everybody has 0.
const AHEAD: i32 = -10;
/// How long it may take to tell what it has when it is stopped.
const STOP_GRACE: Duration = Duration::from_secs(5);

/// Says why there is no record.
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
    /// It ended without a record.
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
    /// In the generator: a request cannot be sent as it is.
    #[error("the request `{name}` cannot be sent: {cause}")]
    Request {
        /// Its name.
        name: String,
        /// Why not.
        cause: String,
    },
    /// In the generator: more is asked for than a host can send.
    #[error(
        "{peak} cannot be sent from {cores} core(s), {bound} at the most; offer less or use a larger host"
    )]
    TooFast {
        /// The highest rate that is asked for.
        peak: Rate,
        /// The highest rate that is not refused.
        bound: Rate,
        /// How many cores would send it.
        cores: u32,
    },
    /// In the generator: the process may not open as many files as it needs.
    #[error(
        "{needed} open files are needed and {may} allowed; raise `ulimit -n` or allow fewer connections"
    )]
    Files {
        /// How many are needed.
        needed: u64,
        /// How many are allowed.
        may: u64,
    },
    /// In the generator: the host refuses what it needs.
    #[error("this host refuses what load needs: {0}")]
    Host(io::Error),
    /// In the generator: TLS cannot be used.
    #[error("{0}")]
    Tls(TlsError),
    /// In the generator: goose refuses.
    #[error("goose refuses the workload: {0}")]
    Goose(String),
}

/// What this program is called with where it generates load.
pub const WORKER: &str = "load-worker";

/// Generates load in a process of its own: this program, called as [`WORKER`].
#[derive(Debug, Clone)]
pub struct Generator {
    /// The program.
    pub program: PathBuf,
}

impl Generator {
    /// Performs a workload and gives what was measured; tells `seconds` each second as it passes.
    ///
    /// Where `scope` is stopped, the record is that of the time until then and says so.
    pub(super) async fn perform(
        &self,
        workload: &Workload,
        scope: &Scope,
        seconds: Option<&UnboundedSender<LoadSecond>>,
    ) -> Result<LoadRecord, LoadError> {
        let start = |cause| LoadError::Start { program: self.program.display().to_string(), cause };
        let mut command = Command::new(&self.program);
        command.arg(WORKER).kill_on_drop(true).process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(start)?;
        go_before_others(&child);
        let mut text = serde_json::to_vec(workload).map_err(LoadError::Workload)?;
        text.push(b'\n');
        let mut stdin = child.stdin.take().expect("stdin is piped");
        stdin.write_all(&text).await.map_err(start)?;

        let stdout = child.stdout.take().expect("stdout is piped");
        let mut stderr = child.stderr.take().expect("stderr is piped");
        let ended = async {
            let mut words = Vec::new();
            let (record, _) = tokio::join!(listen(stdout, seconds), stderr.read_to_end(&mut words));
            Ok::<_, io::Error>((record?, child.wait().await?.success(), words))
        };
        tokio::pin!(ended);
        let limit = workload.length() + workload.request_limit + GRACE;
        let ended = tokio::select! {
            ended = &mut ended => ended,
            () = tokio::time::sleep(limit) => return Err(LoadError::TimedOut(limit)),
            () = scope.stopped() => {
                // The end of its input is what it stops at.
                drop(stdin);
                let told = tokio::time::timeout(STOP_GRACE, ended).await;
                told.map_err(|_| LoadError::Interrupted)?
            }
        };
        match ended.map_err(start)? {
            (Some(record), true, _) => Ok(record),
            (_, _, words) => Err(LoadError::Failed(last_words(&words))),
        }
    }
}

/// Lets a generator have its turn before what it loads, where that is allowed: it takes little, and each turn that it
/// waits for would be its own lateness.
fn go_before_others(child: &Child) {
    let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(id) = id {
        // Without the right to it, it takes its turn as everybody.
        let _ = setpriority_process(Some(id), AHEAD);
    }
}

/// Hears a generator out: gives its record, and passes on each second before.
async fn listen(
    stdout: ChildStdout,
    seconds: Option<&UnboundedSender<LoadSecond>>,
) -> io::Result<Option<LoadRecord>> {
    let mut lines = BufReader::new(stdout).lines();
    let mut record = None;
    while let Some(line) = lines.next_line().await? {
        // Goose says a few words of its own on the same stream.
        let Ok(line) = serde_json::from_str(&line) else { continue };
        match line {
            Line::Second(second) => {
                // Whoever no longer listens does not end the load.
                let _heard = seconds.is_some_and(|seconds| seconds.send(second).is_ok());
            }
            Line::Record(told) => record = Some(*told),
        }
    }
    Ok(record)
}

fn last_words(stderr: &[u8]) -> String {
    let words = String::from_utf8_lossy(stderr);
    words.lines().next_back().unwrap_or("it said nothing").to_owned()
}
