//! From a target and its baseline to checks.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::OnceCell;

use super::body::Figure;
use super::capture::observe;
use super::drift::{compare, judge};
use super::file::{SnapshotFile, Standing};
use super::files;
use super::folder::{BaselineError, Folder, Slot};
use super::headers::HEADERS;
use super::measure::{MEMORY, memory, response_time};
use super::probe::{Probe, RESPONSE, is_answered};
use super::record::floor;
use super::rules::rule_for;
use crate::engine::{Container, Target};
use crate::model::{
    Bytes, Check, FactClass, Facts, Finding, Kind, Millis, Place, Reason, Severity,
};
use crate::runner::Task;

/// Gives one check for each recorded fact that is meant to hold on `target`, and one for each fact
/// there that nobody recorded.
///
/// Portable facts hold everywhere; local ones and figures where they were recorded, which is the
/// environment of the same name with the same Compose project. Most are answered already; a health
/// endpoint is asked when the plan is performed.
///
/// # Errors
///
/// When a snapshot cannot be read. That there is none is a check that could not be answered.
pub fn plan(target: &Target) -> Result<Vec<Task>, BaselineError> {
    let folder = Folder::of(&target.settings);
    let accepted = folder.read(Slot::Accepted)?;
    let observed = observe(target);
    let answers = compare(&accepted, &observed, folder.name());
    let mut tasks: Vec<Task> =
        answers.into_iter().map(|(check, finding)| Task::answered(check, finding)).collect();
    for (service, file) in &accepted {
        let replicas = target.containers.get(service).map(Vec::as_slice);
        let Some([first, ..]) = replicas else { continue };
        if file.standing() == Standing::Approved {
            let asked = Asked { target, file, first, here: observed.is_home_of(file) };
            asked.health(&mut tasks);
            asked.figures(&mut tasks);
        }
    }
    if !accepted.is_empty() && !target.containers.is_empty() {
        tasks.push(files::task(target));
    }
    Ok(tasks)
}

/// Is a service of which something has to be asked.
struct Asked<'a> {
    target: &'a Target,
    file: &'a SnapshotFile,
    first: &'a Container,
    here: bool,
}

impl Asked<'_> {
    fn probe(&self) -> Option<Probe> {
        Probe::of_service(self.target, &self.first.service)
    }

    /// Gives the check called `name`, which stands where `path` was recorded.
    fn check(&self, name: &str, path: &str, severity: Severity) -> Check {
        let check = Check::new(Kind::Drift, &*self.first.service, name).with_severity(severity);
        match self.file.places.get(path) {
            Some(place) => check.at(place.clone()),
            None => check,
        }
    }

    /// Plans what the health endpoint has to answer.
    fn health(&self, tasks: &mut Vec<Task>) {
        let recorded = self.file.body.snapshot.facts.iter();
        let held = recorded.filter(|(path, fact)| {
            is_answered(path) && (fact.class == FactClass::Portable || self.here)
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
        if let Some(answer) = answer.filter(|_| tasks.len() > before) {
            let name = HEADERS.trim_end_matches('.');
            let check = self.check(name, name, rule_for(HEADERS).unmanaged);
            let recorded = self.file.body.snapshot.facts.keys();
            let recorded = recorded.filter(|path| path.starts_with(HEADERS)).cloned().collect();
            tasks.push(Task::new(check, move |_| async move { answer.unmanaged(&recorded).await }));
        }
    }

    fn no_endpoint(&self) -> Finding {
        let message = format!("no health endpoint of {} is known here", self.first.service);
        Finding::inconclusive(Reason::NotObserved, message)
    }

    /// Plans what was measured, to be measured again.
    fn figures(&self, tasks: &mut Vec<Task>) {
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
                    let (engine, container) = (self.target.engine.clone(), self.first.clone());
                    Task::new(check, move |_| async move {
                        match memory(&engine, &container).await {
                            Ok(now) => hold(MEMORY, recorded, now).from_source(source),
                            Err(cause) => {
                                Finding::inconclusive(Reason::EngineUnavailable, cause.to_string())
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
