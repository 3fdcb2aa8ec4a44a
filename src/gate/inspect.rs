//! One question to a target: look, plan, run, judge, decide.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use thiserror::Error;
use tokio_util::sync::CancellationToken;

use super::waivers::{stale, waive};
use super::{Coverage, plan::plan};
use crate::baseline::BaselineError;
use crate::config::{Settings, Variables};
use crate::engine::{Container, Looked, Target, TargetError, View};
use crate::load::Generator;
use crate::model::{
    Check, Date, Decision, Diagnostic, Judgement, Kind, Phase, Redactor, Run, Waiver, decide, judge,
};
use crate::report::Report;
use crate::runner::{self, Event, Options, Task};
use crate::suite::{self, Level, SelectError, SnapshotUpdate, Suite};

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
    /// The failures that are accepted here.
    pub waivers: Arc<[Waiver]>,
    /// How the plan is performed.
    pub options: Options,
    /// What generates load.
    pub generator: Generator,
    /// Gives the time of day.
    pub clock: fn() -> SystemTime,
    /// A text that no other run has, of lower-case letters and digits.
    pub unique: String,
    /// What becomes of answers that are not as their snapshots.
    pub update: SnapshotUpdate,
    /// Interrupts it.
    pub stop: CancellationToken,
}

impl Question {
    /// Looks at the environment that is asked about, through its engine.
    pub async fn look(&self) -> Result<Target, TargetError> {
        let (settings, variables) = (Arc::clone(&self.settings), Arc::clone(&self.variables));
        if self.coverage.covers_all_of(Kind::Drift) {
            Target::look_with_hashes(settings, variables).await
        } else {
            Target::look(settings, variables).await
        }
    }

    /// Tells whether no check of `kind` was left out or given up.
    fn asks_all_of(&self, kind: Kind) -> bool {
        let cut_short = self.stop.is_cancelled() || self.options.most_failures.is_some();
        !cut_short && self.coverage.covers_all_of(kind)
    }

    /// Gives the day on which it is asked.
    #[must_use]
    pub fn today(&self) -> Date {
        Date::of((self.clock)())
    }

    /// Gives the time of day as RFC 3339 in UTC, to the second.
    #[must_use]
    pub fn now(&self) -> String {
        humantime::format_rfc3339_seconds((self.clock)()).to_string()
    }
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

impl Inspection {
    /// Gives what the renderings take.
    #[must_use]
    pub fn report(&self) -> Report<'_> {
        let Self { run, judgement, decision } = self;
        Report { run, judgement, decision: *decision }
    }
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
    /// The selection leaves nothing.
    #[error(transparent)]
    Select(#[from] SelectError),
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
    let suites = selected(&question.settings, &question.coverage)?;
    let (settings, variables) = (Arc::clone(&question.settings), Arc::clone(&question.variables));
    let looked = Looked::at(settings, variables).await?;
    // Of all that can be covered only unit suites start what they need themselves.
    let needs_it = !question.coverage.covers_only_suites()
        || suites.iter().any(|suite| suite.level != Level::Unit);
    if needs_it {
        refuse_absent(&looked)?;
    }
    let view = looked.view();
    let tasks = plan(question, view, &suites)?;
    Ok(perform(question, view, tasks, observe).await)
}

/// Refuses a target of which nothing runs, as far as that shows.
pub(super) fn refuse_absent(looked: &Looked) -> Result<(), GateError> {
    match looked {
        Looked::Engine(target)
            if !target.containers.values().flatten().any(Container::is_running) =>
        {
            Err(GateError::NothingRuns { project: target.project.project.clone() })
        }
        Looked::Engine(_) | Looked::Http(_) => Ok(()),
    }
}

/// Plans what the question covers of a target that was looked at already.
///
/// # Errors
///
/// When a baseline or suite is refused.
pub fn plan_for(question: &Question, target: &Target) -> Result<Vec<Task>, GateError> {
    let suites = selected(&question.settings, &question.coverage)?;
    plan(question, View::Engine(target), &suites)
}

/// Performs a plan for a question and judges what came of it.
pub async fn perform(
    question: &Question,
    view: View<'_>,
    tasks: Vec<Task>,
    observe: impl FnMut(&Event<'_>),
) -> Inspection {
    let settings = &question.settings;
    let started = question.now();
    let clock = Instant::now();
    let redactor = Redactor::new(view.secrets());
    let tasks = waive(tasks, &question.waivers, &question.today());
    let mut results =
        runner::run(tasks, &question.options, redactor, &question.stop, observe).await;
    let elapsed_ms = clock.elapsed().as_secs_f64() * 1000.0;
    results.extend(stale(
        &question.waivers,
        &results,
        &question.today(),
        |kind| question.asks_all_of(kind),
        elapsed_ms,
    ));
    let run = Run {
        schema: Run::SCHEMA,
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        command: question.command.clone(),
        project: settings.project.clone(),
        environment: settings.environment.clone(),
        phase: question.phase,
        release: view.release().map(str::to_owned),
        started,
        elapsed_ms,
        results,
    };
    let judgement = judge(&run, settings.policy);
    let decision = question.phase.map(|phase| decide(judgement.verdict, phase));
    Inspection { run, judgement, decision }
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
pub(super) fn selected(settings: &Settings, coverage: &Coverage) -> Result<Vec<Suite>, GateError> {
    if !coverage.covers_suites() || (!settings.suites.exists() && !coverage.covers_only_suites()) {
        return Ok(Vec::new());
    }
    let suites = suite::read_folder(settings).map_err(GateError::Suites)?;
    if suites.is_empty() && coverage.covers_only_suites() {
        return Err(SelectError::NoSuites(settings.name_of(&settings.suites)).into());
    }
    let covered: Vec<Suite> =
        suites.into_iter().filter(|suite| coverage.covers(suite.level.kind())).collect();
    if covered.is_empty() && coverage.covers_only_suites() {
        return Err(SelectError::Nothing.into());
    }
    Ok(suite::select(covered, &coverage.selection, &settings.environments)?)
}
