//! `proofmark record`: the running environment as a pending baseline.

use std::sync::Arc;

use super::args::{OutputFormat, RecordArgs, Shared};
use super::context::Context;
use super::error::CommandError;
use super::output::{eprint, print, settings_of};
use crate::baseline::{self, RecordOptions};
use crate::engine::Target;
use crate::model::Exit;

pub(super) async fn perform(
    context: &Context,
    shared: &Shared,
    args: &RecordArgs,
) -> Result<Exit, CommandError> {
    let settings = settings_of(context, shared)?;
    let variables = Arc::new(context.variables.clone());
    let target = Target::look(settings, variables).await?;
    let options = RecordOptions { may_write: !context.in_ci() || args.in_ci };
    let pending = baseline::record(&target, options).await?;
    if shared.format == OutputFormat::Json {
        print(&serde_json::to_string_pretty(&pending).expect("a review is plain data"));
    } else if pending.is_empty() {
        print("nothing changed: the environment is what the baseline says");
    } else {
        for review in &pending {
            print(&format!("{}: {} facts to review", review.service, review.changes.len()));
        }
        eprint("look at them with `proofmark review`, or take them with `proofmark accept --all`");
    }
    Ok(Exit::Holds)
}
