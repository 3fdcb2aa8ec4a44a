//! `proofmark review`: each pending snapshot in turn, with insta's words and keys.

use console::{Key, Term};

use super::args::{OutputFormat, ReviewArgs, Shared};
use super::context::Context;
use super::error::CommandError;
use super::output::{eprint, json, print, settings_of};
use super::style::{DIM, FAIL, INCONCLUSIVE, PASS, STRONG, inked};
use crate::baseline::{self, Approval, Awaiting, Change, Entry, Folder, PendingReview, Selection};
use crate::model::Exit;
use crate::report::visible;

/// Says what a person answered for one service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Accept,
    Reject,
    Skip,
    Leave,
}

pub(super) fn perform(
    context: &Context,
    shared: &Shared,
    args: &ReviewArgs,
) -> Result<Exit, CommandError> {
    let folder = Folder::of(&*settings_of(context, shared)?);
    let pending = baseline::pending(&folder)?;
    if shared.format == OutputFormat::Json {
        print(&json(&pending));
        return Ok(waiting(pending.len()));
    }
    if pending.is_empty() {
        print("nothing waits for a review");
        return Ok(Exit::Holds);
    }
    let mut left = 0;
    for review in &pending {
        print(&drawn(review));
        match if context.interactive { ask(&review.service)? } else { Answer::Skip } {
            Answer::Accept => {
                let approval = Approval { by: args.by.clone(), at: context.now() };
                baseline::accept(&folder, &only(review), &approval)?;
            }
            Answer::Reject => {
                baseline::reject(&folder, &only(review))?;
            }
            Answer::Skip => left += 1,
            Answer::Leave => return Ok(Exit::Locked),
        }
    }
    if !context.interactive {
        eprint(
            "there is no terminal to ask on; answer with `proofmark accept` or `proofmark reject`",
        );
    }
    Ok(waiting(left))
}

/// What waits for a person's decision has an exit code of its own.
fn waiting(count: usize) -> Exit {
    if count == 0 { Exit::Holds } else { Exit::Locked }
}

fn only(review: &PendingReview) -> Selection {
    Selection::Services([review.service.clone()].into())
}

fn ask(service: &str) -> Result<Answer, CommandError> {
    let terminal = Term::stderr();
    eprint(&format!(
        "{service}: {} accept, {} reject, {} skip, {} leave",
        inked(PASS, "a"),
        inked(FAIL, "r"),
        inked(INCONCLUSIVE, "s"),
        inked(STRONG, "q")
    ));
    loop {
        match terminal.read_key().map_err(CommandError::Terminal)? {
            Key::Char('a') => return Ok(Answer::Accept),
            Key::Char('r') => return Ok(Answer::Reject),
            Key::Char('s') => return Ok(Answer::Skip),
            Key::Char('q') | Key::Escape => return Ok(Answer::Leave),
            _ => {}
        }
    }
}

fn drawn(review: &PendingReview) -> String {
    let why = match review.awaiting {
        Awaiting::New => "recorded for the first time",
        Awaiting::Changed => "differs from what was accepted",
        Awaiting::Unapproved => "in place, and nobody approved it",
        Awaiting::Edited => "edited after it was approved",
    };
    let mut lines = vec![format!(
        "{}  {}",
        inked(STRONG, &review.service),
        inked(DIM, &format!("{why}  {}", review.file))
    )];
    lines.extend(review.changes.iter().flat_map(changed));
    lines.join("\n")
}

fn changed(change: &Change) -> Vec<String> {
    let side = |sign: &str, entry: &Entry| {
        let value = entry.value.to_string();
        format!(
            "  {sign} {}: {}  [{}]",
            visible(&change.path),
            visible(&value),
            entry.section.word()
        )
    };
    let before = change.before.as_ref().map(|entry| inked(FAIL, &side("-", entry)));
    let after = change.after.as_ref().map(|entry| inked(PASS, &side("+", entry)));
    before.into_iter().chain(after).collect()
}
