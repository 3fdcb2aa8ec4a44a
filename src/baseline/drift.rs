//! Holds observed facts against recorded ones.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::capture::{is_left_open, is_passed_on};
use super::difference::{show, told};
use super::expected::Expected;
use super::file::{SnapshotFile, Standing};
use super::foreign::Foreign;
use super::info::Recorded;
use super::probe::is_answered;
use super::rules::{Rule, matches, rule_for};
use super::running::Running;
use crate::engine::RELEASE;
use crate::model::{Check, FactClass, Facts, Finding, Kind, Place, Reason, Severity, Snapshot};

/// Holds what was seen of a target, for the comparison.
#[derive(Debug, Clone, Default)]
pub(super) struct Observed {
    /// The environment's name.
    pub environment: String,
    /// The Compose project's name.
    pub project: String,
    /// The running release, where the target could tell.
    pub release: Option<String>,
    /// The facts of each container, by service and in the order of their numbers.
    pub services: BTreeMap<String, Vec<Facts>>,
    /// The services of which the files ask for a container here, where they can be asked.
    pub asked_for: BTreeSet<String>,
}

impl Observed {
    /// Tells whether `file` was recorded here, so that its local facts are meant to hold.
    pub(super) fn is_home_of(&self, file: &SnapshotFile) -> bool {
        file.info.environment == self.environment && file.info.project == self.project
    }
}

/// Is one check with its answer.
pub(super) type Answered = (Check, Finding);

/// Gives one answered check for each recorded fact that can be compared at once, and for each
/// observed one that nobody recorded.
pub(super) fn compare(
    accepted: &BTreeMap<String, SnapshotFile>,
    expected: &Expected,
    observed: &Observed,
    folder: &str,
) -> Vec<Answered> {
    if accepted.is_empty() {
        return vec![no_baseline(folder)];
    }
    let running = Running::of(accepted, observed);
    let mut answers = Vec::new();
    for (service, file) in accepted {
        if expected.of_service(service).is_some_and(|expected| expected.facts.is_none()) {
            continue;
        }
        match (standing(service, file), observed.services.get(service).map(Vec::as_slice)) {
            (Some(unreviewed), _) => answers.push(unreviewed),
            (None, None | Some([]))
                if is_not_always_there(file) && !observed.asked_for.contains(service) => {}
            (None, None | Some([])) => {
                let message = format!("{service} is recorded and has no container");
                let finding = Finding::fail(Reason::Missing, message).from_source(folder);
                answers.push(whole(service, finding, |rule| rule.missing));
            }
            (None, Some(replicas)) => {
                let here = observed.is_home_of(file);
                let service = Service { name: service, file, expected, replicas, here };
                service.compare_recorded(&running, &mut answers);
                service.find_unmanaged(&mut answers);
            }
        }
    }
    let foreign = expected
        .services()
        .filter(|(name, of)| of.facts.is_none() || !accepted.contains_key(*name));
    for (service, of) in foreign {
        let replicas = observed.services.get(service).map_or(&[][..], Vec::as_slice);
        Foreign { name: service, of, expected, replicas }.compare(&running, &mut answers);
    }
    let is_known = |service: &&String| {
        accepted.contains_key(*service) || expected.of_service(service).is_some()
    };
    for service in observed.services.keys().filter(|service| !is_known(service)) {
        let message = format!("{service} is there and was never recorded");
        let finding = Finding::fail(Reason::Unmanaged, message).from_source(folder);
        answers.push(whole(service, finding, |rule| rule.unmanaged));
    }
    answers
}

/// Tells whether files were recorded that ask for no container: only some start the service's profile.
fn is_not_always_there(file: &SnapshotFile) -> bool {
    let facts = &file.body.snapshot.facts;
    let none = facts.get("replicas").is_some_and(|fact| fact.value == 0);
    file.info.recorded == Recorded::Files && (none || facts.contains_key("profiles"))
}

/// Answers where there is nothing to hold a target against.
pub(super) fn no_baseline(folder: &str) -> Answered {
    let check = Check::new(Kind::Drift, Snapshot::PROJECT, "baseline");
    let message = format!(
        "no baseline was accepted in {folder}; `proofmark record` writes one, and `proofmark review` or `proofmark accept --all` accepts it"
    );
    (check, Finding::inconclusive(Reason::MissingBaseline, message))
}

/// Answers for a service as a whole.
pub(super) fn whole(service: &str, finding: Finding, severity: fn(&Rule) -> Severity) -> Answered {
    let check = Check::new(Kind::Drift, service, "service");
    (check.with_severity(severity(rule_for("service"))), finding)
}

/// Says why a file cannot be held against anything, where it cannot.
pub(super) fn standing(service: &str, file: &SnapshotFile) -> Option<Answered> {
    let message = match file.standing() {
        Standing::Approved => return None,
        Standing::Draft => format!("nobody approved the snapshot of {service}"),
        Standing::Edited => format!("the snapshot of {service} was edited after its approval"),
    };
    let message = format!("{message}; look at it and run `proofmark accept {service}`");
    let check = Check::new(Kind::Drift, service, "baseline");
    Some((check, Finding::inconclusive(Reason::MissingBaseline, message)))
}

struct Service<'a> {
    name: &'a str,
    file: &'a SnapshotFile,
    expected: &'a Expected,
    replicas: &'a [Facts],
    here: bool,
}

