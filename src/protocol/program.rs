//! Programs on this host: no shell, a process group of their own, and what they print kept within bounds.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::timeout;

/// How long a program that was told to end may take before it is killed.
const GRACE: Duration = Duration::from_secs(2);
/// How long what it printed is waited for once it has ended: a child that left its group may hold the
/// other end for ever.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Is a program that can be started, with all that it is given.
#[derive(Debug, Clone)]
pub struct Program {
    /// The program and its arguments; it is found on the `PATH` of `variables`.
    pub words: Vec<String>,
    /// Where it runs.
    pub folder: PathBuf,
    /// Its whole environment.
    pub variables: BTreeMap<String, String>,
    /// How many of the last bytes of each stream are kept.
    pub most: usize,
}

/// Says how a program ended, and what it printed.
#[derive(Debug)]
pub struct Ended {
    /// How it ended.
    pub status: ExitStatus,
    /// Whether it was told to.
    pub was_stopped: bool,
    /// What it printed on stdout.
    pub stdout: Printed,
    /// What it printed on stderr.
    pub stderr: Printed,
    /// How long it ran.
    pub elapsed: Duration,
}

impl Ended {
    /// Gives its exit code; of what a signal ended, 128 and the signal, as a shell has it.
    #[must_use]
    pub fn code(&self) -> i64 {
        let by_signal = || 128 + i64::from(self.status.signal().unwrap_or_default());
        self.status.code().map_or_else(by_signal, i64::from)
    }

    /// Says how it ended, as in `exit 1` or `signal 9`.
    #[must_use]
    pub fn shown(&self) -> String {
        match (self.status.code(), self.status.signal()) {
            (Some(code), _) => format!("exit {code}"),
            (None, Some(signal)) => format!("signal {signal}"),
            (None, None) => self.status.to_string(),
        }
    }
}

/// Says why a program cannot be run.
#[derive(Debug, Error)]
pub enum ProgramError {
    /// There is none of this name.
    #[error(
        "there is no program `{program}` in {folder} or on the PATH; install it, or correct its name"
    )]
    NotFound {
        /// The program as it was asked for.
        program: String,
        /// Where it would have run.
        folder: String,
    },
    /// The folder that it should run in is not there.
    #[error("there is no folder {0} to run in; make it, or name another")]
    NoFolder(String),
    /// The system refuses to start it.
    #[error("`{program}` cannot be started: {cause}")]
    Refused {
        /// The program as it was asked for.
        program: String,
        /// The system's own words.
        cause: io::Error,
    },
}

impl Program {
    /// Runs it to its end, or until `stop` resolves: then it and its children are told to end, and killed
    /// after two seconds.
    ///
    /// None of its children outlives it, nor this future when it is dropped. It has nothing to read.
    pub async fn run(&self, stop: impl Future<Output = ()>) -> Result<Ended, ProgramError> {
        self.run_on(&[], stop).await
    }

    /// Is [`Program::run`] for a program that reads `input`.
    pub async fn run_on(
        &self,
        input: &[u8],
        stop: impl Future<Output = ()>,
    ) -> Result<Ended, ProgramError> {
        let began = Instant::now();
        let mut child =
            self.start(if input.is_empty() { Stdio::null() } else { Stdio::piped() })?;
        let group = Group::of(&child);
        let mut printed = [Printed::of(self.most), Printed::of(self.most)];
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let [out, err] = &mut printed;
        let stdin = child.stdin.take();
        let mut reading = Box::pin(async {
            tokio::join!(read(stdout, out), read(stderr, err), write(stdin, input))
        });
        tokio::pin!(stop);
        let (mut is_read, mut was_stopped) = (false, false);
        let status = loop {
            tokio::select! {
                biased;
                status = child.wait() => break status,
                _ = &mut reading, if !is_read => is_read = true,
                () = &mut stop, if !was_stopped => {
                    was_stopped = true;
                    group.tell(Signal::TERM);
                    if timeout(GRACE, child.wait()).await.is_err() {
                        group.tell(Signal::KILL);
                    }
                }
            }
        };
        drop(group);
        if !is_read {
            let _ = timeout(LAST_WORDS, &mut reading).await;
        }
        drop(reading);
        let status = status.map_err(|cause| self.refused(cause))?;
        let [stdout, stderr] = printed;
        Ok(Ended { status, was_stopped, stdout, stderr, elapsed: began.elapsed() })
    }

    fn start(&self, stdin: Stdio) -> Result<Child, ProgramError> {
        if !self.folder.is_dir() {
            return Err(ProgramError::NoFolder(self.folder.display().to_string()));
        }
        let started = Command::new(&self.words[0])
            .args(&self.words[1..])
            .current_dir(&self.folder)
            .env_clear()
            .envs(&self.variables)
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn();
        started.map_err(|cause| match cause.kind() {
            io::ErrorKind::NotFound => ProgramError::NotFound {
                program: self.words[0].clone(),
                folder: self.folder.display().to_string(),
            },
            _ => self.refused(cause),
        })
    }

    fn refused(&self, cause: io::Error) -> ProgramError {
        ProgramError::Refused { program: self.words[0].clone(), cause }
    }
}

/// The groups that run: who leaves the process at once drops none of them.
static RUNNING: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// Kills every program that runs, with its children; for who leaves the process without an end.
pub fn kill_programs() {
    let running = std::mem::take(&mut *running());
    for leader in running {
        // A group of which nobody is left has ended, which is all that is asked.
        let _ = kill_process_group(leader, Signal::KILL);
    }
}

fn running() -> MutexGuard<'static, Vec<Pid>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Is the process group of a program; what is left of it is killed when this is dropped.
#[derive(Debug)]
pub(super) struct Group(Option<Pid>);

