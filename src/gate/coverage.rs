//! Which kinds of check a question covers.

use std::collections::BTreeSet;

use crate::model::{Kind, Phase};
use crate::suite::Selection;

/// Says what a gate looks at.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    kinds: BTreeSet<Kind>,
    /// Whether it is asked what a comparison with the baseline would notice, instead of comparing.
    pub(super) mutates: bool,
    /// Which suite cases, of the levels covered.
    pub selection: Selection,
}

impl Coverage {
    /// The levels of suites, from one service alone to load.
    pub const LEVELS: [Kind; 4] = [Kind::Unit, Kind::Integration, Kind::E2e, Kind::Load];

    /// Covers `kinds`, and every case of the levels among them.
    #[must_use]
    pub fn of(kinds: impl IntoIterator<Item = Kind>) -> Self {
        Self { kinds: kinds.into_iter().collect(), ..Self::default() }
    }

    /// Covers what can be asked of a running target: drift, health, security, suites and load.
    #[must_use]
    pub fn everything() -> Self {
        Self::of([Kind::Drift, Kind::Health, Kind::Security].into_iter().chain(Self::LEVELS))
    }

    /// Covers what a phase of a deployment asks of the running target.
    ///
    /// Before a change that is whether the target is what the baseline says and well; afterwards it
    /// is everything but the unit level, which asks nothing of the target.
    #[must_use]
    pub fn of_phase(phase: Phase) -> Self {
        match phase {
            Phase::PreDeployment => Self::of([Kind::Drift, Kind::Health, Kind::Security]),
            Phase::Deployment => Self::of([Kind::Health]),
            Phase::PostDeployment => {
                let mut all = Self::everything();
                all.kinds.remove(&Kind::Unit);
                all
            }
        }
    }

    /// Covers whether each recorded fact would be noticed if it changed.
    #[must_use]
    pub fn of_mutations() -> Self {
        Self { mutates: true, ..Self::of([Kind::Drift]) }
    }

    /// Chooses among the cases of the levels covered.
    #[must_use]
    pub fn selecting(mut self, selection: Selection) -> Self {
        self.selection = selection;
        self
    }

    /// Whether checks of `kind` are covered.
    #[must_use]
    pub fn covers(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    /// Whether every check of `kind` that there is would be planned.
    #[must_use]
    pub fn covers_all_of(&self, kind: Kind) -> bool {
        let is_chosen_from = Self::LEVELS.contains(&kind) && self.selection != Selection::default();
        self.covers(kind) && !is_chosen_from && !self.mutates
    }

    /// Whether any level of suites is covered.
    #[must_use]
    pub fn covers_suites(&self) -> bool {
        Self::LEVELS.iter().any(|level| self.covers(*level))
    }

    /// Whether nothing but suites is covered.
    #[must_use]
    pub fn covers_only_suites(&self) -> bool {
        self.kinds.iter().all(|kind| Self::LEVELS.contains(kind))
    }
}
