//! `proofmark load`: load suites against thresholds, and in rounds against a baseline.

use std::sync::Arc;

use super::args::{LoadArgs, Shared};
use super::context::Context;
use super::error::CommandError;
use super::inspect::{self, Asked};
use super::output::settings_of;
use super::series::{self, Asking};
use super::test::{coverage, foresee, list, refuse_what_shows_no_list};
use crate::config;
use crate::gate::Compared;
use crate::load::rounds::LEAST_PAIRS;
use crate::load::series::LOOKS;
use crate::model::{Exit, Kind};
use crate::suite::SnapshotUpdate;

pub(super) async fn perform(
    context: &Context,
    shared: &Shared,
    args: &LoadArgs,
) -> Result<Exit, CommandError> {
    let coverage = coverage(context, shared, [Kind::Load], &args.selection)?;
    if args.list || args.dry_run {
        refuse_what_shows_no_list(shared.format)?;
    }
    if args.list {
        return list(context, shared, &coverage);
    }
    if args.dry_run {
        return foresee(context, shared, &coverage);
    }
    let mut settings = settings_of(context, shared)?;
    if args.rule.warnings_fail {
        Arc::make_mut(&mut settings).policy.warnings_fail = true;
    }
    let compared = match (&args.paired, &args.paired_release, args.against) {
        (Some(baseline), ..) => {
            let loaded = config::load(&settings.file, baseline, &context.variables)?;
            Compared::Environment(loaded.into())
        }
        (_, Some(release), _) => Compared::Release(release.clone()),
        (.., Some(word)) => Compared::Kept(word.into()),
        _ => Compared::Alone,
    };
    let looks = match (&compared, args.rounds, args.pairs) {
        (Compared::Environment(_) | Compared::Release(_), _, None) => LOOKS.to_vec(),
        (Compared::Environment(_) | Compared::Release(_), _, Some(pairs)) => vec![pairs],
        (_, _, Some(_)) => {
            let message = "a pair has two sides; name the other with --paired or --paired-release";
            return Err(CommandError::Measured(message.to_owned()));
        }
        (Compared::Kept(_), Some(rounds), _) if rounds < LEAST_PAIRS => {
            let message = format!(
                "fewer than {LEAST_PAIRS} rounds are never held against others; measure {LEAST_PAIRS} or more"
            );
            return Err(CommandError::Measured(message));
        }
        (_, Some(rounds), _) => vec![rounds],
        (_, None, _) if args.pin => {
            let message = "a load that is performed once has no rounds to keep; add `--rounds 10`";
            return Err(CommandError::Measured(message.to_owned()));
        }
        (_, None, _) => {
            if let Some(option) = args.without_effect() {
                let message = format!(
                    "{option} has no effect on a load that is held against nothing; name the other side with --paired or \
                     --paired-release, or keep rounds with --rounds"
                );
                return Err(CommandError::Measured(message));
            }
            let options = inspect::options(&settings, shared)?;
            let asked = Asked {
                command: "load",
                settings,
                phase: None,
                coverage,
                options,
                update: SnapshotUpdate::Never,
                reports: &args.reports,
                metrics: args.metrics.metrics,
            };
            return inspect::perform(context, shared, asked).await;
        }
    };
    let asking = Asking {
        command: "load",
        settings,
        coverage,
        compared,
        looks,
        rule: args.rule.rule(),
        seed: args.seed,
        out: args.out.as_deref(),
        pin: args.pin,
        reports: &args.reports,
        metrics: args.metrics.metrics,
    };
    series::perform(context, shared, asking).await
}
