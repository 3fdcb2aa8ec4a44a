//! What a run of suites takes.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::{MetricsArgs, ReportArgs};
use crate::model::{Kind, parse_duration};
use crate::suite::{Shard, SnapshotUpdate};

#[derive(Debug, Args)]
pub(in crate::cli) struct SelectionArgs {
    /// Only cases whose suite or name contains this.
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Only cases with this tag.
    #[arg(long, value_name = "TAG")]
    pub tag: Vec<String>,
    /// Only this suite file.
    #[arg(long, value_name = "FILE")]
    pub suite: Vec<PathBuf>,
    /// Only cases that this expression fits; may be given more than once.
    #[arg(long, short = 'E', value_name = "EXPRESSION")]
    pub filter: Vec<String>,
    /// Only cases that did not hold, or were not reached, when they last ran in this environment.
    #[arg(long)]
    pub rerun_failed: bool,
    /// Only this part of all that is selected, such as 2/5; each case is in one part.
    #[arg(long, value_name = "N/M")]
    pub shard: Option<Shard>,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Debug, Args)]
pub(in crate::cli) struct TestArgs {
    /// Only this level; may be given more than once.
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub level: Vec<Level>,
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// List the cases and run nothing; no report is made of that.
    #[arg(long, conflicts_with = "report")]
    pub list: bool,
    /// Say what would run and what would be skipped, and ask nothing of the environment; no report is made
    /// of that.
    #[arg(long, conflicts_with_all = ["list", "report"])]
    pub dry_run: bool,
    /// Start nothing more after the first failure.
    #[arg(long, conflicts_with = "max_fail")]
    pub fail_fast: bool,
    /// Start nothing more after so many failures.
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub max_fail: Option<NonZeroUsize>,
    /// How long the whole run may take, such as 10m; what was not answered by then is inconclusive.
    #[arg(long, value_name = "TIME", value_parser = some_time)]
    pub timeout: Option<Duration>,
    /// Start the cases in an order of chance; with a seed, in the order that it gave before.
    #[arg(long, value_name = "SEED", num_args = 0..=1, require_equals = true, value_parser = seed)]
    #[expect(
        clippy::option_option,
        reason = "the seed of an order that was asked for may be left out"
    )]
    pub shuffle: Option<Option<u64>>,
    /// How many cases run at once.
    #[arg(long, short, value_name = "N", value_parser = at_least_one)]
    pub jobs: Option<NonZeroUsize>,
    /// Keep answers that are not as their snapshots: pending beside them for a review, or accepted in
    /// their place.
    #[arg(long, value_enum, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "pending")]
    pub update: Option<Update>,
    /// Update snapshots even where CI is set.
    #[arg(long, requires = "update")]
    pub in_ci: bool,
    #[command(flatten)]
    pub reports: ReportArgs,
    #[command(flatten)]
    pub metrics: MetricsArgs,
}

fn at_least_one(text: &str) -> Result<NonZeroUsize, &'static str> {
    text.parse().map_err(|_| "give a whole number from 1 on, such as 4")
}

fn some_time(text: &str) -> Result<Duration, String> {
    match parse_duration(text) {
        Ok(Duration::ZERO) => Err("no time at all is not enough; give it like 10m".to_owned()),
        read => read.map_err(|cause| cause.to_string()),
    }
}

fn seed(text: &str) -> Result<u64, &'static str> {
    text.parse().map_err(|_| "a seed is a whole number, as a shuffled run prints it, such as 4711")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Update {
    /// As `.snap.new`, which `cargo insta review` shows.
    Pending,
    /// As `.snap`, for a review by version control.
    Accepted,
}

impl From<Update> for SnapshotUpdate {
    fn from(update: Update) -> Self {
        match update {
            Update::Pending => Self::Pending,
            Update::Accepted => Self::Accepted,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Level {
    Unit,
    Integration,
    E2e,
    Load,
}

impl From<Level> for Kind {
    fn from(level: Level) -> Self {
        match level {
            Level::Unit => Self::Unit,
            Level::Integration => Self::Integration,
            Level::E2e => Self::E2e,
            Level::Load => Self::Load,
        }
    }
}