impl Service<'_> {
    fn compare_recorded(&self, running: &Running, answers: &mut Vec<Answered>) {
        for (path, fact) in self.expected.facts(self.name) {
            // What only an answer can tell is asked later, while the plan is performed.
            if !is_answered(path) {
                let expected = self.expected;
                answers.push(expected.compare(self.name, path, fact, self.replicas, running));
            }
        }
        for (path, fact) in &self.file.body.snapshot.facts {
            if self.expected.fact(self.name, path).is_some() {
                continue;
            }
            // What only an answer can tell is asked later, while the plan is performed.
            if is_answered(path) {
                continue;
            }
            if fact.class == FactClass::Local && !self.here {
                continue;
            }
            // A release brings its own images; only under the recorded one is another a moved tag.
            if path == "image_digest" && !self.is_recorded_release(running) {
                continue;
            }
            if is_passed_on(path, &fact.value) {
                continue;
            }
            let place = self.file.places.get(path);
            if let Some(name) = self.unset(&format!("{path} {}", fact.value)) {
                let message = format!(
                    "{path} names {name}, which had no value; record again where it has one"
                );
                let finding = Finding::inconclusive(Reason::NotObserved, message);
                answers.push((self.check(path, rule_for(path).changed, place), finding));
                continue;
            }
            let expected = running.filled(&fact.value);
            let actual = differing(self.replicas, path, fact.class, &expected);
            let (severity, mut finding) = judge(path, &expected, actual, place);
            if let Running::Mixed(each) = running
                && fact.value.as_str().is_some_and(|text| text.contains(RELEASE))
            {
                finding.message = format!("the services run different releases: {each}");
            }
            answers.push((self.check(path, severity, place), finding));
        }
    }

    fn find_unmanaged(&self, answers: &mut Vec<Answered>) {
        let recorded = &self.file.body.snapshot.facts;
        let mut seen = Facts::new();
        for facts in self.replicas {
            seen.extend(facts.iter().map(|(path, fact)| (path.clone(), fact.clone())));
        }
        let is_known = |path: &str| {
            recorded.contains_key(path) || self.expected.fact(self.name, path).is_some()
        };
        for (path, fact) in seen.into_iter().filter(|(path, _)| !is_known(path)) {
            if fact.class == FactClass::Local && !self.here {
                continue;
            }
            let info = &self.file.info;
            let unobserved = info.not_observed.iter().any(|pattern| matches(pattern, &path));
            if unobserved && is_left_open(&path, &fact.value, recorded) || self.may_be_named(&path)
            {
                continue;
            }
            let value = show(&fact.value);
            let message = format!("{path} is {value} and was never recorded");
            let finding = Finding::fail(Reason::Unmanaged, message).comparing("nothing", value);
            answers.push((self.check(&path, rule_for(&path).unmanaged, None), finding));
        }
    }

    /// Gives the variable that stands in a recorded fact because it had no value.
    fn unset(&self, text: &str) -> Option<&str> {
        let mut unset = self.file.info.unset.iter();
        unset.find(|name| text.contains(&format!("${{{name}}}"))).map(String::as_str)
    }

    /// Tells whether a fact may be one that was recorded with a variable in its path, as the port
    /// `${PORT}` is.
    fn may_be_named(&self, path: &str) -> bool {
        let topic = |path: &str| path.split('.').next().map(str::to_owned);
        let mut recorded = self.file.body.snapshot.facts.keys();
        recorded.any(|known| self.unset(known).is_some() && topic(known) == topic(path))
    }

    fn is_recorded_release(&self, running: &Running) -> bool {
        match running {
            Running::One(release) => self.file.info.release.as_ref() == Some(release),
            Running::Mixed(_) => false,
            Running::Unknown => self.file.info.release.is_none(),
        }
    }

    fn check(&self, path: &str, severity: Severity, place: Option<&Place>) -> Check {
        let check = Check::new(Kind::Drift, self.name, path).with_severity(severity);
        match place {
            Some(place) => check.at(place.clone()),
            None => check,
        }
    }
}

/// Gives what a fact is where it is not as wanted in some container, and what it is everywhere else.
///
/// Of several containers, only the first has the recorded host ports.
pub(super) fn differing<'r>(
    replicas: &'r [Facts],
    path: &str,
    class: FactClass,
    wanted: &'r Value,
) -> Option<&'r Value> {
    let compared = if class == FactClass::Local { 1 } else { replicas.len() };
    let mut each =
        replicas.iter().take(compared).map(|replica| replica.get(path).map(|fact| &fact.value));
    each.find(|actual| *actual != Some(wanted)).unwrap_or(Some(wanted))
}

/// Says what it means that a fact is `actual`, or is not there.
pub(super) fn judge(
    path: &str,
    expected: &Value,
    actual: Option<&Value>,
    place: Option<&Place>,
) -> (Severity, Finding) {
    let rule = rule_for(path);
    let wanted = show(expected);
    let (severity, finding) = match actual {
        Some(actual) if actual == expected => {
            (rule.changed, Finding::pass("as recorded").comparing(&wanted, &wanted))
        }
        Some(actual) => {
            let message = format!("{path} {}", told(expected, actual));
            let finding = Finding::fail(Reason::Changed, message);
            (rule.changed, finding.comparing(&wanted, show(actual)))
        }
        None => {
            let message = format!("{path} was {wanted} and is not there");
            let finding = Finding::fail(Reason::Missing, message);
            (rule.missing, finding.comparing(&wanted, "nothing"))
        }
    };
    match place {
        Some(place) => (severity, finding.from_source(place.to_string())),
        None => (severity, finding),
    }
}
