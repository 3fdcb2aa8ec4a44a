//! One question to a target: look, plan, run, judge, decide.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use thiserror::Error;
use tokio_util::sync::CancellationToken;

use super::{Coverage, plan::plan};
use crate::baseline::BaselineError;
use crate::config::{Settings, Variables};
use crate::engine::{Target, TargetError};
use crate::load::{Generator, LoadError};
use crate::model::{
    Check, Decision, Diagnostic, Judgement, Phase, Redactor, Run, decide, judge,
};
use crate::runner::{self, Event, Options};
use crate::suite::{self, Suite, SuiteError};

/// Is everything that one inspection needs to know.
#[derive(Debug, Clone)]
pub struct Question {
    /// The environment.
    pub settings: Arc<Settings>,
    /// The process environment.
    pub variables: Arc<Variables>,
    /// The command that asks, for the report.
    pub command: String,
    /// The phase of a deployment that it is for.
    pub phase: Option<Phase>,
    /// What it covers.
    pub coverage: Coverage,
    /// How the plan is performed.
    pub options: Options,
    /// What generates load.
    pub generator: Generator,
    /// Gives the time of day.
    pub clock: fn() -> SystemTime,
    /// Interrupts it.
    pub stop: CancellationToken,
}

/// Is what came of a question.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// Everything that was asked and answered.
    pub run: Run,
    /// The one answer.
    pub judgement: Judgement,
    /// What to do about it, where the question was for a phase.
    pub decision: Option<Decision>,
}

/// Says why a question could not be asked at all.
#[derive(Debug, Error)]
pub enum GateError {
    /// The target could not be looked at.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The target is not there.
    #[error(
        "nothing of project `{project}` is running; bring it up with `docker compose -p {project} up -d --wait`, or name another environment with --env"
    )]
    NothingRuns {
        /// The Compose project.
        project: String,
    },
    /// The baseline is refused.
    #[error(transparent)]
    Baseline(#[from] BaselineError),
    /// Suites are refused: each with its place.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Suites(Vec<Diagnostic>),
    /// Suites cannot be planned for this target.
    #[error(transparent)]
    Suite(#[from] SuiteError),
    /// Load cannot be planned for this target.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The selection leaves nothing.
    #[error("no case is selected: {0}")]
    NothingSelected(String),
}

/// Looks at the target, asks everything that the question covers, and judges the answers.
///
/// # Errors
///
/// When the target cannot be looked at, or a baseline or suite is refused: then nothing was run.
pub async fn inspect(
    question: &Question,
    observe: impl FnMut(&Event<'_>),
) -> Result<Inspection, GateError> {
    let settings = &question.settings;
    let suites = selected(settings, &question.coverage)?;
    let target = Target::look(Arc::clone(settings), Arc::clone(&question.variables)).await?;
    if question.coverage.needs_a_running_target() && target.containers.is_empty() {
        let project = settings.compose.as_ref().map_or(&settings.project, |c| &c.project);
        return Err(GateError::NothingRuns { project: project.clone() });
    }
    let tasks = plan(&target, &suites, &question.coverage, &question.generator)?;

    let started = humantime::format_rfc3339_seconds((question.clock)()).to_string();
    let clock = Instant::now();
    let redactor = Redactor::new(target.secrets());
    let results =
        runner::run(tasks, &question.options, redactor, &question.stop, observe).await;
    let run = Run {
        schema: Run::SCHEMA,
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        command: question.command.clone(),
        project: settings.project.clone(),
        environment: settings.environment.clone(),
        phase: question.phase,
        release: target.release.clone(),
        started,
        elapsed_ms: clock.elapsed().as_secs_f64() * 1000.0,
        results,
    };
    let judgement = judge(&run, settings.policy);
    let decision = question.phase.map(|phase| decide(judgement.verdict, phase));
    Ok(Inspection { run, judgement, decision })
}

/// Lists the cases that a coverage selects, without looking at the target.
///
/// # Errors
///
/// When a suite is refused or nothing is selected.
pub fn cases(settings: &Settings, coverage: &Coverage) -> Result<Vec<Check>, GateError> {
    Ok(selected(settings, coverage)?.iter().flat_map(Suite::checks).collect())
}

/// Reads every suite, so that a broken one is never passed over, and keeps the cases selected.
fn selected(settings: &Settings, coverage: &Coverage) -> Result<Vec<Suite>, GateError> {
    if !coverage.covers_suites() {
        return Ok(Vec::new());
    }
    let suites = suite::read_folder(settings).map_err(GateError::Suites)?;
    let covered = suites.into_iter().filter(|suite| coverage.covers(suite.level)).collect();
    let selected = suite::select(covered, &coverage.selection);
    if selected.is_empty() && !coverage.selection.is_everything() {
        return Err(GateError::NothingSelected(coverage.selection.to_string()));
    }
    Ok(selected)
}
