//! What a review and its answers take.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};

use crate::model::FactClass;

#[derive(Debug, Args)]
pub(in crate::cli) struct ReviewArgs {
    #[command(flatten)]
    pub approver: ApproverArgs,
    /// Ask and write even where CI is set.
    #[arg(long)]
    pub in_ci: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct PendingArgs {
    /// List the snapshots of steps, accepted or pending, that no step names any more.
    #[arg(long)]
    pub unreferenced: bool,
}

/// Who answers for what is accepted.
#[derive(Debug, Args)]
pub(in crate::cli) struct ApproverArgs {
    /// Who accepts; without it, whom git knows here, else the user of this process.
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub by: Option<String>,
}

/// What is meant of all that waits.
#[derive(Debug, Args)]
pub(in crate::cli) struct Chosen {
    /// A service, a path in one (`api.ports` is every entry of api below `ports`), or a step's snapshot:
    /// `e2e/orders__placed`.
    #[arg(required_unless_present = "all", conflicts_with = "all", value_name = "NAME")]
    pub names: Vec<String>,
    /// Everything that waits.
    #[arg(long)]
    pub all: bool,
    /// Write even where CI is set.
    #[arg(long)]
    pub in_ci: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct AcceptArgs {
    #[command(flatten)]
    pub chosen: Chosen,
    #[command(flatten)]
    pub approver: ApproverArgs,
    /// Record the accepted facts in this class, now and at the next recording; the answer of a step has none.
    #[arg(long = "as", value_enum, value_name = "CLASS")]
    pub class: Option<ClassWord>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RejectArgs {
    #[command(flatten)]
    pub chosen: Chosen,
    /// Delete the snapshots of steps, accepted or pending, that no step names any more.
    #[arg(long, conflicts_with_all = ["names", "all"])]
    pub unreferenced: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ClassWord {
    /// Holds on every target.
    Portable,
    /// Holds only where it was recorded.
    Local,
}

impl From<ClassWord> for FactClass {
    fn from(word: ClassWord) -> Self {
        match word {
            ClassWord::Portable => Self::Portable,
            ClassWord::Local => Self::Local,
        }
    }
}
