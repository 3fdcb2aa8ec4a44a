//! What load cases take.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{MetricsArgs, ReportArgs, RuleArgs, SelectionArgs};
use crate::load::rounds::{LAST_LOOK, LEAST_PAIRS};
use crate::store::Anchor;

#[derive(Debug, Args)]
pub(in crate::cli) struct LoadArgs {
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// List the cases and run nothing; no report is made of that.
    #[arg(long, conflicts_with = "report")]
    pub list: bool,
    /// Say what would run and what would be skipped, and ask nothing of the environment; no report is made
    /// of that.
    #[arg(long, conflicts_with_all = ["list", "report"])]
    pub dry_run: bool,
    /// Measure in turn with this environment, the baseline's; --env is the candidate's.
    #[arg(long, value_name = "ENV", group = "held")]
    pub paired: Option<String>,
    /// Measure in turn with this release, which is brought up beside for as long as it takes.
    #[arg(long, value_name = "RELEASE", group = "held", conflicts_with = "paired")]
    pub paired_release: Option<String>,
    /// Measure exactly so many pairs, from 6 to 20; without it 10, and 20 where these do not tell.
    #[arg(long, value_name = "N", value_parser = pairs)]
    pub pairs: Option<usize>,
    /// Measure so many rounds and keep them, at most 20.
    #[arg(long, value_name = "N", value_parser = rounds, conflicts_with_all = ["paired", "paired_release"])]
    pub rounds: Option<usize>,
    /// Hold the rounds against those that were kept, where they were measured on such a host.
    #[arg(long, value_enum, value_name = "WHICH", group = "held", requires = "rounds")]
    pub against: Option<AgainstWord>,
    /// Pin the rounds if they pass: `--against pinned` means these from then on.
    #[arg(long)]
    pub pin: bool,
    /// Write the rounds into this file, in the form that `proofmark judge` reads.
    #[arg(long, value_name = "FILE", requires = "held")]
    pub out: Option<PathBuf>,
    /// Let the same side begin as with this seed before.
    #[arg(long, value_name = "SEED")]
    pub seed: Option<u64>,
    #[command(flatten)]
    pub rule: RuleArgs,
    #[command(flatten)]
    pub reports: ReportArgs,
    #[command(flatten)]
    pub metrics: MetricsArgs,
}

impl LoadArgs {
    /// Names an option that says how two sides are held against each other.
    pub fn without_effect(&self) -> Option<&'static str> {
        let seeded = self.seed.map(|_| "--seed");
        seeded.or_else(|| self.rule.of_comparisons())
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct CalibrateArgs {
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// Measure so many pairs, from 6 to 20.
    #[arg(long, value_name = "N", value_parser = pairs, default_value = "10")]
    pub pairs: usize,
    /// Write the rounds into this file, in the form that `proofmark judge` reads.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Let the same side begin as with this seed before.
    #[arg(long, value_name = "SEED")]
    pub seed: Option<u64>,
    /// The change that matters: noise above it is told.
    #[arg(long, value_name = "[METRIC=]SHARE")]
    pub tolerance: Vec<crate::load::rounds::Setting<crate::model::Percent>>,
    #[command(flatten)]
    pub reports: ReportArgs,
    #[command(flatten)]
    pub metrics: MetricsArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum AgainstWord {
    /// Those of the last pass in this environment.
    Last,
    /// Those that somebody pinned, the last pass being shown beside.
    Pinned,
}

impl From<AgainstWord> for Anchor {
    fn from(word: AgainstWord) -> Self {
        match word {
            AgainstWord::Last => Self::Last,
            AgainstWord::Pinned => Self::Pinned,
        }
    }
}

/// Reads a number of pairs that can be judged.
fn pairs(text: &str) -> Result<usize, String> {
    let number = whole(text)?;
    if number < LEAST_PAIRS {
        return Err(format!(
            "fewer than {LEAST_PAIRS} pairs have no interval and tell nothing; measure {LEAST_PAIRS} or more"
        ));
    }
    at_most(number)
}

/// Reads a number of rounds.
fn rounds(text: &str) -> Result<usize, String> {
    match whole(text)? {
        0 => Err("no round tells nothing; measure at least one".to_owned()),
        number => at_most(number),
    }
}

fn at_most(number: usize) -> Result<usize, String> {
    if number > LAST_LOOK {
        return Err(format!(
            "more than {LAST_LOOK} are not judged, because each look may be wrong; make the rounds longer instead"
        ));
    }
    Ok(number)
}

fn whole(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| format!("`{text}` is no number; write one such as 10"))
}
