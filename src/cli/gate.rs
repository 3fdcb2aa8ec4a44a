//! `proofmark gate`: everything that decides about a release, and one decision.

use super::args::{GateArgs, Shared};
use super::context::Context;
use super::error::CommandError;
use super::inspect::{self, Asked, options};
use super::output::settings_of;
use crate::gate::Coverage;
use crate::model::Exit;
use crate::suite::SnapshotUpdate;

pub(super) async fn perform(
    context: &Context,
    shared: &Shared,
    args: &GateArgs,
) -> Result<Exit, CommandError> {
    let settings = settings_of(context, shared)?;
    let options = options(&settings, shared)?;
    let asked = Asked {
        command: "gate",
        settings,
        phase: Some(args.phase.into()),
        coverage: Coverage::everything(),
        options,
        update: SnapshotUpdate::Never,
        reports: &args.reports,
        metrics: args.metrics.metrics,
    };
    inspect::perform(context, shared, asked).await
}
