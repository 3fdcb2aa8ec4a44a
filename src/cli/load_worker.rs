//! `proofmark load-worker`: the child process that generates load.

use std::io::{BufReader, stdin};

use super::error::CommandError;
use crate::load;
use crate::model::Exit;

/// Generates load as stdin describes it; what a load check starts.
///
/// On one thread: users take turns on it, and arrivals have threads of their own.
pub(super) fn perform() -> Exit {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(cause) => return CommandError::Runtime(cause).report(),
    };
    let worked = runtime.block_on(Box::pin(load::work(BufReader::new(stdin()))));
    // A host name that is still being looked up must not keep a finished load alive.
    runtime.shutdown_background();
    match worked {
        Ok(()) => Exit::Holds,
        Err(cause) => CommandError::from(cause).report(),
    }
}
