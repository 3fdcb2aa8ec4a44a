//! Whether containers are what their Compose files now say.

use std::collections::BTreeMap;

use serde_json::Value;

use super::SERVICES_A_THREAD;
use super::capture::{Grounds, is_left_open, said_replicas};
use super::drift::Observed;
use crate::engine::{Container, RELEASE, Target};
use crate::model::{Check, Facts, Finding, Kind, Reason, Severity, Snapshot};
use crate::runner::{Task, on_all_cores};

/// Plans one check over all containers of `target`: by the facts in which each differs from its files,
/// and by the hash of its configuration that Compose put on it.
pub(super) fn task(target: &Target, grounds: &Grounds<'_>, observed: &Observed) -> Task {
    let differences = differences(target, grounds, observed);
    let check = Check::new(Kind::Drift, Snapshot::PROJECT, "compose files")
        .with_severity(Severity::Warning);
    let target = target.clone();
    Task::new(check, move |_| async move {
        match target.resolved.hashes().await {
            Ok(hashes) => {
                let containers = target.containers.values().flatten();
                let (known, version) = (&target.written.project, target.compose.version());
                compare(containers, hashes, &differences, known, version)
            }
            Err(cause) => Finding::inconclusive(Reason::NotObserved, cause.to_string()),
        }
    })
}

/// Is one fact in which a container is not what its files say.
#[derive(Debug, Clone, PartialEq)]
struct Difference {
    path: String,
    shown: Option<Value>,
    said: Option<Value>,
}

impl Difference {
    fn of(path: &str, shown: Option<&Value>, said: Option<&Value>) -> Self {
        Self { path: path.to_owned(), shown: shown.cloned(), said: said.cloned() }
    }
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let plain = |value: &Option<Value>| match value {
            None => "nothing".to_owned(),
            Some(value) => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        };
        write!(f, "{} is {}, the files say {}", self.path, plain(&self.shown), plain(&self.said))
    }
}

/// Maps each container, by name, to the facts in which it is not what its files say.
type Differences = BTreeMap<String, Vec<Difference>>;

fn differences(target: &Target, grounds: &Grounds<'_>, observed: &Observed) -> Differences {
    let services: Vec<_> = target.containers.iter().collect();
    let said = on_all_cores(&services, SERVICES_A_THREAD, |(service, _)| {
        let files = target.written.project["services"].get(*service)?;
        Some((files, grounds.said(service)))
    });
    let mut differences = Differences::new();
    for ((service, containers), said) in services.into_iter().zip(said) {
        let Some((files, said)) = said else { continue };
        let shown = observed.services.get(service).into_iter().flatten();
        for (container, shown) in containers.iter().zip(shown) {
            let mut differing = between(&said, shown, target.release.as_deref());
            let replicas = said_replicas(files);
            if container.number == 1 && replicas.is_number() && replicas != containers.len() {
                let count = Value::from(containers.len());
                differing.push(Difference::of("replicas", Some(&count), Some(&replicas)));
            }
            differences.insert(name(container), differing);
        }
    }
    differences
}

/// The facts that no container shows by itself: how many there are, and what the settings ask.
const OF_SERVICE: [&str; 2] = ["replicas", "health.path"];

/// Holds what is shown against what is said. A value that a variable would have to give decides
/// nothing.
fn between(said: &Facts, shown: &Facts, release: Option<&str>) -> Vec<Difference> {
    let mut differing = Vec::new();
    for (path, fact) in said {
        let wanted = match (&fact.value, release) {
            (Value::String(text), Some(release)) => text.replace(RELEASE, release).into(),
            (value, _) => value.clone(),
        };
        let actual = shown.get(path).map(|fact| &fact.value);
        if actual != Some(&wanted) && !format!("{path} {wanted}").contains("${") {
            differing.push(Difference::of(path, actual, Some(&wanted)));
        }
    }
    for (path, fact) in shown {
        let is_of_service = OF_SERVICE.contains(&path.as_str());
        if !is_of_service && !said.contains_key(path) && !is_left_open(path, &fact.value, said) {
            differing.push(Difference::of(path, Some(&fact.value), None));
        }
    }
    differing
}

fn compare<'c>(
    containers: impl Iterator<Item = &'c Container>,
    hashes: &BTreeMap<String, String>,
    differences: &Differences,
    project: &Value,
    version: &str,
) -> Finding {
    let (mut named, mut by_hash) = (Vec::new(), Vec::new());
    for container in containers {
        let name = name(container);
        let facts = differences.get(&name).map(Vec::as_slice).unwrap_or_default();
        if !facts.is_empty() {
            let facts: Vec<String> = facts.iter().map(ToString::to_string).collect();
            named.push(format!("{name}: {}", facts.join("; ")));
        } else if !hashes.contains_key(&container.service) {
            named.push(format!("{name}: {}", not_meant(&container.service, project)));
        } else if container.config_hash.as_ref() != hashes.get(&container.service)
            && is_made_by(container, version)
        {
            by_hash.push(name);
        }
    }
    if !named.is_empty() {
        return Finding::fail(Reason::Changed, named.join(" | "));
    }
    if !by_hash.is_empty() {
        let message = format!(
            "{}: Compose hashes the files differently now, and no recorded fact differs; `docker compose up` would make it anew",
            by_hash.join(", ")
        );
        return Finding::fail(Reason::Changed, message);
    }
    Finding::pass("every container is as its Compose files say")
}

