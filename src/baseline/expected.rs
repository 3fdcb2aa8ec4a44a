//! What an environment expects in place of what was recorded.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::capture::bytes_above_zero;
use super::difference::{show, told};
use super::drift::{Answered, Observed, differing, judge};
use super::file::SnapshotFile;
use super::probe::is_answered;
use super::rules::rule_for;
use super::running::Running;
use crate::config::{ExpectedFact, ExpectedService, Settings, Source, nearest};
use crate::model::{
    Bytes, Check, Diagnostic, Facts, Finding, Kind, Outcome, Place, Reason, Severity, Snapshot,
    Span,
};

type Files = BTreeMap<String, SnapshotFile>;

/// Holds what the settings of one environment expect, and what follows from it.
#[derive(Debug, Default)]
pub(super) struct Expected {
    /// The environment.
    pub environment: String,
    source: Source,
    /// As it is written.
    written: BTreeMap<String, ExpectedService>,
    /// With what follows from it.
    services: BTreeMap<String, ExpectedService>,
}

impl Expected {
    /// Takes what the settings expect. A service that is not to be there, or that only this environment
    /// has, is not to be missed or found among the project's services either.
    pub fn of(settings: &Settings, accepted: &Files) -> Self {
        let mut services = settings.expect.clone();
        let facts = services.values_mut().filter_map(|service| service.facts.as_mut()).flatten();
        for (_, fact) in facts.filter(|(path, _)| path.starts_with("limits.")) {
            fact.value = fact.value.take().map(in_units_of_facts);
        }
        if let Some(names) = names_of_services(&settings.expect, accepted) {
            let project = services.entry(Snapshot::PROJECT.to_owned());
            let (path, fact) = ("services".to_owned(), names);
            let project =
                project.or_insert(ExpectedService { at: fact.at, facts: Some(BTreeMap::new()) });
            project.facts.iter_mut().for_each(|facts| {
                facts.entry(path.clone()).or_insert(fact.clone());
            });
        }
        let environment = settings.environment.clone();
        let (source, written) = (settings.source.clone(), settings.expect.clone());
        Self { environment, source, written, services }
    }

    /// Takes the services that are not to be there out of what the project lists: its files may still know
    /// one, such as one that needs a profile.
    pub fn without_absent(&self, mut seen: Observed) -> Observed {
        let is_absent = |name: &Value| {
            let of = name.as_str().and_then(|name| self.services.get(name));
            of.is_some_and(|of| of.facts.is_none())
        };
        for facts in seen.services.get_mut(Snapshot::PROJECT).into_iter().flatten() {
            let names = facts.get_mut("services").and_then(|fact| fact.value.as_array_mut());
            if let Some(names) = names {
                names.retain(|name| !is_absent(name));
            }
        }
        seen
    }

    /// Gives every service of which something is expected.
    pub fn services(&self) -> impl Iterator<Item = (&String, &ExpectedService)> {
        self.services.iter()
    }

    /// Gives what is expected of a service.
    pub fn of_service(&self, service: &str) -> Option<&ExpectedService> {
        self.services.get(service)
    }

    /// Gives every fact that a service is expected to have, or not to have.
    pub fn facts(&self, service: &str) -> impl Iterator<Item = (&String, &ExpectedFact)> {
        self.of_service(service).and_then(|of| of.facts.as_ref()).into_iter().flatten()
    }

    /// Gives what is expected of one fact.
    pub fn fact(&self, service: &str, path: &str) -> Option<&ExpectedFact> {
        self.of_service(service)?.facts.as_ref()?.get(path)
    }

    /// Names a place in the settings file.
    pub fn place(&self, at: Span) -> Place {
        self.source.place(at)
    }

