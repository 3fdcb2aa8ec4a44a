//! `proofmark judge`: a candidate's rounds held against the baseline's, wherever they were measured.

use std::path::Path;
use std::time::Instant;

use tokio_util::sync::CancellationToken;

use super::args::{JudgeArgs, OutputFormat, Shared};
use super::context::Context;
use super::error::CommandError;
use super::output::{print, publish, report_files, write_reports};
use crate::config::Source;
use crate::gate::Inspection;
use crate::load::rounds;
use crate::model::{
    CheckResult, Comparison, Exit, Outcome, Policy, Redactor, Run, Severity, judge,
};
use crate::report::style::{DIM, ink, symbol};
use crate::report::table::{Cell, aligned};
use crate::report::visible;
use crate::runner::{self, Options, Task};

/// What stands above the columns.
const HEAD: [&str; 11] = [
    "",
    "metric",
    "baseline",
    "candidate",
    "change",
    "interval",
    "tolerance",
    "worst round",
    "verdict",
    "pairs",
    "settled by",
];

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
    let judgement = judge(&run, Policy { warnings_fail: args.warnings_fail });
    let inspection = Inspection { run, judgement, decision: None };
    if shared.format == OutputFormat::Human {
        print(&table(&inspection.run));
        print("");
    }
    publish(context, &inspection, shared.format);
    write_reports(context, &inspection, &files)?;
    Ok(inspection.judgement.verdict.exit())
}

/// Names the rounds after their file, without its ending.
fn group(file: &Path) -> String {
    file.file_stem().map_or_else(|| "rounds".to_owned(), |stem| stem.to_string_lossy().into_owned())
}

/// Gives every result in a line, what passes too.
fn table(run: &Run) -> String {
    let mut rows = vec![HEAD.map(|head| Cell::left(head).ink(DIM)).to_vec()];
    rows.extend(run.results.iter().map(row));
    aligned(&rows).join("\n")
}

fn row(result: &CheckResult) -> Vec<Cell> {
    let ink = ink(result.outcome);
    let numbers = result.evidence.comparison.as_deref().map(numbers).unwrap_or_default();
    let [baseline, candidate, change, interval, tolerance, worst, pairs, settled] = numbers;
    let mut row =
        vec![Cell::left(symbol(result.outcome)).ink(ink), Cell::left(visible(&result.check.name))];
    row.extend([baseline, candidate, change, interval, tolerance, worst].map(Cell::left));
    row.push(Cell::left(verdict(result)).ink(ink));
    row.extend([pairs, settled].map(Cell::left));
    row
}

fn numbers(comparison: &Comparison) -> [String; 8] {
    let (baseline, candidate) = comparison.shown_sides();
    [
        baseline,
        candidate,
        comparison.shown_estimate(),
        comparison.shown_interval(),
        comparison.shown_limit(),
        comparison.statistic.show(comparison.worst),
        comparison.pairs.to_string(),
        comparison.pairs_needed.map(|needed| format!("about {needed}")).unwrap_or_default(),
    ]
}

/// Gives the word for an outcome and its reason; a failure that only warns is a warning.
fn verdict(result: &CheckResult) -> String {
    let word = match (result.outcome, result.check.severity) {
        (Outcome::Fail, Severity::Warning) => "warning",
        (outcome, _) => outcome.word(),
    };
    match result.reason {
        Some(reason) => format!("{word}: {}", reason.word()),
        None => word.to_owned(),
    }
}
