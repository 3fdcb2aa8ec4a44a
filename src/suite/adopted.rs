//! Suites that another runner performs: a command that runs cases and writes a report of them.

use std::path::PathBuf;
use std::time::Duration;

use crate::model::{Place, Template};
use crate::runner::Claim;

/// Is the command that a suite is, where it has no cases of its own.
#[derive(Debug, Clone)]
pub struct Adopted {
    /// Where it is written.
    pub place: Place,
    /// The program; one that the settings allow.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<Template>,
    /// Where its report is.
    pub report: ReportSource,
    /// The variables that it gets beside those that every command gets.
    pub environment: Vec<(String, Template)>,
    /// Where it runs.
    pub folder: PathBuf,
    /// How long it may take.
    pub limit: Duration,
    /// What it uses that others may not, or not too many of them, at the same time.
    pub claims: Vec<Claim>,
}

impl Adopted {
    /// The name of the check that the command itself is, beside the cases that its report shows.
    pub const NAME: &str = "the command ends and reports";
    /// The time limit of a command whose suite sets none.
    pub const LIMIT: Duration = Duration::from_secs(10 * 60);
}

/// Says where a report is, and how it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportSource {
    /// `JUnit`'s XML in a file, or in every file that a pattern fits; relative to the command's folder.
    Junit(String),
    /// The Test Anything Protocol in a file, or in every file that a pattern fits.
    TapFile(String),
    /// The Test Anything Protocol on stdout.
    TapStdout,
}
