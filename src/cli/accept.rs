//! `proofmark accept` and `proofmark reject`: answers without a terminal.

use super::approver::approver;
use super::args::{AcceptArgs, Chosen, RejectArgs, Shared};
use super::context::Context;
use super::error::CommandError;
use super::output::{eprint, print, settings_of};
use crate::baseline::{self, Approval, Folder, Selection};
use crate::model::Exit;
use crate::report::plural;

pub(super) fn accept(
    context: &Context,
    shared: &Shared,
    args: &AcceptArgs,
) -> Result<Exit, CommandError> {
    context.refuse_ci(args.chosen.in_ci, "accepted")?;
    let folder = Folder::of(&*settings_of(context, shared)?);
    let approval = Approval { by: approver(context, &args.approver)?, at: context.now() };
    let class = args.class.map(Into::into);
    let accepted = baseline::accept(&folder, &selection(&args.chosen), class, &approval)?;
    conclude("accepted", &accepted, &folder)
}

pub(super) fn reject(
    context: &Context,
    shared: &Shared,
    args: &RejectArgs,
) -> Result<Exit, CommandError> {
    context.refuse_ci(args.chosen.in_ci, "rejected")?;
    let folder = Folder::of(&*settings_of(context, shared)?);
    conclude("rejected", &baseline::reject(&folder, &selection(&args.chosen))?, &folder)
}

fn selection(chosen: &Chosen) -> Selection {
    if chosen.all { Selection::All } else { Selection::Named(chosen.names.clone()) }
}

fn conclude(done: &str, answered: &[String], folder: &Folder) -> Result<Exit, CommandError> {
    if answered.is_empty() {
        return Err(CommandError::NothingSelected("nothing waits for a review".to_owned()));
    }
    print(&format!("{done}: {}", answered.join(", ")));
    let left = baseline::pending(folder)?;
    if !left.is_empty() {
        let changes: usize = left.iter().map(|review| review.changes.len()).sum();
        let services: Vec<&str> = left.iter().map(|review| &*review.service).collect();
        let wait = if changes == 1 { "waits" } else { "wait" };
        eprint(&format!("{} {wait} in {}", plural(changes, "change"), services.join(", ")));
    }
    Ok(Exit::Holds)
}
