//! Load cases measured in rounds: both targets looked at, the history asked, one run judged.

use std::collections::BTreeMap;
use std::sync::Arc;

use thiserror::Error;

use super::foretold::{foretell, refuse_not_allowed, refuse_several, refuse_unset};
use super::inspect::{refuse_absent, selected};
use super::{GateError, Inspection, Question, perform};
use crate::config::Settings;
use crate::engine::{Looked, ThrowAway, ThrowAwayError};
use crate::load::rounds::Rule;
use crate::load::series::{
    Against, Entry, Kept, Ledger, Series, TooFew, case_name, load_cases, plan_series,
    refuse_unknown,
};
use crate::model::{Diagnostic, Place, Run, Verdict, judge};
use crate::runner::Event;
use crate::store::{Anchor, Store, StoreError};
use crate::suite::{NoValue, Suite, is_made_on, labels_of_own, sweep};

/// Says what a target's load cases are held against.
#[derive(Debug, Clone)]
pub enum Compared {
    /// Nothing: only the limits that always hold are asked.
    Alone,
    /// Another environment, which is measured in turn.
    Environment(Arc<Settings>),
    /// Another release of the same files, which runs beside for as long as it is measured.
    Release(String),
    /// Rounds that were kept.
    Kept(Anchor),
    /// Themselves.
    Itself,
}

impl Compared {
    /// Whether two sides are measured in turn.
    pub(super) const fn is_paired(&self) -> bool {
        matches!(self, Self::Environment(_) | Self::Release(_) | Self::Itself)
    }
}

/// Says how load cases are measured.
#[derive(Debug)]
pub struct Measurement {
    /// What they are held against.
    pub compared: Compared,
    /// The numbers of rounds after which it is judged.
    pub looks: Vec<usize>,
    /// What is tolerated.
    pub rule: Rule,
    /// Says who begins.
    pub seed: u64,
    /// Keeps what was measured.
    pub ledger: Ledger,
    /// Whether the rounds go into a file, which holds those of one load case.
    pub is_written: bool,
    /// Whether the rounds are pinned if they pass.
    pub is_pinned: bool,
}

/// Is what came of it.
#[derive(Debug)]
pub struct Outcome {
    /// Everything that was asked and answered.
    pub inspection: Inspection,
    /// What each load case gave, with the verdict of its own checks.
    pub entries: Vec<(Entry, Verdict)>,
}

/// Says why load cases cannot be measured in rounds.
#[derive(Debug, Error)]
pub enum SeriesError {
    /// As for every question.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// A rule names what no round has.
    #[error("{0}")]
    Rule(Diagnostic),
    /// The history cannot be asked.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another release cannot run beside.
    #[error(transparent)]
    ThrowAway(#[from] ThrowAwayError),
    /// Both sides are the same.
    #[error(
        "`{0}` would be held against itself; name the baseline's environment with --paired, or measure its noise with `proofmark calibrate`"
    )]
    SameEnvironment(String),
    /// A suite may not load one of the sides.
    #[error(
        "{place}: suite `{suite}` does not name {environment} among its targets, and load never goes anywhere else; add it there, or choose other suites with --suite"
    )]
    NotAllowed {
        /// The suite.
        suite: String,
        /// The environment.
        environment: String,
        /// Where the suite is written.
        place: Place,
    },
    /// What a load case sends has no value.
    #[error("{place}: {cause}; nothing was measured")]
    Unset {
        /// What has none.
        cause: NoValue,
        /// Where the load case is written.
        place: Place,
    },
    /// So few rounds tell nothing.
    #[error(transparent)]
    TooFew(#[from] TooFew),
    /// One file cannot hold the rounds of several cases.
    #[error(
        "{} load cases are selected ({}), and a file holds the rounds of one; name one, or leave --out away",
        .0.len(),
        .0.join(", ")
    )]
    SeveralCases(Vec<String>),
    /// Nobody could look at the rounds of the other release.
    #[error(
        "environment `{0}` is reached by its URLs (`access: http`), and a second release beside it takes an engine; name the baseline's environment with --paired"
    )]
    NoEngine(String),
}

