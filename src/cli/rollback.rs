//! `proofmark rollback`: the last good release, brought back and verified.

use super::args::{RollbackArgs, Shared};
use super::context::Context;
use super::deploy::conclude;
use super::error::CommandError;
use super::inspect::{options, question};
use super::interrupt::stop_on_signal;
use super::output::{eprint, report_files, settings_of};
use crate::config::waivers;
use crate::deploy;
use crate::gate::Question;
use crate::model::Exit;

pub(super) async fn perform(
    context: &Context,
    shared: &Shared,
    args: &RollbackArgs,
) -> Result<Exit, CommandError> {
    let settings = settings_of(context, shared)?;
    let files = report_files(context, &args.reports.report)?;
    // A mistake in the file must not stand in the way of going back; it only waives nothing.
    let waivers = waivers(&settings).unwrap_or_else(|refusal| {
        eprint(&format!("{refusal}\nnothing is waived in this rollback"));
        Vec::new()
    });
    let question = Question {
        waivers: waivers.into(),
        options: options(&settings, shared)?,
        ..question(context, settings, "rollback", stop_on_signal())
    };
    let mut progress = context.progress();
    let outcome = deploy::rollback(&question, |event| progress.observe(event)).await?;
    drop(progress);
    Ok(conclude(context, shared, &outcome, &files))
}
