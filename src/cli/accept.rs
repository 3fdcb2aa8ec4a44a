//! `proofmark accept` and `proofmark reject`: answers without a terminal.

use super::args::{AnswerArgs, Shared};
use super::context::Context;
use super::error::CommandError;
use super::output::{print, settings_of};
use crate::baseline::{self, Approval, Folder, Selection};
use crate::model::Exit;

pub(super) fn accept(
    context: &Context,
    shared: &Shared,
    args: &AnswerArgs,
) -> Result<Exit, CommandError> {
    let folder = Folder::of(&*settings_of(context, shared)?);
    let approval = Approval { by: args.by.clone(), at: context.now() };
    conclude("accepted", &baseline::accept(&folder, &selection(args), &approval)?)
}

pub(super) fn reject(
    context: &Context,
    shared: &Shared,
    args: &AnswerArgs,
) -> Result<Exit, CommandError> {
    let folder = Folder::of(&*settings_of(context, shared)?);
    conclude("rejected", &baseline::reject(&folder, &selection(args))?)
}

fn selection(args: &AnswerArgs) -> Selection {
    if args.all {
        Selection::All
    } else {
        Selection::Services(args.services.iter().cloned().collect())
    }
}

fn conclude(done: &str, services: &[String]) -> Result<Exit, CommandError> {
    if services.is_empty() {
        return Err(CommandError::NothingSelected("nothing waits for a review".to_owned()));
    }
    print(&format!("{done}: {}", services.join(", ")));
    Ok(Exit::Holds)
}
