//! `proofmark load`: load suites against thresholds, and in rounds against a baseline.

use std::sync::Arc;

use super::args::{LoadArgs, Shared};
use super::context::Context;
use super::error::CommandError;
use super::inspect::{self, Asked};
use super::output::{eprint, settings_of};
use super::series::{self, Asking};
use super::test::{coverage, foresee, list, refuse_what_shows_no_list};
use crate::config::{self, Settings};
use crate::gate::{Compared, Coverage, foresee_rounds};
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
    let mut settings = settings_of(context, shared)?;
    if args.rule.warnings_fail {
        Arc::make_mut(&mut settings).policy.warnings_fail = true;
    }
    let compared = compared(context, &settings, args)?;
    let looks = looks(&compared, args)?;
    if args.dry_run {
        if let Some(words) = rounds_foreseen(&settings, &coverage, &compared, &looks)? {
            eprint(&words);
        }
        return foresee(context, shared, &coverage);
    }
    if looks.is_empty() {
        return once(context, shared, args, settings, coverage).await;
    }
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

fn compared(
    context: &Context,
    settings: &Settings,
    args: &LoadArgs,
) -> Result<Compared, CommandError> {
    Ok(match (&args.paired, &args.paired_release, args.against) {
        (Some(baseline), ..) => {
            let loaded = config::load(&settings.file, baseline, &context.variables)?;
            Compared::Environment(loaded.into())
        }
        (_, Some(release), _) => Compared::Release(release.clone()),
        (.., Some(word)) => Compared::Kept(word.into()),
        _ => Compared::Alone,
    })
}

/// Gives the numbers of rounds after which it is judged; none where it is loaded once.
fn looks(compared: &Compared, args: &LoadArgs) -> Result<Vec<usize>, CommandError> {
    let refused = |message: String| Err(CommandError::Measured(message));
    match (compared, args.rounds, args.pairs) {
        (Compared::Environment(_) | Compared::Release(_), _, None) => Ok(LOOKS.to_vec()),
        (Compared::Environment(_) | Compared::Release(_), _, Some(pairs)) => Ok(vec![pairs]),
        (_, _, Some(_)) => refused(
            "a pair has two sides; name the other with --paired or --paired-release".to_owned(),
        ),
        (Compared::Kept(_), Some(rounds), _) if rounds < LEAST_PAIRS => refused(format!(
            "fewer than {LEAST_PAIRS} rounds are never held against others; measure {LEAST_PAIRS} or more"
        )),
        (_, Some(rounds), _) => Ok(vec![rounds]),
        (_, None, _) if args.pin => refused(
            "a load that is performed once has no rounds to keep; add `--rounds 10`".to_owned(),
        ),
        (_, None, _) => match args.without_effect() {
            Some(option) => refused(format!(
                "{option} has no effect on a load that is held against nothing; name the other side with --paired or \
                 --paired-release, or keep rounds with --rounds"
            )),
            None => Ok(Vec::new()),
        },
    }
}

/// Foresees how many rounds there would be, where there would be any.
fn rounds_foreseen(
    settings: &Settings,
    coverage: &Coverage,
    compared: &Compared,
    looks: &[usize],
) -> Result<Option<String>, CommandError> {
    if looks.is_empty() {
        return Ok(None);
    }
    Ok(foresee_rounds(settings, coverage, compared, looks)?)
}

/// Loads once, and asks the thresholds alone.
async fn once(
    context: &Context,
    shared: &Shared,
    args: &LoadArgs,
    settings: Arc<Settings>,
    coverage: Coverage,
) -> Result<Exit, CommandError> {
    let asked = Asked {
        command: "load",
        options: inspect::options(&settings, shared)?,
        settings,
        phase: None,
        coverage,
        update: SnapshotUpdate::Never,
        reports: &args.reports,
        metrics: args.metrics.metrics,
    };
    inspect::perform(context, shared, asked).await
}
