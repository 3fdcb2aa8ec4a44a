//! `proofmark completions`: the completions of a shell, on stdout.

use clap::CommandFactory;

use super::args::{Cli, CompletionsArgs};
use super::error::CommandError;
use crate::model::Exit;

#[expect(clippy::unnecessary_wraps, reason = "each command has the same shape")]
pub(super) fn perform(args: &CompletionsArgs) -> Result<Exit, CommandError> {
    clap_complete::generate(args.shell, &mut Cli::command(), "proofmark", &mut std::io::stdout());
    Ok(Exit::Holds)
}
