//! What the process was given: entered once, passed on as a value.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::SystemTime;

use super::error::CommandError;
use super::progress::Progress;
use crate::config::{Variables, is_ci};

/// Holds the process environment, its place, its terminal and its clock.
#[derive(Debug, Clone)]
pub struct Context {
    /// The environment variables that are valid Unicode.
    pub variables: Variables,
    /// The working directory.
    pub folder: PathBuf,
    /// The program itself, for the child that generates load.
    pub program: PathBuf,
    /// Whether a person can be asked: stdin and stderr are a terminal.
    pub interactive: bool,
    /// How many columns a result may take.
    pub width: usize,
    /// Gives the time of day.
    pub clock: fn() -> SystemTime,
}

impl Context {
    /// Reads the process that this is.
    #[must_use]
    pub fn from_process() -> Self {
        let text = |value: std::ffi::OsString| value.into_string().ok();
        Self {
            variables: std::env::vars_os()
                .filter_map(|(name, value)| Some((text(name)?, text(value)?)))
                .collect(),
            folder: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
            program: std::env::current_exe().unwrap_or_else(|_| PathBuf::from("proofmark")),
            interactive: std::io::stdin().is_terminal() && std::io::stderr().is_terminal(),
            width: columns(),
            clock: SystemTime::now,
        }
    }

    /// Whether a person watches what is shown on stderr, rather than a log.
    pub(super) fn is_watched(&self) -> bool {
        self.interactive && !is_ci(&self.variables)
    }

    /// Refuses to write into the baseline where CI is set and nobody said to.
    pub(super) fn refuse_ci(&self, in_ci: bool, done: &'static str) -> Result<(), CommandError> {
        if is_ci(&self.variables) && !in_ci { Err(CommandError::InCi(done)) } else { Ok(()) }
    }

    /// Shows progress on stderr, with bars where a person watches.
    pub(super) fn progress(&self) -> Progress {
        Progress::on_stderr(self.is_watched())
    }

    /// Gives the time of day as RFC 3339 in UTC, to the second.
    #[must_use]
    pub fn now(&self) -> String {
        humantime::format_rfc3339_seconds((self.clock)()).to_string()
    }

    /// Gives a number of at most nine digits by chance: of the time of day, what is less than a second.
    pub(super) fn seed(&self) -> u64 {
        let now = (self.clock)().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        now.subsec_nanos().into()
    }

    /// Gives a text that no other run has, of lower-case letters and digits.
    pub(super) fn unique(&self) -> String {
        let now = (self.clock)().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        format!("r{:x}p{:x}", now.as_micros(), std::process::id())
    }
}

/// Gives how many columns a result may take: what `COLUMNS` says, else what the terminal has.
fn columns() -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let terminal = || console::Term::stdout().size_checked().map(|(_, columns)| columns.into());
    said.filter(|columns| *columns > 0).or_else(terminal).unwrap_or(100)
}