/// Measures the load cases that a question selects, and judges them.
///
/// # Errors
///
/// When a target cannot be looked at, or something is refused: then nothing was measured. Another release that ran
/// beside is removed whatever happened.
pub async fn measure(
    question: &Question,
    measurement: Measurement,
    observe: impl FnMut(&Event<'_>),
) -> Result<Outcome, SeriesError> {
    let suites = selected(&question.settings, &question.coverage)?;
    refuse_not_allowed(&question.settings, &measurement.compared, &suites)?;
    refuse_several(&measurement, &suites)?;
    refuse_unset(question, &suites)?;
    let candidate = look(question, &question.settings).await?;
    refuse_unknown(&measurement.rule, &suites, &candidate).map_err(SeriesError::Rule)?;
    let foretold = || foretell(&question.settings, &measurement, &suites, &candidate);
    let Compared::Release(release) = &measurement.compared else {
        let (kept, sides) = (foretold()?, (Arc::clone(&candidate), None));
        return of_sides(question, measurement, &suites, sides, kept, observe).await;
    };
    let (release, Looked::Engine(target)) = (release.clone(), &*candidate) else {
        return Err(SeriesError::NoEngine(question.settings.environment.clone()));
    };
    let kept = foretold()?;
    let name = format!("{}-{}", target.project.project, question.unique);
    let beside = ThrowAway::beside(target, &release, &name, &labels_of_own(&name)).await?;
    measurement.ledger.tell(&format!("release {release} comes up beside as project {name}"));
    sweep(&target.engine).await;
    is_made_on(&target.engine);
    let brought_up = tokio::select! {
        up = beside.up(&release) => up.map_err(SeriesError::from),
        () = question.stop.cancelled() => Err(ThrowAwayError::Interrupted.into()),
    };
    let outcome = match brought_up {
        Ok(baseline) => {
            let named = Some((Arc::new(baseline), format!("release {release}")));
            let sides = (Arc::clone(&candidate), named);
            of_sides(question, measurement, &suites, sides, kept, observe).await
        }
        Err(error) => Err(error),
    };
    let removed = beside.down().await.map_err(ThrowAwayError::from);
    let outcome = outcome?;
    removed?;
    Ok(outcome)
}

async fn look(question: &Question, settings: &Arc<Settings>) -> Result<Arc<Looked>, GateError> {
    let looked = Looked::at(Arc::clone(settings), Arc::clone(&question.variables)).await?;
    refuse_absent(&looked)?;
    Ok(Arc::new(looked))
}

async fn of_sides(
    question: &Question,
    measurement: Measurement,
    suites: &[Suite],
    (candidate, beside): (Arc<Looked>, Option<(Arc<Looked>, String)>),
    kept: Vec<Kept>,
    observe: impl FnMut(&Event<'_>),
) -> Result<Outcome, SeriesError> {
    let Measurement { compared, looks, rule, seed, ledger, .. } = measurement;
    let cases: Vec<String> =
        load_cases(suites).map(|(suite, case)| case_name(suite, case)).collect();
    let against = match (compared, beside) {
        (Compared::Environment(settings), _) => {
            let name = settings.environment.clone();
            Against::Baseline(look(question, &settings).await?, name)
        }
        (Compared::Release(_), Some((baseline, name))) => Against::Baseline(baseline, name),
        (Compared::Kept(_), _) => Against::Kept(kept),
        (Compared::Itself, _) => Against::Itself,
        (Compared::Alone | Compared::Release(_), _) => Against::Nothing,
    };
    let store = Store::open(&question.settings.state)?;
    let calibrations = cases
        .iter()
        .map(|case| Ok((case.clone(), store.calibrations(case)?)))
        .collect::<Result<BTreeMap<_, _>, StoreError>>()?;
    let now = (question.clock)();
    let series = Arc::new(Series { against, looks, rule, seed, calibrations, now, ledger });
    let tasks = plan_series(&candidate, suites, &question.generator, &question.unique, &series);
    let inspection = perform(question, candidate.view(), tasks, observe).await;
    let verdict = |entry: &Entry| {
        let own = inspection.run.results.iter().filter(|r| r.check.id.starts_with(&entry.checks));
        let run = Run { results: own.cloned().collect(), ..inspection.run.clone() };
        judge(&run, question.settings.policy).verdict
    };
    let entries = series.ledger.entries().into_iter().map(|entry| {
        let verdict = verdict(&entry);
        (entry, verdict)
    });
    Ok(Outcome { entries: entries.collect(), inspection })
}
