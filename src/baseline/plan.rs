//! From a target and its baseline to checks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::OnceCell;

use super::body::Figure;
use super::capture::{Grounds, observe};
use super::drift::{Observed, compare, judge};
use super::expected::Expected;
use super::file::{SnapshotFile, Standing};
use super::files;
use super::folder::{BaselineError, Folder, Slot};
use super::headers::HEADERS;
use super::measure::response_time;
use super::memory::{MEMORY, Memory};
use super::probe::{Probe, RESPONSE, is_answered};
use super::record::{failure, floor};
use super::remote::{outside, unseen};
use super::rules::rule_for;
use super::running::Running;
use crate::config::ExpectedFact;
use crate::engine::{Container, Target, View, only_through_engine};
use crate::model::{
    Bytes, Check, FactClass, Facts, Finding, Kind, Millis, Place, Reason, Severity,
};
use crate::runner::Task;

/// Gives one check for each recorded fact that is meant to hold on the target, and one for each fact
/// there that nobody recorded.
///
/// Portable facts hold everywhere; local ones and figures where they were recorded, which is the
/// environment of the same name with the same Compose project. What the environment expects is held
/// in place of what was recorded. Most are answered already; a health endpoint is asked when the plan
/// is performed. By its URLs alone a target shows nothing else, and every other fact is unknown.
///
/// # Errors
///
/// When a snapshot cannot be read, or the environment expects what nobody could have meant. That
/// there is no baseline is a check that could not be answered.
pub fn plan(view: View<'_>) -> Result<Vec<Task>, BaselineError> {
    let ground = Ground::of(view)?;
    let Ground { accepted, expected, observed, folder, .. } = &ground;
    let answers = match view {
        View::Engine(_) => compare(accepted, expected, observed, folder.name()),
        View::Http(remote) => unseen(accepted, expected, observed, remote, folder.name()),
    };
    let mut tasks: Vec<Task> =
        answers.into_iter().map(|(check, finding)| Task::answered(check, finding)).collect();
    // Once, because what tells whether a service is approved is a digest of all that is on record.
    let asked: Vec<Asked<'_>> = ground.asked(view).collect();
    if let View::Engine(target) = view {
        tasks.extend(asked.iter().filter_map(|asked| asked.down(target)));
    }
    for asked in asked {
        asked.health(&mut tasks);
        asked.figures(&mut tasks);
    }
    if let View::Engine(target) = view
        && !accepted.is_empty()
        && !target.containers.is_empty()
        && let Some(grounds) = &ground.grounds
    {
        tasks.push(files::task(target, grounds, observed));
    }
    Ok(tasks)
}

/// Holds both sides of a comparison, and what lies between them.
pub(super) struct Ground<'t> {
    pub accepted: BTreeMap<String, SnapshotFile>,
    pub expected: Arc<Expected>,
    pub observed: Observed,
    pub running: Arc<Running>,
    pub folder: Folder,
    /// What the target is read against; none where no engine shows it, as its memory.
    grounds: Option<Grounds<'t>>,
    memory: Option<Arc<Memory>>,
}

impl<'t> Ground<'t> {
    /// Reads the baseline and looks at the target.
    pub(super) fn of(view: View<'t>) -> Result<Self, BaselineError> {
        let settings = view.settings();
        let folder = Folder::of(settings);
        let accepted = folder.read(Slot::Accepted)?;
        let expected = Arc::new(Expected::of(settings, &accepted));
        let (grounds, observed) = match view {
            View::Engine(target) => {
                let grounds = Grounds::of(target);
                let observed = observe(&grounds);
                (Some(grounds), observed)
            }
            View::Http(remote) => (None, outside(remote)),
        };
        let observed = expected.without_absent(observed);
        let (declared, memory) = match view {
            View::Engine(target) => {
                (Some(target.model.services.keys()), Some(Arc::new(Memory::of(target))))
            }
            View::Http(_) => (None, None),
        };
        let declared = settings.services.keys().chain(declared.into_iter().flatten());
        expected.refuse_unmeant(&accepted, &observed, declared)?;
        let running = Arc::new(Running::of(&accepted, &observed));
        Ok(Self { accepted, expected, observed, running, folder, grounds, memory })
    }

    /// Gives each approved service that is there, or may be, and of which something has to be asked.
    pub(super) fn asked<'a>(&'a self, view: View<'a>) -> impl Iterator<Item = Asked<'a>> {
        self.accepted.iter().filter_map(move |(service, file)| {
            if let View::Engine(target) = view {
                // Nothing can be asked of a service without a container.
                target.containers.get(service)?.first()?;
            }
            let here = self.observed.is_home_of(file);
            let (expected, running, memory) = (&self.expected, &self.running, self.memory.as_ref());
            let asked = Asked { view, expected, running, service, file, memory, here };
            (file.standing() == Standing::Approved).then_some(asked)
        })
    }
}

