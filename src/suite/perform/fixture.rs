//! One fixture under way: set up by the first who needs it, taken down after the last.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::Mutex;

use super::case::{cleanup, steps};
use super::session::Session;
use crate::model::{Finding, Outcome, Reason, TemplateError, show_duration};
use crate::runner::Scope;
use crate::suite::draft::Draft;
use crate::suite::fixture::Fixture;

#[cfg(test)]
mod tests;

/// Is what fixtures gave so far, by fixture and name.
pub(super) type Given = BTreeMap<String, BTreeMap<String, Value>>;

/// Is a fixture that is set up once: for one case, or for all that share it.
#[derive(Debug)]
pub(in crate::suite) struct Instance {
    pub fixture: Arc<Fixture>,
    /// What `${unique}` begins with in its steps; without it, the run's own text.
    of_case: Option<String>,
    /// Tells it from the others of the run or the case.
    number: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// What its steps know: there from the beginning of the setup to the end of the teardown.
    session: Option<Session>,
    /// What came of the setup; none before it began.
    made: Option<Result<BTreeMap<String, Value>, Finding>>,
    /// How often it was set up.
    setups: u32,
    /// Why something may be left of a setup that failed.
    left: Option<Finding>,
}

/// Says what came of a teardown.
pub(in crate::suite) enum TornDown {
    /// Nobody had set anything up.
    NothingToDo,
    /// All of it was undone.
    Clean,
    /// Some of it may be left, and why.
    Dirty(Finding),
}

impl Instance {
    pub(in crate::suite) fn shared(fixture: &Arc<Fixture>, number: usize) -> Self {
        Self { fixture: Arc::clone(fixture), of_case: None, number, state: Mutex::default() }
    }

    pub(super) fn of_case(fixture: &Arc<Fixture>, number: usize, unique: &str) -> Self {
        Self { of_case: Some(unique.to_owned()), ..Self::shared(fixture, number) }
    }

    /// Gives what the fixture gives, after setting it up beside `case` if nobody has, or if nobody could
    /// and the case is asked again.
    ///
    /// Its steps are among those of the case that sets it up.
    pub(super) async fn enter(
        &self,
        case: &Session,
        given: &Given,
    ) -> Result<BTreeMap<String, Value>, Finding> {
        let mut state = self.state.lock().await;
        if case.scope.attempt() > 1 && matches!(state.made, Some(Err(_))) {
            self.make_ready_again(&mut state, &case.scope).await;
        }
        let State { session, made, setups, .. } = &mut *state;
        if made.is_none() {
            *setups += 1;
            // This holds where the work is dropped half-way, which leaves something to take down.
            *made = Some(Err(
                self.unusable(Finding::inconclusive(Reason::Cancelled, "its setup was cut short"))
            ));
            let begun = session.insert(self.begin(case, given, *setups));
            let set_up = self.set_up(begun).await;
            *made = Some(set_up.map_err(|finding| self.unusable(finding)));
        }
        if let Some(session) = session {
            session.hide_secrets_from(&case.scope);
        }
        made.clone().expect("it was set up above, well or not")
    }

    /// Undoes a setup that failed, so that another one finds nothing of it.
    async fn make_ready_again(&self, state: &mut State, scope: &Scope) {
        match self.undo(state, scope).await {
            TornDown::NothingToDo | TornDown::Clean => state.made = None,
            TornDown::Dirty(finding) => state.made = Some(Err(self.unusable(finding))),
        }
    }

    fn begin(&self, case: &Session, given: &Given, setups: u32) -> Session {
        let run = self.of_case.as_deref().unwrap_or(&case.ground.run);
        let unique = match setups {
            1 => format!("{run}-f{}", self.number),
            again => format!("{run}-f{}-{again}", self.number),
        };
        let mut session = case.beside(unique);
        for need in &self.fixture.needs {
            session.take(&given[&need.name]);
        }
        session
    }

    async fn set_up(&self, session: &mut Session) -> Result<BTreeMap<String, Value>, Finding> {
        let Fixture { secrets, values, setup, gives, limit, .. } = &*self.fixture;
        let no_data = |cause: &dyn std::fmt::Display| {
            Finding::inconclusive(Reason::NoData, cause.to_string())
                .from_source(self.fixture.place.to_string())
        };
        session.learn_secrets(secrets).map_err(|cause| no_data(&cause))?;
        session.learn_values(values).map_err(|cause| no_data(&cause))?;
        let introduction = format!("fixture {}: ", self.fixture.name);
        let performed = steps(setup, &introduction, session);
        match tokio::time::timeout(*limit, performed).await {
            Ok(None) => {}
            Ok(Some(finding)) => return Err(finding),
            Err(_) => {
                let message = format!("no end within {}", show_duration(*limit));
                return Err(Finding::inconclusive(Reason::TimedOut, message)
                    .from_source(self.fixture.place.to_string()));
            }
        }
        let give = |(name, draft): &(String, Draft)| Ok((name.clone(), draft.fill(session)?));
        let given: Result<_, TemplateError> = gives.iter().map(give).collect();
        given.map_err(|cause| no_data(&cause))
    }

    /// Says to a case why it cannot have the fixture, whoever failed to set it up.
    fn unusable(&self, finding: Finding) -> Finding {
        let reason = match finding.reason {
            Some(Reason::Cancelled) => Reason::Cancelled,
            _ => Reason::Precondition,
        };
        let name = &self.fixture.name;
        let message = format!("the fixture `{name}` could not be set up: {}", finding.message);
        Finding { evidence: finding.evidence, ..Finding::inconclusive(reason, message) }
    }

    /// Undoes what the setup did, as far as it got.
    pub(in crate::suite) async fn tear_down(&self, scope: &Scope) -> TornDown {
        self.undo(&mut *self.state.lock().await, scope).await
    }

    async fn undo(&self, state: &mut State, scope: &Scope) -> TornDown {
        let Some(mut session) = state.session.take() else {
            return state.left.clone().map_or(TornDown::NothingToDo, TornDown::Dirty);
        };
        session.hide_secrets_from(scope);
        session.scope = scope.clone();
        let is_half_made = !matches!(state.made, Some(Ok(_)));
        let introduction = format!("teardown of {}: ", self.fixture.name);
        let steps = &self.fixture.teardown;
        let dirty = cleanup(steps, &introduction, is_half_made, &mut session).await;
        session.close().await;
        match dirty {
            None => TornDown::Clean,
            Some(dirty) => {
                state.left = Some(dirty.clone());
                TornDown::Dirty(dirty)
            }
        }
    }

    /// Takes down what several cases shared, and gives that the answer of a check of its own.
    pub(in crate::suite) async fn end(&self, scope: Scope) -> Finding {
        match self.tear_down(&scope).await {
            TornDown::NothingToDo => {
                let message = "nobody set it up, so that there is nothing to take down";
                Finding::skipped(Reason::Precondition, message)
            }
            TornDown::Clean => {
                let count = self.fixture.teardown.len();
                let steps = if count == 1 { "step holds" } else { "steps hold" };
                Finding::pass(format!("{count} {steps}"))
            }
            TornDown::Dirty(Finding { outcome, message, evidence, .. }) => {
                let finding = match outcome {
                    Outcome::Inconclusive => Finding::inconclusive(Reason::CleanupFailed, message),
                    _ => Finding::fail(Reason::CleanupFailed, message),
                };
                Finding { evidence, ..finding }
            }
        }
    }
}
