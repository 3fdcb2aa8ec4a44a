//! What a target that is reached by its URLs shows of a baseline: what its endpoints answer.

use std::collections::BTreeMap;

use serde_json::Value;

use super::difference::show;
use super::drift::{Answered, Observed, judge, no_baseline, standing, whole};
use super::expected::Expected;
use super::file::SnapshotFile;
use super::probe::is_answered;
use super::rules::rule_for;
use crate::engine::Remote;
use crate::model::{Check, FactClass, Finding, Kind, Reason};

/// The path of the health endpoint's own path: that is known from the settings.
const PATH: &str = "health.path";

/// Names the target; nothing of its services is observed.
pub(super) fn outside(remote: &Remote) -> Observed {
    let settings = &remote.settings;
    let project = settings.compose.as_ref().map_or(&settings.project, |compose| &compose.project);
    Observed {
        environment: settings.environment.clone(),
        project: project.clone(),
        ..Observed::default()
    }
}

/// Gives one answered check for each recorded or expected fact that nobody will be asked: it is not
/// known, whatever it is.
pub(super) fn unseen(
    accepted: &BTreeMap<String, SnapshotFile>,
    expected: &Expected,
    outside: &Observed,
    remote: &Remote,
    folder: &str,
) -> Vec<Answered> {
    if accepted.is_empty() {
        return vec![no_baseline(folder)];
    }
    let mut answers = Vec::new();
    for (service, file) in accepted {
        let of = expected.of_service(service).map(|of| of.facts.as_ref());
        match (of, standing(service, file)) {
            // Whether it is there is not known either, which is said below.
            (Some(None), _) => {}
            (_, Some(unreviewed)) => answers.push(unreviewed),
            (_, None) => {
                let here = outside.is_home_of(file);
                recorded(service, file, here, expected, remote, &mut answers);
            }
        }
    }
    for (service, of) in expected.services() {
        if of.facts.is_none() || !accepted.contains_key(service) {
            let message = remote.shows_no(&format!("whether {service} is there"));
            let place = expected.place(of.at);
            let unknown = Finding::inconclusive(Reason::NotObserved, message);
            let unknown = unknown.from_source(place.to_string());
            let (check, unknown) = whole(service, unknown, |rule| rule.missing);
            answers.push((check.at(place), unknown));
        }
        for (path, fact) in of.facts.iter().flatten().filter(|(path, _)| !is_answered(path)) {
            let wanted = fact.value.as_ref().map_or("nothing".to_owned(), show);
            let unknown = unknown(&format!("whether {path} is as expected"), wanted, remote);
            let severity = rule_for(path).changed;
            answers.push(expected.answered(service, path, fact, severity, unknown));
        }
    }
    answers
}

/// Answers for what was recorded of one service, where nothing else is expected.
fn recorded(
    service: &str,
    file: &SnapshotFile,
    here: bool,
    expected: &Expected,
    remote: &Remote,
    answers: &mut Vec<Answered>,
) {
    for (path, fact) in &file.body.snapshot.facts {
        let elsewhere = fact.class == FactClass::Local && !here;
        if is_answered(path) || elsewhere || expected.fact(service, path).is_some() {
            continue;
        }
        let place = file.places.get(path);
        let (severity, finding) = if path == PATH {
            let actual = remote.settings.services.get(service);
            let actual = actual.and_then(|service| service.health.as_deref()).map(Value::from);
            judge(path, &fact.value, actual.as_ref(), place)
        } else {
            let told = format!("whether {path} still is as recorded");
            (rule_for(path).changed, unknown(&told, show(&fact.value), remote))
        };
        let check = Check::new(Kind::Drift, service, path).with_severity(severity);
        answers.push(match place {
            Some(place) => (check.at(place.clone()), finding.from_source(place.to_string())),
            None => (check, finding),
        });
    }
}

fn unknown(what: &str, wanted: String, remote: &Remote) -> Finding {
    let message = remote.shows_no(what);
    Finding::inconclusive(Reason::NotObserved, message).comparing(wanted, "not observed")
}
