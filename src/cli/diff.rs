//! `proofmark diff`: the running environment held against the baseline.

use super::args::{ReportArgs, Shared};
use super::context::Context;
use super::error::CommandError;
use super::inspect::{self, Asked, options};
use super::output::settings_of;
use crate::gate::Coverage;
use crate::model::{Exit, Kind};
use crate::suite::SnapshotUpdate;

pub(super) async fn perform(
    context: &Context,
    shared: &Shared,
    args: &ReportArgs,
) -> Result<Exit, CommandError> {
    let settings = settings_of(context, shared)?;
    let options = options(&settings, shared)?;
    let asked = Asked {
        command: "diff",
        settings,
        phase: None,
        coverage: Coverage::of([Kind::Drift]),
        options,
        update: SnapshotUpdate::Never,
        reports: args,
        metrics: None,
    };
    inspect::perform(context, shared, asked).await
}