    /// Holds what is expected of one fact against what is there, whatever was recorded.
    pub fn compare(
        &self,
        service: &str,
        path: &str,
        fact: &ExpectedFact,
        replicas: &[Facts],
        running: &Running,
    ) -> Answered {
        let rule = rule_for(path);
        let Some(value) = &fact.value else {
            let mut seen = replicas.iter().filter_map(|replica| replica.get(path));
            let actual = seen.next().map(|fact| &fact.value);
            return self.answered(service, path, fact, rule.changed, self.absent(path, actual));
        };
        let wanted = running.filled(value);
        let actual = differing(replicas, path, rule.class, &wanted);
        if let Some(why) = running.leaves_open(&wanted, actual) {
            let (wanted, actual) = (show(&wanted), actual.map_or("nothing".to_owned(), show));
            let environment = &self.environment;
            let message = format!("{path} is {actual}, and {environment} expects {wanted}: {why}");
            let open = Finding::inconclusive(Reason::NotObserved, message);
            let open = open.comparing(wanted, actual);
            return self.answered(service, path, fact, rule.changed, open);
        }
        let (severity, finding) = self.judge(path, &wanted, actual);
        self.answered(service, path, fact, severity, finding)
    }

    /// Says what it means that a fact which is not to be there is `actual`.
    pub fn absent(&self, path: &str, actual: Option<&Value>) -> Finding {
        let environment = &self.environment;
        match actual.map(show) {
            None => Finding::pass(format!("not there, as {environment} expects")),
            Some(value) => {
                let message =
                    format!("{path} is {value}, and {environment} expects it not to be there");
                Finding::fail(Reason::Unmanaged, message).comparing("nothing", value)
            }
        }
    }

    /// Says what it means that a fact is `actual` and not what was expected in its place.
    pub fn judge(&self, path: &str, wanted: &Value, actual: Option<&Value>) -> (Severity, Finding) {
        let (severity, mut finding) = judge(path, wanted, actual, None);
        let environment = &self.environment;
        finding.message = match (finding.outcome, actual) {
            (Outcome::Pass, _) => format!("as {environment} expects"),
            (_, None) => {
                format!("{path} is not there, and {environment} expects {}", show(wanted))
            }
            (_, Some(actual)) if wanted.is_array() || wanted.is_object() => {
                format!("{path} {}, against what {environment} expects", told(wanted, actual))
            }
            (_, Some(actual)) => {
                format!("{path} is {}, and {environment} expects {}", show(actual), show(wanted))
            }
        };
        (severity, finding)
    }

    /// Joins a finding with the line on which the fact is expected.
    pub fn answered(
        &self,
        service: &str,
        path: &str,
        fact: &ExpectedFact,
        severity: Severity,
        finding: Finding,
    ) -> Answered {
        let check = self.check(service, path, fact, severity);
        (check, finding.from_source(self.place(fact.at).to_string()))
    }

    /// Gives the question that an expected fact is; it stands on the line that expects it.
    pub fn check(
        &self,
        service: &str,
        path: &str,
        fact: &ExpectedFact,
        severity: Severity,
    ) -> Check {
        let check = Check::new(Kind::Drift, service, path).with_severity(severity);
        check.at(self.place(fact.at))
    }

