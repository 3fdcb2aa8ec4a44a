//! What `diff`, `check`, `test` and `gate` share: ask one question, show it, remember it.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::args::{ReportArgs, Shared};
use super::context::Context;
use super::error::CommandError;
use super::interrupt::stop_on_signal;
use super::metrics::{Metrics, MetricsAddress};
use super::output::{exit_after, publish, report_files, write_reports};
use crate::config::{ConfigError, Settings, waivers};
use crate::gate::{Coverage, Inspection, Question, ReportFile, inspect, write_decision};
use crate::load::Generator;
use crate::model::{Exit, Phase};
use crate::runner::{Event, Options};
use crate::store::Store;
use crate::suite::SnapshotUpdate;

/// Says what one command asks of the target.
pub(super) struct Asked<'a> {
    pub command: &'a str,
    pub settings: Arc<Settings>,
    pub phase: Option<Phase>,
    pub coverage: Coverage,
    pub options: Options,
    pub update: SnapshotUpdate,
    pub reports: &'a ReportArgs,
    pub metrics: Option<MetricsAddress>,
}

/// Asks, shows what came of it, keeps it in the history and gives the verdict's exit code.
pub(super) async fn perform(
    context: &Context,
    shared: &Shared,
    asked: Asked<'_>,
) -> Result<Exit, CommandError> {
    let settings = asked.settings;
    let files = report_files(context, &asked.reports.report)?;
    let metrics = match asked.metrics {
        Some(address) => Some(Metrics::listen(address).await?),
        None => None,
    };
    let mut progress = context.progress();
    let question = Question {
        phase: asked.phase,
        coverage: asked.coverage,
        waivers: waivers(&settings).map_err(ConfigError::from)?.into(),
        options: asked.options,
        update: asked.update,
        ..question(context, Arc::clone(&settings), asked.command, stop_on_signal())
    };
    let observe = |event: &Event<'_>| {
        progress.observe(event);
        if let Some(metrics) = &metrics {
            metrics.observe(event);
        }
    };
    let inspection = inspect(&question, observe).await?;
    drop((progress, metrics));
    Ok(conclude(context, shared, &settings, inspection, &files, Vec::new()))
}

/// Shows an inspection, writes its reports, keeps it in the history and gives the verdict's exit code.
///
/// `troubles` are what could not be kept of it before; nothing that cannot be kept hides what was found out.
pub(super) fn conclude(
    context: &Context,
    shared: &Shared,
    settings: &Settings,
    inspection: Inspection,
    files: &[ReportFile],
    mut troubles: Vec<CommandError>,
) -> Exit {
    publish(context, &inspection, shared.format);
    troubles.extend(write_reports(context, &inspection, files));
    let exit = inspection.judgement.verdict.exit();
    troubles.extend(keep(settings, inspection).err());
    exit_after(exit, troubles)
}

/// Keeps an inspection in `decision.json` and in the history.
fn keep(settings: &Settings, inspection: Inspection) -> Result<(), CommandError> {
    let store = Store::open(&settings.state)?;
    let decision = settings.state.join("decision.json");
    write_decision(&settings.state, &inspection)
        .map_err(|cause| CommandError::Write { file: decision.display().to_string(), cause })?;
    let Inspection { run, judgement, decision } = inspection;
    Ok(store.save_run(run, &judgement, decision)?)
}

/// Says how this process asks; what it asks is filled in by the command.
pub(super) fn question(
    context: &Context,
    settings: Arc<Settings>,
    command: &str,
    stop: CancellationToken,
) -> Question {
    Question {
        settings,
        variables: Arc::new(context.variables.clone()),
        command: command.to_owned(),
        phase: None,
        coverage: Coverage::default(),
        waivers: Arc::default(),
        options: Options::default(),
        generator: Generator { program: context.program.clone() },
        clock: context.clock,
        unique: context.unique(),
        update: SnapshotUpdate::Never,
        stop,
    }
}

/// Says how the profile that was asked for performs a plan.
pub(super) fn options(settings: &Settings, shared: &Shared) -> Result<Options, CommandError> {
    let profile = settings.profiles.named(&shared.profile).map_err(CommandError::Profile)?;
    Ok(profile.into())
}