/// Is a service of which something has to be asked.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    view: View<'a>,
    expected: &'a Arc<Expected>,
    running: &'a Arc<Running>,
    service: &'a str,
    pub file: &'a SnapshotFile,
    /// What the services use, read once for all of them.
    memory: Option<&'a Arc<Memory>>,
    /// Whether it was recorded here.
    pub here: bool,
}

impl<'a> Asked<'a> {
    /// Is the same service with something else on record.
    pub(super) fn recorded_as<'b>(self, file: &'b SnapshotFile) -> Asked<'b>
    where
        'a: 'b,
    {
        Asked { file, ..self }
    }

    /// Fails a service of which no container runs, unless it did its work and ended when it was recorded
    /// too: its facts are as recorded, and nothing serves.
    fn down(&self, target: &Target) -> Option<Task> {
        let containers = target.containers.get(self.service)?;
        let last = containers.first()?;
        if containers.iter().any(Container::is_running) {
            return None;
        }
        let has_ended = containers.iter().all(|container| failure(container).is_none());
        if has_ended && !self.file.body.figures.contains_key(MEMORY) {
            return None;
        }
        let code = last.state().and_then(|state| state.exit_code).unwrap_or_default();
        let message = match last.status().as_str() {
            "exited" => format!("{} does not run: it ended with code {code}", self.service),
            status => format!("{} does not run: it is {status}", self.service),
        };
        let check = self.check("running", "service", rule_for("service").missing);
        Some(Task::answered(check, Finding::fail(Reason::Missing, message)))
    }

    fn probe(&self) -> Option<Probe> {
        match self.view {
            View::Engine(target) => Probe::of_service(target, self.service),
            View::Http(remote) => remote.endpoints.get(self.service).and_then(Probe::of),
        }
    }

    /// Gives the check called `name`, which stands where `path` was recorded.
    pub(super) fn check(&self, name: &str, path: &str, severity: Severity) -> Check {
        let check = Check::new(Kind::Drift, self.service, name).with_severity(severity);
        match self.file.places.get(path) {
            Some(place) => check.at(place.clone()),
            None => check,
        }
    }

    /// Plans what the health endpoint has to answer.
    pub(super) fn health(&self, tasks: &mut Vec<Task>) {
        let recorded = self.file.body.snapshot.facts.iter();
        let held = recorded.filter(|(path, fact)| {
            is_answered(path)
                && (fact.class == FactClass::Portable || self.here)
                && self.expected.fact(self.service, path).is_none()
        });
        let answer = self.probe().map(|probe| Arc::new(Answer { probe, told: OnceCell::new() }));
        let before = tasks.len();
        for (path, fact) in held {
            let check = self.check(path, path, rule_for(path).changed);
            let (path, expected, place) = (path.clone(), fact.value.clone(), check.place.clone());
            tasks.push(match answer.clone() {
                None => Task::answered(check, self.no_endpoint()),
                Some(answer) => Task::new(check, move |_| async move {
                    answer.holds(&path, &expected, place.as_ref()).await
                }),
            });
        }
        for (path, fact) in self.expected.facts(self.service).filter(|(path, _)| is_answered(path))
        {
            let check = self.expected.check(self.service, path, fact, rule_for(path).changed);
            let (path, fact) = (path.clone(), fact.clone());
            let (expected, service) = (Arc::clone(self.expected), self.service.to_owned());
            let running = Arc::clone(self.running);
            tasks.push(match answer.clone() {
                None => Task::answered(check, self.no_endpoint()),
                Some(answer) => Task::new(check, move |_| async move {
                    answer.is_expected(&expected, &service, &path, &fact, &running).await
                }),
            });
        }
        if let Some(answer) = answer.filter(|_| tasks.len() > before) {
            let name = HEADERS.trim_end_matches('.');
            let check = self.check(name, name, rule_for(HEADERS).unmanaged);
            let expected = self.expected.facts(self.service).map(|(path, _)| path);
            let known = self.file.body.snapshot.facts.keys().chain(expected);
            let recorded = known.filter(|path| path.starts_with(HEADERS)).cloned().collect();
            tasks.push(Task::new(check, move |_| async move { answer.unmanaged(&recorded).await }));
        }
    }

    /// Tells whether the environment expects a fact to be something of its own.
    pub(super) fn is_expected(&self, path: &str) -> bool {
        self.expected.fact(self.service, path).is_some()
    }

    fn no_endpoint(&self) -> Finding {
        let message = format!("no health endpoint of {} is known here", self.service);
        Finding::inconclusive(Reason::NotObserved, message)
    }

    /// Plans what was measured, to be measured again.
    pub(super) fn figures(&self, tasks: &mut Vec<Task>) {
        if !self.here {
            return;
        }
        for (name, &recorded) in &self.file.body.figures {
            let check = self.check(&format!("performance.{name}"), name, Severity::Warning);
            let source = check.place.as_ref().map(Place::to_string).unwrap_or_default();
            tasks.push(match (name.as_str(), self.probe()) {
                (RESPONSE, Some(probe)) => Task::new(check, move |_| async move {
                    match response_time(&probe).await {
                        Ok(now) => hold(RESPONSE, recorded, now.median).from_source(source),
                        Err(cause) => not_answering(&probe, &cause),
                    }
                })
                // One after the other, or they would slow each other down.
                .locking("baseline response time"),
                (RESPONSE, None) => Task::answered(check, self.no_endpoint()),
                (MEMORY, _) => {
                    let Some(memory) = self.memory.cloned() else {
                        let message =
                            only_through_engine("the use of memory", &self.expected.environment);
                        let unseen = Finding::inconclusive(Reason::NotObserved, message);
                        tasks.push(Task::answered(check, unseen));
                        continue;
                    };
                    let service = self.service.to_owned();
                    Task::new(check, move |_| async move {
                        match memory.shared(&service).await {
                            Some(Ok(now)) => hold(MEMORY, recorded, *now).from_source(source),
                            Some(Err(cause)) => {
                                Finding::inconclusive(Reason::EngineUnavailable, cause.to_string())
                            }
                            None => {
                                let message = format!("{service} does not run now");
                                Finding::inconclusive(Reason::NotObserved, message)
                            }
                        }
                    })
                }
                _ => {
                    let message = format!("nothing here measures `{name}`");
                    Task::answered(check, Finding::inconclusive(Reason::NotObserved, message))
                }
            });
        }
    }
}

