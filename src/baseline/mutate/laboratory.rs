//! Changes what was seen of one service, a fact at a time, and compares.

use std::collections::BTreeMap;

use super::{another, excuse, unnoticed};
use crate::baseline::capture::is_left_open;
use crate::baseline::drift::{Answered, Observed, standing};
use crate::baseline::file::SnapshotFile;
use crate::baseline::info::Recorded;
use crate::baseline::probe::is_answered;
use crate::baseline::rules::rule_for;
use crate::baseline::running::Running;
use crate::model::{Check, Fact, FactClass, Facts, Finding, Kind, Outcome, Reason};

/// Holds recorded facts against seen ones.
pub(super) type Comparison<'a> =
    &'a dyn Fn(&BTreeMap<String, SnapshotFile>, &Observed) -> Vec<Answered>;

/// Gives one answered check for each recorded fact that is compared at once: whether another value
/// of it, its loss and one more like it would be noticed.
pub(super) fn mutate(
    accepted: &BTreeMap<String, SnapshotFile>,
    observed: &Observed,
    compare: Comparison<'_>,
) -> Vec<Answered> {
    let running = Running::of(accepted, observed);
    let mut answers = Vec::new();
    for (service, file) in accepted {
        if let Some(unreviewed) = standing(service, file) {
            answers.push(unreviewed);
            continue;
        }
        let replicas = observed.services.get(service).cloned().unwrap_or_default();
        // Alone, so that the work grows with the number of services and not with its square.
        let alone = BTreeMap::from([(service.clone(), file.clone())]);
        let release = match &running {
            Running::One(release) => Some(release.clone()),
            Running::Mixed(_) | Running::Unknown => None,
        };
        let seen = Observed {
            environment: observed.environment.clone(),
            project: observed.project.clone(),
            release,
            services: BTreeMap::from([(service.clone(), replicas)]),
            asked_for: observed.asked_for.clone(),
        };
        let mut laboratory = Laboratory { service, file, running: &running, alone, seen, compare };
        laboratory.whole(&mut answers);
        for (path, fact) in &file.body.snapshot.facts {
            if !is_answered(path) && !laboratory.replicas().is_empty() {
                answers.push(laboratory.fact(path, fact));
            }
        }
    }
    answers
}

/// Is one service by itself, whose facts are changed one at a time and put back.
struct Laboratory<'a> {
    service: &'a str,
    file: &'a SnapshotFile,
    running: &'a Running,
    alone: BTreeMap<String, SnapshotFile>,
    seen: Observed,
    compare: Comparison<'a>,
}

impl Laboratory<'_> {
    fn replicas(&self) -> &[Facts] {
        self.seen.services.get(self.service).map_or(&[], Vec::as_slice)
    }

    /// Tells whether the comparison fails a check called `name`.
    fn fails(answers: &[Answered], name: &str) -> bool {
        answers.iter().any(|(check, it)| check.name == name && it.outcome == Outcome::Fail)
    }

    fn compared(&self) -> Vec<Answered> {
        (self.compare)(&self.alone, &self.seen)
    }

    /// Answers whether the loss of the service would be noticed.
    fn whole(&mut self, answers: &mut Vec<Answered>) {
        let check = Check::new(Kind::Drift, self.service, "service")
            .with_severity(rule_for("service").missing);
        let there = self.seen.services.insert(self.service.to_owned(), Vec::new());
        let without = self.compared();
        let finding = if Self::fails(&without, "service") {
            Finding::pass("its loss is noticed")
        } else if there.as_ref().is_none_or(Vec::is_empty) {
            let message = "is recorded, and is not meant to be here";
            Finding::skipped(Reason::EnvironmentMismatch, message)
        } else if self.starts_by_profile() {
            let message = "is there only where its profile was asked for";
            Finding::skipped(Reason::EnvironmentMismatch, message)
        } else {
            unnoticed("its loss")
        };
        self.seen.services.insert(self.service.to_owned(), there.unwrap_or_default());
        answers.push((check, finding));
    }

    /// Tells whether the files that were recorded leave it open whether the service runs.
    fn starts_by_profile(&self) -> bool {
        let facts = &self.file.body.snapshot.facts;
        let none = facts.get("replicas").is_some_and(|fact| fact.value == 0);
        self.file.info.recorded == Recorded::Files && (none || facts.contains_key("profiles"))
    }

    fn fact(&mut self, path: &str, fact: &Fact) -> Answered {
        let severity = rule_for(path).changed;
        let mut check = Check::new(Kind::Drift, self.service, path).with_severity(severity);
        if let Some(place) = self.file.places.get(path) {
            check = check.at(place.clone());
        }
        let is_home = self.seen.is_home_of(self.file);
        if let Some(why) = excuse(path, fact.class, self.file, is_home, self.running) {
            return (check, Finding::skipped(Reason::EnvironmentMismatch, why));
        }
        let missed: Vec<&str> = self.trials(path, fact).into_iter().flatten().collect();
        let finding = if missed.is_empty() {
            Finding::pass("another value, its loss and one more like it are noticed")
        } else {
            unnoticed(&missed.join(" and "))
        };
        (check, finding)
    }

    /// Changes what was seen of one fact, compares, puts it back; names each change that nothing noticed.
    fn trials(&mut self, path: &str, fact: &Fact) -> [Option<&'static str>; 3] {
        let more = format!("{path}.mutated");
        let was = self.put(path, fact.class, None);
        // What is not there already cannot be lost.
        let lost = was.as_ref().map(|_| Self::fails(&self.compared(), path));
        let mut value = another(was.as_ref().map_or(&fact.value, |was| &was.value));
        if value == fact.value {
            // It had drifted, and this would put it right.
            value = "mutated".into();
        }
        let other = Fact { value, ..fact.clone() };
        // Where only the files were recorded, an image may add to what they say.
        let is_open = self.file.info.recorded == Recorded::Files
            && is_left_open(&more, &other.value, &self.file.body.snapshot.facts);
        self.put(path, fact.class, Some(other.clone()));
        self.put(&more, fact.class, Some(other));
        let answers = self.compared();
        self.put(&more, fact.class, None);
        self.put(path, fact.class, was);
        [
            (!Self::fails(&answers, path)).then_some("another value"),
            (lost == Some(false)).then_some("its loss"),
            (!is_open && !Self::fails(&answers, &more)).then_some("one more like it"),
        ]
    }

    /// Sets or takes a fact of the container that is looked at last, and gives what it was; of a local
    /// one only the first container has the recorded value.
    fn put(&mut self, path: &str, class: FactClass, fact: Option<Fact>) -> Option<Fact> {
        let replicas = self.seen.services.get_mut(self.service)?;
        let replica = match class {
            FactClass::Local => replicas.first_mut(),
            FactClass::Portable => replicas.last_mut(),
        }?;
        match fact {
            Some(fact) => replica.insert(path.to_owned(), fact),
            None => replica.remove(path),
        }
    }
}
