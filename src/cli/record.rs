//! `proofmark record`: the running environment as a pending baseline.

use std::sync::Arc;

use super::args::{OutputFormat, RecordArgs, Shared};
use super::context::Context;
use super::error::CommandError;
use super::output::{eprint, json, print, settings_of};
use crate::baseline::{self, RecordOptions, Recording};
use crate::engine::Target;
use crate::model::Exit;

pub(super) async fn perform(
    context: &Context,
    shared: &Shared,
    args: &RecordArgs,
) -> Result<Exit, CommandError> {
    let settings = settings_of(context, shared)?;
    let target = Target::look(settings, Arc::new(context.variables.clone())).await?;
    let mut progress = context.progress();
    let spinner = progress.spinner("reading what runs");
    let options = RecordOptions { write_in_ci: args.in_ci };
    let recording = baseline::record(&target, options).await;
    drop(spinner);
    let recording = recording?;
    if shared.format == OutputFormat::Json {
        print(&json(&recording));
    } else {
        tell(&recording);
    }
    Ok(Exit::Holds)
}

fn tell(recording: &Recording) {
    for service in &recording.gone {
        eprint(&format!(
            "{service} was accepted and is not there any more; delete its file if that is meant"
        ));
    }
    if recording.differing.is_empty() {
        print("nothing changed: the environment is what the baseline says");
        return;
    }
    print(&format!("to review: {}", recording.differing.join(", ")));
    eprint(if recording.written {
        "look at it with `proofmark review`, or take it with `proofmark accept --all`"
    } else {
        "nothing was written, because CI is set; `--in-ci` writes all the same"
    });
}
