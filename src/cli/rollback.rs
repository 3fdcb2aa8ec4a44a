//! `proofmark rollback`: the last good release, brought back and verified.

use super::args::{RollbackArgs, Shared};
use super::context::Context;
use super::deploy::conclude;
use super::error::CommandError;
use super::inspect::{question, stop_on_signal};
use super::output::{report_files, settings_of};
use crate::deploy;
use crate::model::Exit;

pub(super) async fn perform(
    context: &Context,
    shared: &Shared,
    args: &RollbackArgs,
) -> Result<Exit, CommandError> {
    let settings = settings_of(context, shared)?;
    let files = report_files(context, &args.reports.report)?;
    let question = question(context, settings, "rollback", stop_on_signal());
    let mut progress = context.progress();
    let outcome = deploy::rollback(&question, |event| progress.observe(event)).await?;
    drop(progress);
    conclude(context, shared, &outcome, &files)
}
