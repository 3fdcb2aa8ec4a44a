//! `proofmark accept` and `proofmark reject`: answers without a terminal.

use super::approver::approver;
use super::args::{AcceptArgs, Chosen, RejectArgs, Shared};
use super::context::Context;
use super::error::CommandError;
use super::output::{eprint, print, settings_of};
use super::waiting::Waiting;
use crate::baseline::{self, Approval, Folder, Selection};
use crate::config::Settings;
use crate::gate::GateError;
use crate::model::Exit;
use crate::suite::{
    PendingSnapshot, delete_snapshot, pending_snapshots, read_folder, unreferenced_snapshots,
};

pub(super) fn accept(
    context: &Context,
    shared: &Shared,
    args: &AcceptArgs,
) -> Result<Exit, CommandError> {
    context.refuse_ci(args.chosen.in_ci, "accepted")?;
    let settings = settings_of(context, shared)?;
    let approval = Approval { by: approver(context, &args.approver)?, at: context.now() };
    let class = args.class.map(Into::into);
    let (services, snapshots) = chosen(&settings, &args.chosen)?;
    if class.is_some() && !snapshots.is_empty() {
        let answers = snapshots.iter().map(|one| format!("{} ({})", one.snapshot, one.file));
        return Err(CommandError::NoClass(answers.collect::<Vec<_>>().join(", ")));
    }
    let mut accepted = match &services {
        Some(services) => baseline::accept(&Folder::of(&settings), services, class, &approval)?,
        None => Vec::new(),
    };
    for snapshot in snapshots {
        snapshot.accept(&settings)?;
        accepted.push(snapshot.snapshot);
    }
    conclude("accepted", &accepted, &settings)
}

pub(super) fn reject(
    context: &Context,
    shared: &Shared,
    args: &RejectArgs,
) -> Result<Exit, CommandError> {
    context.refuse_ci(args.chosen.in_ci, "rejected")?;
    let settings = settings_of(context, shared)?;
    if args.unreferenced {
        return delete_unreferenced(&settings);
    }
    let (services, snapshots) = chosen(&settings, &args.chosen)?;
    let mut rejected = match &services {
        Some(services) => baseline::reject(&Folder::of(&settings), services)?,
        None => Vec::new(),
    };
    for snapshot in snapshots {
        snapshot.reject(&settings)?;
        rejected.push(snapshot.snapshot);
    }
    conclude("rejected", &rejected, &settings)
}

/// Tells what is meant of the baseline, if anything is, and of the answers of steps: their names have a `/`,
/// which no service has.
fn chosen(
    settings: &Settings,
    chosen: &Chosen,
) -> Result<(Option<Selection>, Vec<PendingSnapshot>), CommandError> {
    let waiting = pending_snapshots(settings)?;
    if chosen.all {
        return Ok((Some(Selection::All), waiting));
    }
    let (of_steps, services): (Vec<String>, Vec<String>) =
        chosen.names.iter().cloned().partition(|name| name.contains('/'));
    let mut snapshots: Vec<PendingSnapshot> = Vec::new();
    for name in of_steps {
        let is_meant = |one: &&PendingSnapshot| one.snapshot == name || one.file == name;
        let Some(meant) = waiting.iter().find(is_meant) else {
            let known: Vec<&str> = waiting.iter().map(|one| one.snapshot.as_str()).collect();
            let message = if known.is_empty() {
                format!("no snapshot `{name}` waits for a review, nor any other")
            } else {
                format!("no snapshot `{name}` waits; these do: {}", known.join(", "))
            };
            return Err(CommandError::NothingSelected(message));
        };
        if !snapshots.contains(meant) {
            snapshots.push(meant.clone());
        }
    }
    Ok(((!services.is_empty()).then_some(Selection::Named(services)), snapshots))
}

fn delete_unreferenced(settings: &Settings) -> Result<Exit, CommandError> {
    let suites = read_folder(settings).map_err(GateError::Suites)?;
    let files = unreferenced_snapshots(settings, &suites)?;
    if files.is_empty() {
        let message = "every snapshot is one that a step names".to_owned();
        return Err(CommandError::NothingSelected(message));
    }
    let mut deleted = Vec::with_capacity(files.len());
    for file in files {
        delete_snapshot(settings, &file)?;
        deleted.push(settings.name_of(&file));
    }
    print(&format!("deleted: {}", deleted.join(", ")));
    Ok(Exit::Holds)
}

fn conclude(done: &str, answered: &[String], settings: &Settings) -> Result<Exit, CommandError> {
    if answered.is_empty() {
        return Err(CommandError::NothingSelected("nothing waits for a review".to_owned()));
    }
    print(&format!("{done}: {}", answered.join(", ")));
    let left = Waiting::all(settings)?;
    if !left.is_empty() {
        eprint(&Waiting::summary(&left));
    }
    Ok(Exit::Holds)
}
