//! `proofmark test`: suites against the environment.

use super::args::{OutputFormat, Shared, TestArgs};
use super::context::Context;
use super::error::CommandError;
use super::inspect::{self, Asked};
use super::output::{json, print, settings_of};
use crate::gate::{Coverage, cases};
use crate::model::{Exit, Kind};
use crate::runner::Options;
use crate::suite::Selection;

pub(super) async fn perform(
    context: &Context,
    shared: &Shared,
    args: &TestArgs,
) -> Result<Exit, CommandError> {
    let levels: Vec<Kind> = if args.level.is_empty() {
        Coverage::LEVELS.to_vec()
    } else {
        args.level.iter().copied().map(Kind::from).collect()
    };
    let selection = Selection {
        names: args.names.clone(),
        tags: args.tag.clone(),
        files: args.suite.iter().map(|file| context.folder.join(file)).collect(),
        ..Selection::default()
    };
    let coverage = Coverage::of(levels).selecting(selection);
    if args.list {
        return list(context, shared, &coverage);
    }
    let defaults = Options::default();
    let options =
        Options { jobs: args.jobs.unwrap_or(defaults.jobs), fail_fast: args.fail_fast, ..defaults };
    let asked = Asked { command: "test", phase: None, coverage, options, reports: &args.reports };
    inspect::perform(context, shared, asked).await
}

fn list(context: &Context, shared: &Shared, coverage: &Coverage) -> Result<Exit, CommandError> {
    let settings = settings_of(context, shared)?;
    let cases = cases(&settings, coverage)?;
    let text = if shared.format == OutputFormat::Json {
        json(&cases)
    } else {
        cases.iter().map(|case| case.id.as_str()).collect::<Vec<_>>().join("\n")
    };
    print(&text);
    Ok(Exit::Holds)
}
