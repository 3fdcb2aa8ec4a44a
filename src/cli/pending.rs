//! `proofmark pending`: what waits for a person, without asking.

use super::args::{OutputFormat, Shared};
use super::context::Context;
use super::error::CommandError;
use super::output::{json, print, settings_of};
use super::review::drawing;
use crate::baseline::{self, Folder, PendingReview};
use crate::model::Exit;

pub(super) fn perform(context: &Context, shared: &Shared) -> Result<Exit, CommandError> {
    let folder = Folder::of(&*settings_of(context, shared)?);
    Ok(list(context, shared.format, &baseline::pending(&folder)?))
}

/// Prints what waits; that something does has an exit code of its own.
pub(super) fn list(context: &Context, format: OutputFormat, waiting: &[PendingReview]) -> Exit {
    if format == OutputFormat::Json {
        print(&json(&waiting));
    } else if waiting.is_empty() {
        print("nothing waits for a review");
    } else {
        let shown = waiting
            .iter()
            .enumerate()
            .map(|(at, review)| drawing::service(review, (at + 1, waiting.len()), context.width));
        print(&shown.collect::<Vec<_>>().join("\n\n"));
    }
    if waiting.is_empty() { Exit::Holds } else { Exit::Locked }
}