/// Says why the files ask for no container of a service, and what can be done.
fn not_meant(service: &str, project: &Value) -> String {
    let said = &project["services"][service];
    let profiles: Vec<&str> =
        said["profiles"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let Some(first) = profiles.first() else {
        return "the files know no such service; `docker compose up --remove-orphans` removes it"
            .to_owned();
    };
    let which = match profiles.as_slice() {
        [one] => format!("its profile {one} is not enabled"),
        several => format!("none of its profiles {} is enabled", several.join(", ")),
    };
    format!(
        "it is there, and {which} here; write COMPOSE_PROFILES={first} into .env, or remove it with `docker compose --profile {first} rm --stop {service}`"
    )
}

fn name(container: &Container) -> String {
    format!("{}-{}", container.service, container.number)
}

/// Tells whether a container was made by this version of Compose, so that hashes compare; a
/// distribution's own revision, which the container does not name, makes no other version.
fn is_made_by(container: &Container, version: &str) -> bool {
    let labels = container.inspect.config.as_ref().and_then(|config| config.labels.as_ref());
    let made_by = labels.and_then(|labels| labels.get("com.docker.compose.version"));
    made_by.is_some_and(|made_by| released(made_by) == released(version))
}

fn released(version: &str) -> &str {
    version.trim_start_matches('v').split(['-', '+']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline::rules::put;

    fn api(hash: &str, version: &str) -> Container {
        let labels = [("service", "api"), ("config-hash", hash), ("version", version)];
        let labels = labels.map(|(key, value)| (format!("com.docker.compose.{key}"), value));
        let inspect = serde_json::json!({ "Id": "a", "Config": { "Labels": serde_json::Map::from_iter(
            labels.map(|(key, value)| (key, value.into()))
        ) } });
        Container::read(serde_json::from_value(inspect).unwrap()).unwrap()
    }

    fn held(container: &Container, differing: Vec<Difference>) -> (Option<Reason>, String) {
        let hashes = [("api".to_owned(), "aa".to_owned())].into();
        let differences = [("api-1".to_owned(), differing)].into();
        let project = Value::Null;
        let finding = compare([container].into_iter(), &hashes, &differences, &project, "2.26.1-4");
        (finding.reason, finding.message)
    }

    fn facts(facts: &[(&str, &str)]) -> Facts {
        let mut all = Facts::new();
        for (path, value) in facts {
            put(&mut all, *path, *value);
        }
        all
    }

    #[test]
    fn a_container_names_the_facts_in_which_it_is_not_what_its_files_say() {
        let said =
            facts(&[("image", "api:${release}"), ("limits.memory", "64MiB"), ("user", "app")]);
        let shown = facts(&[
            ("image", "api:1.0.0"),
            ("limits.memory", "80MiB"),
            ("limits.pids", "10"),
            ("working_dir", "/srv"),
        ]);
        let differing = between(&said, &shown, Some("1.0.0"));
        let (reason, message) = held(&api("aa", "2.26.1"), differing);
        assert_eq!(reason, Some(Reason::Changed));
        insta::assert_snapshot!(message, @"api-1: limits.memory is 80MiB, the files say 64MiB; user is nothing, the files say app; limits.pids is 10, the files say nothing");
    }

    #[test]
    fn a_container_that_the_files_do_not_ask_for_is_told_from_one_whose_profile_is_off() {
        let project = serde_json::json!({ "services": {
            "api": { "profiles": ["debug"] },
            "web": { "profiles": ["debug", "full"] },
        } });
        let told = ["api", "web", "old"].map(|service| not_meant(service, &project)).join("\n");
        insta::assert_snapshot!(told, @r"
        it is there, and its profile debug is not enabled here; write COMPOSE_PROFILES=debug into .env, or remove it with `docker compose --profile debug rm --stop api`
        it is there, and none of its profiles debug, full is enabled here; write COMPOSE_PROFILES=debug into .env, or remove it with `docker compose --profile debug rm --stop web`
        the files know no such service; `docker compose up --remove-orphans` removes it
        ");
    }

    #[test]
    fn what_a_variable_without_a_value_would_give_decides_nothing() {
        let said = facts(&[("image", "api:${TAG}")]);
        assert_eq!(between(&said, &facts(&[("image", "api:2")]), None), []);
    }

    #[test]
    fn a_hash_that_differs_alone_is_drift_and_said_to_be_alone() {
        assert_eq!(held(&api("aa", "2.26.1"), vec![]).0, None);
        let (reason, message) = held(&api("bb", "2.26.1"), vec![]);
        assert_eq!(reason, Some(Reason::Changed));
        assert!(message.contains("no recorded fact differs"), "{message}");
    }

    #[test]
    fn where_hashes_of_another_compose_do_not_compare_the_facts_decide() {
        assert_eq!(held(&api("bb", "2.30.0"), vec![]).0, None);
        let differing = between(&facts(&[("user", "app")]), &facts(&[("user", "root")]), None);
        let (reason, message) = held(&api("bb", "2.30.0"), differing);
        assert_eq!(reason, Some(Reason::Changed));
        assert_eq!(message, "api-1: user is root, the files say app");
    }
}
