//! `proofmark deploy`: a release, validated in every phase.

use super::args::{DeployArgs, OutputFormat, Shared};
use super::context::Context;
use super::error::CommandError;
use super::inspect::{options, question};
use super::interrupt::stop_on_signal;
use super::output::{exit_after, print, report_files, settings_of, write_reports};
use crate::config::{ConfigError, waivers};
use crate::deploy::{self, Order, Outcome};
use crate::gate::{Inspection, Question, ReportFile};
use crate::model::Exit;
use crate::report::{Report, deployment};

pub(super) async fn perform(
    context: &Context,
    shared: &Shared,
    args: &DeployArgs,
) -> Result<Exit, CommandError> {
    let settings = settings_of(context, shared)?;
    let files = report_files(context, &args.reports.report)?;
    let question = Question {
        waivers: waivers(&settings).map_err(ConfigError::from)?.into(),
        options: options(&settings, shared)?,
        ..question(context, settings, "deploy", stop_on_signal())
    };
    let order = Order { release: args.release.clone(), force: args.force, question };
    let mut progress = context.progress();
    let outcome = deploy::deploy(&order, |event| progress.observe(event)).await?;
    drop(progress);
    Ok(conclude(context, shared, &outcome, &files))
}

/// Shows how a deployment went; its report files hold the last phase, which decided.
pub(super) fn conclude(
    context: &Context,
    shared: &Shared,
    outcome: &Outcome,
    files: &[ReportFile],
) -> Exit {
    let phases: Vec<Report<'_>> = outcome.inspections.iter().map(Inspection::report).collect();
    print(&match shared.format {
        OutputFormat::Human => deployment::human(&outcome.deployment, &phases, context.width),
        _ => deployment::json(&outcome.deployment, &phases),
    });
    let deciding = outcome.inspections.last();
    let troubles = deciding.map(|deciding| write_reports(context, deciding, files));
    exit_after(outcome.exit, troubles.into_iter().flatten())
}
