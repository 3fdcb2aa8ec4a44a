//! `proofmark test`: suites against the environment.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::num::NonZeroUsize;

use serde::Serialize;

use super::args::{OutputFormat, SelectionArgs, Shared, TestArgs};
use super::context::Context;
use super::error::CommandError;
use super::inspect::{self, Asked};
use super::output::{eprint, json, print, settings_of};
use crate::config::{ConfigError, Settings, waivers};
use crate::gate::{Coverage, Forecast, forecast};
use crate::model::{Check, CheckResult, Exit, Kind};
use crate::report::plural;
use crate::runner::Options;
use crate::store::Store;
use crate::suite::{Filter, Selection, SnapshotUpdate};

pub(super) async fn perform(
    context: &Context,
    shared: &Shared,
    args: &TestArgs,
) -> Result<Exit, CommandError> {
    if args.list || args.dry_run {
        refuse_what_shows_no_list(shared.format)?;
    }
    let levels: Vec<Kind> = if args.level.is_empty() {
        Coverage::LEVELS.to_vec()
    } else {
        args.level.iter().copied().map(Kind::from).collect()
    };
    let coverage = coverage(context, shared, levels, &args.selection)?;
    if args.list {
        return list(context, shared, &coverage);
    }
    if args.dry_run {
        return foresee(context, shared, &coverage);
    }
    let seed = args.shuffle.map(|seed| seed.unwrap_or_else(|| context.seed()));
    if let Some(seed) = seed {
        eprint(&format!("shuffled; for this order again: --shuffle={seed}"));
    }
    let settings = settings_of(context, shared)?;
    let said = inspect::options(&settings, shared)?;
    let fail_fast = args.fail_fast.then_some(NonZeroUsize::MIN);
    let options = Options {
        jobs: args.jobs.unwrap_or(said.jobs),
        most_failures: fail_fast.or(args.max_fail).or(said.most_failures),
        limit: args.timeout.or(said.limit),
        seed,
        ..said
    };
    let update = match args.update {
        None => SnapshotUpdate::Never,
        Some(update) => {
            context.refuse_ci(args.in_ci, "updated")?;
            update.into()
        }
    };
    let reports = &args.reports;
    let metrics = args.metrics.metrics;
    let phase = None;
    let asked =
        Asked { command: "test", settings, phase, coverage, options, update, reports, metrics };
    inspect::perform(context, shared, asked).await
}

/// Refuses formats that can show results only.
pub(super) fn refuse_what_shows_no_list(format: OutputFormat) -> Result<(), CommandError> {
    match format {
        OutputFormat::Human | OutputFormat::Json => Ok(()),
        other => Err(CommandError::NoListIn(other)),
    }
}

/// Covers the cases of some levels that a selection leaves.
pub(super) fn coverage(
    context: &Context,
    shared: &Shared,
    levels: impl IntoIterator<Item = Kind>,
    args: &SelectionArgs,
) -> Result<Coverage, CommandError> {
    let filters = args.filter.iter().map(|text| Filter::parse(text));
    let selection = Selection {
        names: args.names.clone(),
        tags: args.tag.clone(),
        files: args.suite.iter().map(|file| context.folder.join(file)).collect(),
        filters: filters.collect::<Result<_, _>>().map_err(CommandError::Filter)?,
        checks: args.rerun_failed.then(|| open_checks(context, shared)).transpose()?,
        shard: args.shard,
        ..Selection::default()
    };
    Ok(Coverage::of(levels).selecting(selection))
}

/// Gives the checks whose last result, in this environment, leaves something to be mended or found out.
fn open_checks(context: &Context, shared: &Shared) -> Result<BTreeSet<String>, CommandError> {
    let settings = settings_of(context, shared)?;
    let Settings { state, environment, .. } = &*settings;
    let last = Store::open(state)?.last_results(environment)?;
    let of_a_case = last.into_iter().filter(|r| Coverage::LEVELS.contains(&r.check.kind));
    let open = of_a_case.filter(CheckResult::is_open).map(|result| result.check.id);
    let open: BTreeSet<String> = open.collect();
    if open.is_empty() {
        let message = format!("no case that ran on `{environment}` waits for another run");
        return Err(CommandError::NothingSelected(message));
    }
    Ok(open)
}

/// Is a line of a list: a case, and why it is skipped where it is.
#[derive(Serialize)]
struct Listed {
    #[serde(flatten)]
    check: Check,
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<String>,
}

/// Lists the cases that are covered, marks what the environment skips, and runs nothing.
pub(super) fn list(
    context: &Context,
    shared: &Shared,
    coverage: &Coverage,
) -> Result<Exit, CommandError> {
    let settings = settings_of(context, shared)?;
    let cases = forecast(&settings, coverage)?.into_iter();
    let cases = cases.map(|Forecast { check, skipped }| Listed { check, skipped });
    let text = if shared.format == OutputFormat::Json {
        json(&cases.collect::<Vec<_>>())
    } else {
        let line = |Listed { check: Check { id, .. }, skipped }| match skipped {
            None => id,
            Some(why) => format!("{id}  (skipped: {why})"),
        };
        cases.map(line).collect::<Vec<_>>().join("\n")
    };
    print(&text);
    Ok(Exit::Holds)
}

/// Reads all that a run would read, and says what it would do; one that would skip every case could not
/// tell anything.
pub(super) fn foresee(
    context: &Context,
    shared: &Shared,
    coverage: &Coverage,
) -> Result<Exit, CommandError> {
    let settings = settings_of(context, shared)?;
    waivers(&settings).map_err(ConfigError::from)?;
    let cases = forecast(&settings, coverage)?;
    let skipped = cases.iter().filter(|case| case.skipped.is_some()).count();
    let run = cases.len() - skipped;
    if shared.format == OutputFormat::Json {
        print(&json(&cases));
    } else {
        let mut text = String::new();
        for case in &cases {
            let id = &case.check.id;
            let _ = match &case.skipped {
                None => writeln!(text, "run   {id}"),
                Some(why) => writeln!(text, "skip  {id}: {why}"),
            };
        }
        let environment = &settings.environment;
        let _ = write!(text, "\n{} would run on {environment}", plural(run, "case"));
        if skipped > 0 {
            let _ = write!(text, ", {skipped} would be skipped");
        }
        print(&text);
    }
    Ok(if run == 0 { Exit::Inconclusive } else { Exit::Holds })
}
