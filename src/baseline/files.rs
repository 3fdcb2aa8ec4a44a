//! Whether containers are what their Compose files now say.

use std::collections::BTreeMap;

use crate::engine::{Container, Target};
use crate::model::{Check, Finding, Kind, Reason, Severity, Snapshot};
use crate::runner::Task;

/// Plans one check over all containers of `target`, by the hash of its configuration that Compose
/// put on each.
pub(super) fn task(target: &Target) -> Task {
    let check = Check::new(Kind::Drift, Snapshot::PROJECT, "compose files")
        .with_severity(Severity::Warning);
    let target = target.clone();
    Task::new(check, move |_| async move {
        let release = target.release.as_deref();
        match target.compose.hashes(&target.project, release).await {
            Ok(hashes) => {
                let containers = target.containers.values().flatten();
                compare(containers, &hashes, target.compose.version())
            }
            Err(cause) => Finding::inconclusive(Reason::NotObserved, cause.to_string()),
        }
    })
}

fn compare<'c>(
    containers: impl Iterator<Item = &'c Container>,
    hashes: &BTreeMap<String, String>,
    version: &str,
) -> Finding {
    let differs = |c: &&Container| c.config_hash.as_ref() != hashes.get(&c.service);
    let (own, foreign): (Vec<&Container>, Vec<&Container>) =
        containers.filter(differs).partition(|container| is_made_by(container, version));
    if !own.is_empty() {
        let message = format!(
            "{}: not what the Compose files say now; `docker compose up` would make it anew",
            names(&own)
        );
        return Finding::fail(Reason::Changed, message);
    }
    if !foreign.is_empty() {
        let message = format!(
            "{}: made by another version of Compose than {version}, whose hashes do not compare",
            names(&foreign)
        );
        return Finding::inconclusive(Reason::EnvironmentMismatch, message);
    }
    Finding::pass("every container is as its Compose files say")
}

fn names(containers: &[&Container]) -> String {
    let name = |container: &&Container| format!("{}-{}", container.service, container.number);
    containers.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// Tells whether a container was made by this version of Compose; a distribution's own revision,
/// which the container does not name, makes no other version.
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
    use crate::model::Outcome;

    fn api(hash: &str, version: &str) -> Container {
        let labels = [("service", "api"), ("config-hash", hash), ("version", version)];
        let labels = labels.map(|(key, value)| (format!("com.docker.compose.{key}"), value));
        let inspect = serde_json::json!({ "Id": "a", "Config": { "Labels": serde_json::Map::from_iter(
            labels.map(|(key, value)| (key, value.into()))
        ) } });
        Container::read(serde_json::from_value(inspect).unwrap()).unwrap()
    }

    fn held(container: &Container) -> (Outcome, Option<Reason>) {
        let hashes = [("api".to_owned(), "aa".to_owned())].into();
        let finding = compare([container].into_iter(), &hashes, "2.26.1-4");
        (finding.outcome, finding.reason)
    }

    #[test]
    fn a_container_of_earlier_files_is_drift() {
        assert_eq!(held(&api("aa", "2.26.1")), (Outcome::Pass, None));
        assert_eq!(held(&api("bb", "2.26.1")), (Outcome::Fail, Some(Reason::Changed)));
    }

    #[test]
    fn hashes_of_another_compose_tell_nothing_unless_they_are_equal() {
        assert_eq!(held(&api("aa", "2.30.0")), (Outcome::Pass, None));
        let unknown = (Outcome::Inconclusive, Some(Reason::EnvironmentMismatch));
        assert_eq!(held(&api("bb", "2.30.0")), unknown);
    }
}