fn not_answering(probe: &Probe, cause: &str) -> Finding {
    let message = format!("{} does not answer: {cause}", probe.shown());
    Finding::inconclusive(Reason::Unreachable, message)
}

/// Is what one health endpoint answers, asked once for all facts that are held against it.
struct Answer {
    probe: Probe,
    told: OnceCell<Result<Facts, String>>,
}

impl Answer {
    async fn facts(&self) -> Result<&Facts, Finding> {
        let told = self.told.get_or_init(|| self.probe.facts()).await;
        told.as_ref().map_err(|cause| not_answering(&self.probe, cause))
    }

    async fn holds(&self, path: &str, expected: &Value, place: Option<&Place>) -> Finding {
        match self.facts().await {
            Err(unanswered) => unanswered,
            Ok(facts) => judge(path, expected, facts.get(path).map(|fact| &fact.value), place).1,
        }
    }

    async fn is_expected(
        &self,
        expected: &Expected,
        service: &str,
        path: &str,
        fact: &ExpectedFact,
        running: &Running,
    ) -> Finding {
        match self.facts().await {
            Err(unanswered) => unanswered,
            Ok(facts) => {
                let answered = std::slice::from_ref(facts);
                expected.compare(service, path, fact, answered, running).1
            }
        }
    }

    /// Looks for headers that nobody recorded.
    async fn unmanaged(&self, recorded: &BTreeSet<String>) -> Finding {
        let facts = match self.facts().await {
            Err(unanswered) => return unanswered,
            Ok(facts) => facts,
        };
        let new: Vec<&str> = facts
            .keys()
            .filter(|path| !recorded.contains(*path))
            .filter_map(|path| path.strip_prefix(HEADERS))
            .collect();
        if new.is_empty() {
            return Finding::pass("no header is answered that was never recorded");
        }
        let new = new.join(", ");
        let message = format!("{new}: answered and never recorded");
        Finding::fail(Reason::Unmanaged, message).comparing("nothing", new)
    }
}

/// Holds a figure against the recorded one: less is no drift.
fn hold(name: &str, recorded: Figure, now: f64) -> Finding {
    let bound = recorded.upper_bound(floor(name));
    let expected = format!(
        "{} recorded ({} to {}), up to {} explained by the spread",
        amount(name, recorded.median),
        amount(name, recorded.min),
        amount(name, recorded.max),
        amount(name, bound)
    );
    let actual = amount(name, now);
    let finding = if now <= bound {
        Finding::pass("within the recorded spread")
    } else {
        Finding::fail(Reason::Changed, format!("{name} is {actual}; {expected}"))
    };
    finding.comparing(expected, actual)
}

fn amount(name: &str, number: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bytes are whole")]
    if name == MEMORY { Bytes(number as u64).to_string() } else { Millis(number).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Outcome;

    const RECORDED: Figure = Figure { median: 4.0, min: 3.0, max: 6.0 };

    #[test]
    fn a_faster_answer_is_no_drift_and_a_slower_one_only_past_the_spread() {
        assert_eq!(hold(RESPONSE, RECORDED, 0.1).outcome, Outcome::Pass);
        assert_eq!(hold(RESPONSE, RECORDED, 26.0).outcome, Outcome::Pass);
        let slow = hold(RESPONSE, RECORDED, 300.0);
        insta::assert_snapshot!(slow.message, @"health.response_ms is 300 ms; 4.00 ms recorded (3.00 ms to 6.00 ms), up to 26 ms explained by the spread");
        assert_eq!(slow.reason, Some(Reason::Changed));
    }
}
