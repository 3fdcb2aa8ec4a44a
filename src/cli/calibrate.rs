//! `proofmark calibrate`: load cases held against themselves.

use super::args::{CalibrateArgs, Shared};
use super::context::Context;
use super::error::CommandError;
use super::output::settings_of;
use super::series::{self, Asking};
use super::test::coverage;
use crate::gate::Compared;
use crate::load::rounds::Rule;
use crate::model::{Exit, Kind};

pub(super) async fn perform(
    context: &Context,
    shared: &Shared,
    args: &CalibrateArgs,
) -> Result<Exit, CommandError> {
    let coverage = coverage(context, shared, [Kind::Load], &args.selection)?;
    let asking = Asking {
        command: "calibrate",
        settings: settings_of(context, shared)?,
        coverage,
        compared: Compared::Itself,
        looks: vec![args.pairs],
        rule: Rule { tolerance: args.tolerance.clone(), ..Rule::default() },
        seed: args.seed,
        out: args.out.as_deref(),
        pin: false,
        reports: &args.reports,
        metrics: args.metrics.metrics,
    };
    series::perform(context, shared, asking).await
}