    /// Refuses what nobody could have meant: an unknown service, a fact that nobody records and no rule
    /// names, a value of another shape than the recorded one. Without a baseline there is no telling.
    pub fn refuse_unmeant<'s>(
        &self,
        accepted: &'s Files,
        observed: &'s Observed,
        declared: impl Iterator<Item = &'s String>,
    ) -> Result<(), Diagnostic> {
        if accepted.is_empty() {
            return Ok(());
        }
        let known: BTreeSet<&str> = accepted
            .keys()
            .chain(observed.services.keys())
            .chain(declared)
            .map(String::as_str)
            .collect();
        for (service, expected) in &self.written {
            if !known.contains(service.as_str()) {
                let names: Vec<&str> = known.iter().copied().collect();
                let help = nearest(service, &names).map_or_else(
                    || format!("the services are {}", names.join(", ")),
                    |name| format!("did you mean `{name}`?"),
                );
                let message =
                    format!("nobody recorded a service `{service}`, and none is declared");
                return Err(self.source.refuse(expected.at, message).help(help));
            }
            for (path, fact) in expected.facts.iter().flatten() {
                self.check_fact(service, path, fact, accepted, observed)?;
            }
        }
        Ok(())
    }

    fn check_fact(
        &self,
        service: &str,
        path: &str,
        fact: &ExpectedFact,
        accepted: &Files,
        observed: &Observed,
    ) -> Result<(), Diagnostic> {
        if is_answered(path) && !accepted.contains_key(service) {
            let message = format!("`{path}` is asked only of services that were recorded");
            let help = format!("record {service} first, or take the line out");
            return Err(self.source.refuse(fact.key, message).help(help));
        }
        let own = accepted.get(service).into_iter();
        let files = || own.clone().chain(accepted.values());
        if files().any(|file| file.body.figures.contains_key(path)) {
            let refusal = format!("`{path}` is measured, and no fact that could be expected");
            return Err(self.source.refuse(fact.key, refusal).help(
                "it is held against its recorded spread, only where it was recorded; take it out",
            ));
        }
        let recorded = files().find_map(|file| Some((file.body.snapshot.facts.get(path)?, file)));
        let seen = || observed.services.values().flatten().find_map(|facts| facts.get(path));
        let known = recorded.map(|(fact, _)| &fact.value).or_else(|| Some(&seen()?.value));
        let Some(known) = known else {
            if rule_for(path).pattern != "*" {
                return Ok(());
            }
            let paths: BTreeSet<&str> = files()
                .flat_map(|file| file.body.snapshot.facts.keys())
                .map(String::as_str)
                .collect();
            let paths: Vec<&str> = paths.into_iter().collect();
            let help = nearest(path, &paths).map_or_else(
                || {
                    "write a path as the baseline and the reports have it: `limits.memory`"
                        .to_owned()
                },
                |path| format!("did you mean `{path}`?"),
            );
            let message = format!("nobody records a fact `{path}`");
            return Err(self.source.refuse(fact.key, message).help(help));
        };
        match &fact.value {
            Some(value) if shape(value) != shape(known) => {
                let message =
                    format!("`{path}` is {}, and is recorded as {}", shape(value), shape(known));
                let example = serde_json::to_string(known).unwrap_or_else(|_| show(known));
                Err(self.source.refuse(fact.at, message).help(format!("write it like {example}")))
            }
            _ => Ok(()),
        }
    }
}

/// Writes an amount of memory as the facts do: `1024MiB` is `1GiB`.
fn in_units_of_facts(value: Value) -> Value {
    let bytes = value.as_str().and_then(|text| text.parse::<Bytes>().ok());
    let bytes = bytes.and_then(|bytes| bytes_above_zero(i64::try_from(bytes.0).ok()?));
    bytes.map_or(value, Value::from)
}

/// Gives the services of the project as they are to be, where they are not to be as recorded.
fn names_of_services(
    expected: &BTreeMap<String, ExpectedService>,
    accepted: &Files,
) -> Option<ExpectedFact> {
    let recorded = accepted.get(Snapshot::PROJECT)?.body.snapshot.facts.get("services")?;
    let recorded: BTreeSet<&str> =
        recorded.value.as_array()?.iter().filter_map(Value::as_str).collect();
    let mut names = recorded.clone();
    let mut first = None;
    for (service, what) in expected {
        let is_changed = match what.facts {
            None => names.remove(service.as_str()),
            Some(_) => !accepted.contains_key(service) && names.insert(service),
        };
        if is_changed {
            first = first.or(Some(what.at));
        }
    }
    let at = first?;
    Some(ExpectedFact { key: at, at, value: Some(names.into_iter().collect()) })
}

/// Names what a value is.
fn shape(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}
