//! Fixtures: what cases find ready, set up once a scope and taken down after its last user.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::case::{SecretName, Step};
use super::draft::Draft;
use crate::config::nearest;
use crate::model::Place;

/// Holds every fixture of a project, by name.
#[derive(Debug, Clone, Default)]
pub struct Fixtures(pub(super) BTreeMap<String, Arc<Fixture>>);

impl Fixtures {
    /// Gives the fixture of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<Fixture>> {
        self.0.get(name)
    }

    /// Names the fixture that a mistyped name was likely meant to be, or all of them.
    #[must_use]
    pub fn suggestion(&self, name: &str) -> String {
        let known: Vec<&str> = self.0.keys().map(String::as_str).collect();
        suggestion(name, &known)
    }
}

/// Names the fixture that was likely meant, of those that are there.
pub(super) fn suggestion(name: &str, known: &[&str]) -> String {
    match (nearest(name, known), known) {
        (Some(nearest), _) => format!("did you mean `{nearest}`?"),
        (None, []) => "the folder of the setting `fixtures` has none".to_owned(),
        (None, _) => format!("there are {}", known.join(", ")),
    }
}

/// Is one fixture file: what is done before cases, what that gives them, and how it is undone.
#[derive(Debug)]
pub struct Fixture {
    /// Its name, by which suites ask for it.
    pub name: String,
    /// Where it is written.
    pub place: Place,
    /// Which cases share what one setup made.
    pub scope: FixtureScope,
    /// What it builds on; each is at least as widely shared as it is.
    pub needs: Vec<Arc<Fixture>>,
    /// The values that come from outside and are shown nowhere.
    pub secrets: Vec<SecretName>,
    /// Values that it names for itself, in the order in which they may refer to each other.
    pub values: Vec<(String, Draft)>,
    /// How long the setup may take, and how long the teardown.
    pub limit: Duration,
    /// What makes it, in order; never empty.
    pub setup: Vec<Step>,
    /// What cases that name it know by these names.
    pub gives: Vec<(String, Draft)>,
    /// What undoes it, whatever came of the setup and the cases.
    pub teardown: Vec<Step>,
    /// The services that its steps ask.
    pub services: BTreeSet<String>,
}

/// Says which cases share what one setup of a fixture made; the wider one is the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FixtureScope {
    /// Each case has its own.
    Case,
    /// The cases of a suite.
    Suite,
    /// All cases of a run.
    Run,
}

impl FixtureScope {
    /// Every scope, from the narrowest to the widest.
    pub const ALL: [Self; 3] = [Self::Case, Self::Suite, Self::Run];

    /// The word for it in fixture files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Suite => "suite",
            Self::Run => "run",
        }
    }
}

impl Fixture {
    /// Gives fixtures and all that they build on, each once and after what it needs.
    #[must_use]
    pub fn in_order(fixtures: &[Arc<Self>]) -> Vec<Arc<Self>> {
        fn visit(fixture: &Arc<Fixture>, ordered: &mut Vec<Arc<Fixture>>) {
            if ordered.iter().any(|earlier| earlier.name == fixture.name) {
                return;
            }
            fixture.needs.iter().for_each(|need| visit(need, ordered));
            ordered.push(Arc::clone(fixture));
        }
        let mut ordered = Vec::new();
        for fixture in fixtures {
            visit(fixture, &mut ordered);
        }
        ordered
    }

    /// Gives every step, those of the setup before those of the teardown.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.setup.iter().chain(&self.teardown)
    }
}
