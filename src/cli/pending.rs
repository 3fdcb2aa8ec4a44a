//! `proofmark pending`: what waits for a person, without asking.

use super::args::{OutputFormat, PendingArgs, Shared};
use super::context::Context;
use super::error::CommandError;
use super::output::{json, print, settings_of};
use super::review::drawing;
use super::waiting::Waiting;
use crate::config::Settings;
use crate::gate::GateError;
use crate::model::Exit;
use crate::suite::{read_folder, unreferenced_snapshots};

pub(super) fn perform(
    context: &Context,
    shared: &Shared,
    args: &PendingArgs,
) -> Result<Exit, CommandError> {
    let settings = settings_of(context, shared)?;
    if args.unreferenced {
        return unreferenced(shared.format, &settings);
    }
    Ok(list(context, shared.format, &Waiting::all(&settings)?))
}

/// Prints what waits; that something does has an exit code of its own.
pub(super) fn list(context: &Context, format: OutputFormat, waiting: &[Waiting]) -> Exit {
    if format == OutputFormat::Json {
        print(&json(&waiting));
    } else if waiting.is_empty() {
        print("nothing waits for a review");
    } else {
        let shown = waiting
            .iter()
            .enumerate()
            .map(|(at, one)| drawing::whole(one, (at + 1, waiting.len()), context.width));
        print(&shown.collect::<Vec<_>>().join("\n\n"));
    }
    if waiting.is_empty() { Exit::Holds } else { Exit::Locked }
}

/// Prints the snapshots that no step names any more.
fn unreferenced(format: OutputFormat, settings: &Settings) -> Result<Exit, CommandError> {
    let suites = read_folder(settings).map_err(GateError::Suites)?;
    let files = unreferenced_snapshots(settings, &suites)?;
    let names: Vec<String> = files.iter().map(|file| settings.name_of(file)).collect();
    if format == OutputFormat::Json {
        print(&json(&names));
    } else if names.is_empty() {
        print("every snapshot is one that a step names");
    } else {
        print(&format!(
            "no step names these snapshots; `proofmark reject --unreferenced` deletes them:\n{}",
            names.join("\n")
        ));
    }
    Ok(if names.is_empty() { Exit::Holds } else { Exit::Locked })
}
