//! `proofmark schema`: the JSON Schema of what Proofmark writes.

use super::args::{SchemaArgs, SchemaOf};
use super::error::CommandError;
use super::output::{json, print};
use crate::model::Exit;
use crate::report;

#[expect(clippy::unnecessary_wraps, reason = "each command has the same shape")]
pub(super) fn perform(args: &SchemaArgs) -> Result<Exit, CommandError> {
    let schema = match args.what {
        SchemaOf::Run => report::schema(),
    };
    print(&json(&schema));
    Ok(Exit::Holds)
}
