//! `proofmark schema`: the JSON Schema of what Proofmark reads and writes.

use super::args::{SchemaArgs, SchemaOf};
use super::error::CommandError;
use super::output::{json, print};
use crate::model::Exit;
use crate::{config, report, suite};

#[expect(clippy::unnecessary_wraps, reason = "each command has the same shape")]
pub(super) fn perform(args: &SchemaArgs) -> Result<Exit, CommandError> {
    let schema = match args.what {
        SchemaOf::Run => report::schema().to_value(),
        SchemaOf::Settings => config::settings_schema(),
        SchemaOf::Suite => suite::suite_schema(),
        SchemaOf::Fixture => suite::fixture_schema(),
        SchemaOf::Waivers => config::waivers_schema(),
    };
    print(&json(&schema));
    Ok(Exit::Holds)
}
