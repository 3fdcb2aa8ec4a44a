//! `proofmark judge`: a candidate's rounds held against the baseline's, wherever they were measured.

use std::path::Path;
use std::time::Instant;

use tokio_util::sync::CancellationToken;

use super::args::{JudgeArgs, OutputFormat, Shared};
use super::context::Context;
use super::error::CommandError;
use super::output::{exit_after, print, publish, report_files, write_reports};
use super::rounds_table::table;
use crate::config::Source;
use crate::gate::Inspection;
use crate::load::rounds;
use crate::model::{Exit, Policy, Redactor, Run, judge};
use crate::runner::{self, Options, Task};

pub(super) async fn perform(
    context: &Context,
    shared: &Shared,
    args: &JudgeArgs,
) -> Result<Exit, CommandError> {
    let started = context.now();
    let clock = Instant::now();
    let files = report_files(context, &args.reports.report)?;
    let name = args.rounds.display().to_string();
    let source =
        Source::open(&context.folder.join(&args.rounds), name).map_err(CommandError::Rounds)?;
    let rounds = rounds::read(source).map_err(CommandError::Rounds)?;
    let checks = rounds.judge(&args.rule(), &group(&args.rounds)).map_err(CommandError::Rounds)?;
    let tasks = checks.into_iter().map(|(check, finding)| Task::answered(check, finding)).collect();
    let stop = CancellationToken::new();
    let results = runner::run(tasks, &Options::default(), Redactor::default(), &stop, |_| {}).await;
    let run = Run {
        schema: Run::SCHEMA,
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        command: "judge".to_owned(),
        project: "-".to_owned(),
        environment: shared.env.clone(),
        phase: None,
        release: None,
        started,
        elapsed_ms: clock.elapsed().as_secs_f64() * 1000.0,
        results,
    };
    let judgement = judge(&run, Policy { warnings_fail: args.rule.warnings_fail });
    let inspection = Inspection { run, judgement, decision: None };
    if shared.format == OutputFormat::Human {
        let rows = inspection.run.results.iter().map(|result| (&*result.check.name, result));
        print(&table(rows, context.width));
        print("");
    }
    publish(context, &inspection, shared.format);
    let troubles = write_reports(context, &inspection, &files);
    Ok(exit_after(inspection.judgement.verdict.exit(), troubles))
}

/// Names the rounds after their file, without its ending.
fn group(file: &Path) -> String {
    file.file_stem().map_or_else(|| "rounds".to_owned(), |stem| stem.to_string_lossy().into_owned())
}
