//! `proofmark review`: each pending snapshot in turn, with insta's words and keys.

use console::{Key, Term};

use super::accept::record_answer;
use super::args::{OutputFormat, Shared};
use super::context::Context;
use super::error::CommandError;
use super::output::{eprint, print, settings_of};
use super::style::{ADDED, REMOVED, STRONG};
use crate::baseline::{self, Change, PendingReview};
use crate::model::Exit;

pub(super) fn perform(context: &Context, shared: &Shared) -> Result<Exit, CommandError> {
    let settings = settings_of(context, shared)?;
    let pending = baseline::pending(&settings)?;
    if shared.format == OutputFormat::Json {
        print(&serde_json::to_string_pretty(&pending).expect("a review is plain data"));
        return Ok(Exit::Holds);
    }
    if pending.is_empty() {
        print("nothing is pending");
        return Ok(Exit::Holds);
    }
    if !context.interactive {
        pending.iter().for_each(|review| print(&drawn(review)));
        eprint("there is no terminal to ask on; answer with `proofmark accept` or `proofmark reject`");
        return Ok(Exit::Locked);
    }
    todo!()
}
