//! `proofmark accept` and `proofmark reject`: answer for pending snapshots without a terminal.

use super::args::{AnswerArgs, Shared};
use super::context::Context;
use super::error::CommandError;
use super::output::{print, settings_of};
use crate::baseline::{self, Approval};
use crate::model::Exit;

/// Says which of the two commands is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Accept,
    Reject,
}

pub(super) fn perform(
    context: &Context,
    shared: &Shared,
    args: &AnswerArgs,
    answer: Answer,
) -> Result<Exit, CommandError> {
    let settings = settings_of(context, shared)?;
    let pending = baseline::pending(&settings)?;
    let wanted = |service: &String| args.all || args.services.contains(service);
    let unknown = args.services.iter().find(|name| !pending.iter().any(|p| p.service == **name));
    if let Some(unknown) = unknown {
        return Err(CommandError::NothingSelected(format!("nothing is pending for `{unknown}`")));
    }
    let services: Vec<String> =
        pending.into_iter().map(|review| review.service).filter(wanted).collect();
    if services.is_empty() {
        return Err(CommandError::NothingSelected("nothing is pending".to_owned()));
    }
    let approval = Approval { by: args.by.clone(), at: context.now() };
    for service in &services {
        match answer {
            Answer::Accept => baseline::accept(&settings, service, &approval)?,
            Answer::Reject => baseline::reject(&settings, service)?,
        }
    }
    let done = if answer == Answer::Accept { "accepted" } else { "rejected" };
    print(&format!("{done}: {}", services.join(", ")));
    Ok(Exit::Holds)
}