impl Group {
    pub(super) fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        let leader = id.and_then(Pid::from_raw);
        running().extend(leader);
        Self(leader)
    }

    fn tell(&self, signal: Signal) {
        if let Some(leader) = self.0 {
            // A group of which nobody is left has ended, which is all that is asked.
            let _ = kill_process_group(leader, signal);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.tell(Signal::KILL);
        running().retain(|group| Some(*group) != self.0);
    }
}

/// Holds the end of what a program printed.
#[derive(Debug, Clone, Default)]
pub struct Printed {
    bytes: Vec<u8>,
    /// How many bytes before it are gone.
    pub left_out: usize,
    most: usize,
}

impl Printed {
    fn of(most: usize) -> Self {
        Self { most, ..Self::default() }
    }

    /// Gives it as text; what is not UTF-8 is replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        // Cut seldom, so that each byte is moved once on the whole.
        if self.bytes.len() > 2 * self.most {
            self.cut();
        }
    }

    fn cut(&mut self) {
        let past = self.bytes.len().saturating_sub(self.most);
        self.bytes.drain(..past);
        self.left_out += past;
    }
}

async fn read(from: Option<impl AsyncRead + Unpin>, into: &mut Printed) {
    let Some(mut from) = from else { return };
    let mut chunk = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut chunk).await {
        into.push(&chunk[..read]);
    }
    into.cut();
}

async fn write(into: Option<ChildStdin>, input: &[u8]) {
    if let Some(mut into) = into {
        // A program that ends before it read everything closes its stdin; how it ended tells.
        let _ = into.write_all(input).await;
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::path::Path;

    use super::*;

    fn program(script: &str) -> Program {
        Program {
            words: ["sh", "-c", script].map(str::to_owned).into(),
            folder: std::env::temp_dir(),
            variables: [("PATH".to_owned(), "/usr/bin:/bin".to_owned())].into(),
            most: 16,
        }
    }

    #[tokio::test]
    async fn a_program_gets_its_environment_and_nothing_of_ours() {
        let mut program = program("echo $GREETING; env | grep -c CARGO >&2; exit 3");
        program.variables.insert("GREETING".to_owned(), "hello".to_owned());
        let ended = program.run(pending()).await.unwrap();
        assert_eq!((ended.shown().as_str(), ended.was_stopped), ("exit 3", false));
        assert_eq!(
            (ended.stdout.text().as_str(), ended.stderr.text().as_str()),
            ("hello\n", "0\n")
        );
    }

    #[tokio::test]
    async fn a_program_reads_what_it_is_given_and_may_leave_some_of_it() {
        let ended = program("cat; echo ' read'").run_on(b"all", pending()).await.unwrap();
        assert_eq!(ended.stdout.text(), "all read\n");
        let much = vec![b'x'; 1 << 20];
        let ended = program("exit 4").run_on(&much, pending()).await.unwrap();
        assert_eq!(ended.shown(), "exit 4");
    }

    #[tokio::test]
    async fn the_end_of_what_is_printed_is_kept_and_the_rest_counted() {
        let ended = program("seq 1 1000").run(pending()).await.unwrap();
        assert_eq!(ended.stdout.text(), "97\n998\n999\n1000\n");
        assert_eq!(ended.stdout.left_out, 3893 - 16);
    }

    /// Tells whether a process is there and has not ended.
    fn runs(pid: &str) -> bool {
        let status = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
        status.is_ok_and(|status| !status.contains(") Z "))
    }

    async fn is_gone(pid: &str) -> bool {
        for _ in 0..200 {
            if !runs(pid) {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        false
    }

    /// Gives what a program wrote into a file, once it is a whole line.
    async fn line_of(file: &Path) -> String {
        loop {
            match std::fs::read_to_string(file) {
                Ok(text) if text.ends_with('\n') => return text,
                _ => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    }

    #[tokio::test]
    async fn a_program_that_is_stopped_takes_its_children_along() {
        let folder = tempfile::tempdir().unwrap();
        let mut deaf = program("trap '' TERM; sleep 600 & echo $! > pid; wait; wait");
        deaf.folder = folder.path().to_owned();
        let pid = folder.path().join("pid");
        let ended = deaf.run(async { drop(line_of(&pid).await) }).await.unwrap();
        assert!(ended.was_stopped);
        assert_eq!(ended.shown(), "signal 9");
        assert!(is_gone(&line_of(&pid).await).await);
    }

    #[tokio::test]
    async fn a_child_that_stays_behind_neither_outlives_the_program_nor_holds_up_its_end() {
        let ended = program("sleep 600 & echo $!").run(pending()).await.unwrap();
        assert_eq!(ended.shown(), "exit 0");
        assert!(is_gone(&ended.stdout.text()).await);
    }

    #[tokio::test]
    async fn a_program_that_nobody_waits_for_any_more_is_gone_with_its_children() {
        let folder = tempfile::tempdir().unwrap();
        let mut program = program("sleep 600 & echo $! > pid; wait");
        program.folder = folder.path().to_owned();
        let pid = folder.path().join("pid");
        tokio::select! {
            _ = program.run(pending()) => panic!("it waits for its child"),
            _ = line_of(&pid) => {}
        }
        assert!(is_gone(&line_of(&pid).await).await);
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_named() {
        let mut program = program("");
        program.words = vec!["proofmark-no-such-program".to_owned()];
        let error = program.run(pending()).await.unwrap_err().to_string();
        assert!(
            error.starts_with("there is no program `proofmark-no-such-program` in "),
            "{error}"
        );
        program.folder = "/nonexistent".into();
        let error = program.run(pending()).await.unwrap_err().to_string();
        assert!(error.starts_with("there is no folder /nonexistent"), "{error}");
    }
}
