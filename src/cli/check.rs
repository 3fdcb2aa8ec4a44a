//! `proofmark check`: health, security and drift, without suites; or what drift would be noticed.

use super::args::{CheckArgs, Shared};
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
    args: &CheckArgs,
) -> Result<Exit, CommandError> {
    let coverage = if args.mutate {
        Coverage::of_mutations()
    } else if args.what.is_empty() {
        Coverage::of([Kind::Health, Kind::Security, Kind::Drift])
    } else {
        Coverage::of(args.what.iter().copied().map(Kind::from))
    };
    let command = if args.mutate { "check --mutate" } else { "check" };
    let settings = settings_of(context, shared)?;
    let options = options(&settings, shared)?;
    let (update, reports) = (SnapshotUpdate::Never, &args.reports);
    let (phase, metrics) = (None, None);
    let asked = Asked { command, settings, phase, coverage, options, update, reports, metrics };
    inspect::perform(context, shared, asked).await
}
