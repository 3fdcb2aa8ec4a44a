//! Measures load cases in rounds, and holds them against other rounds: a baseline's that are measured in turn with
//! them, those that were kept of an earlier release, or their own.
//!
//! One `task` measures one case and reveals what its rounds show. `turns` says who is loaded when, `place` where it
//! is measured, `numbers` what a round gives, `measure` performs them, `tolerated` says what they may differ by, `held`
//! judges pairs by [`rounds`](super::rounds), `compared` says which, `outlook` how long it takes, `enough` whether so few
//! tell anything, `thresholds` judges by the limits that always hold; the [`Ledger`] keeps what goes on from here.

mod compared;
mod enough;
mod held;
mod ledger;
mod measure;
mod numbers;
mod outlook;
mod place;
mod task;
mod thresholds;
mod tolerated;
mod turns;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::rounds::{FIRST_LOOK, LAST_LOOK, Rule};
use crate::engine::{Container, Looked};
use crate::model::{Calibration, Diagnostic, KeptRounds};
use crate::suite::{Level, LoadCase, Suite};

pub use enough::{Extent, TooFew, too_few_to_pin};
pub use ledger::{Entry, Ledger, Table};
pub use outlook::outlook;
pub use task::plan_series;

/// The metrics that gate where nobody names others: few, because the more there are, the clearer each has to be.
const GATING: [&str; 4] = ["p50", "p95", "throughput", "errors"];
/// How long a calibration holds: hosts get busier, and nobody notices.
const CALIBRATION_HOLDS: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Says what load cases are held against.
#[derive(Debug, Clone)]
pub enum Against {
    /// Nothing: only the limits that always hold are asked.
    Nothing,
    /// A baseline that is measured in turn with the candidate, and its name for a person.
    Baseline(Arc<Looked>, String),
    /// Themselves, to see how much they differ where nothing changed.
    Itself,
    /// Rounds that were kept; the first of these decides, the others are for information.
    Kept(Vec<Kept>),
}

/// Names rounds that were kept, for every load case.
#[derive(Debug, Clone)]
pub struct Kept {
    /// What they are called: `the last pass`.
    pub name: String,
    /// Those that there are of each load case, the newest first.
    pub rounds: BTreeMap<String, Vec<KeptRounds>>,
}

/// Says how load cases are measured in rounds.
#[derive(Debug)]
pub struct Series {
    /// What they are held against.
    pub against: Against,
    /// The numbers of rounds after which it is judged, in rising order; later ones are measured only where the
    /// earlier do not tell.
    pub looks: Vec<usize>,
    /// What is tolerated.
    pub rule: Rule,
    /// Says who begins.
    pub seed: u64,
    /// The calibrations of each load case, the newest first.
    pub calibrations: BTreeMap<String, Vec<Calibration>>,
    /// The time of day.
    pub now: SystemTime,
    /// Keeps what was measured.
    pub ledger: Ledger,
}

/// The looks that are fixed where nobody asks for another number of pairs.
pub const LOOKS: [usize; 2] = [FIRST_LOOK, LAST_LOOK];

/// Gives a load case the name that its rounds are kept under.
#[must_use]
pub fn case_name(suite: &Suite, case: &LoadCase) -> String {
    format!("{}/{}", suite.name, case.name)
}

/// Gives every load case of some suites.
pub fn load_cases(suites: &[Suite]) -> impl Iterator<Item = (&Suite, &LoadCase)> {
    let suites = suites.iter().filter(|suite| suite.level == Level::Load);
    suites.flat_map(|suite| suite.load.iter().map(move |case| (suite, case)))
}

/// Refuses a rule that names a metric which no round of these cases can have: it would be without effect.
///
/// # Errors
///
/// The first such metric.
pub fn refuse_unknown(rule: &Rule, suites: &[Suite], candidate: &Looked) -> Result<(), Diagnostic> {
    let services = services(candidate);
    let mut known: Vec<String> = Vec::new();
    for (_, case) in load_cases(suites) {
        let of_case = numbers::known(case, &services);
        known.extend(
            of_case.into_iter().filter(|metric| !known.contains(metric)).collect::<Vec<_>>(),
        );
    }
    rule.refuse_unknown(&known.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Names the services that are watched under load.
#[must_use]
pub fn services(target: &Looked) -> Vec<String> {
    match target {
        Looked::Engine(target) => {
            let running =
                target.containers.iter().filter(|(_, c)| c.iter().any(Container::is_running));
            running.map(|(service, _)| service.clone()).collect()
        }
        Looked::Http(_) => Vec::new(),
    }
}
