//! Writes what differs from the accepted baseline, for a person to review.

use std::collections::BTreeMap;

use bollard::models::{Health, HealthStatusEnum};
use serde::Serialize;

use super::body::Body;
use super::capture::capture;
use super::file::{Info, SnapshotFile, Standing};
use super::folder::{BaselineError, Folder, Slot};
use super::measure::MEMORY;
use super::review::{PendingReview, pending};
use crate::config::is_ci;
use crate::engine::{Container, Target};
use crate::model::Snapshot;

/// Says how a target is recorded.
#[derive(Debug, Clone, Copy, Default)]
pub struct RecordOptions {
    /// Whether pending snapshots are written although `CI` is set: nobody reviews them there.
    pub write_in_ci: bool,
}

/// Tells what came of a recording.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recording {
    /// The services, and the project, that are as they were accepted.
    pub unchanged: Vec<String>,
    /// The ones that differ.
    pub differing: Vec<String>,
    /// The ones that were accepted and are not there any more; their files stay until somebody
    /// deletes them.
    pub gone: Vec<String>,
    /// Whether the pending snapshots of what differs were written.
    pub written: bool,
    /// What now waits for a review.
    pub waiting: Vec<PendingReview>,
}

/// Records `target`: leaves a pending snapshot for each service that differs from what was
/// accepted, and none for a service that does not.
///
/// A section that a person gave an entry is kept. A figure is kept as it was recorded while the new
/// median lies within its spread, widened as [`super::Figure::explains`] widens it, so that an
/// unchanged stack gives the same bytes. Nothing is started, stopped or changed.
///
/// # Errors
///
/// When nothing runs, a container failed, a health endpoint does not answer, the engine cannot be asked, or a snapshot
/// cannot be read or written.
pub async fn record(target: &Target, options: RecordOptions) -> Result<Recording, BaselineError> {
    if target.containers.values().all(Vec::is_empty) {
        return Err(BaselineError::NothingRuns(target.model.name.clone()));
    }
    for container in target.containers.values().flatten() {
        if let Some(state) = failure(container) {
            return Err(BaselineError::NotWorking { service: container.service.clone(), state });
        }
    }
    if target.containers.contains_key(Snapshot::PROJECT) {
        return Err(BaselineError::ReservedName(Snapshot::PROJECT.to_owned()));
    }
    let folder = Folder::of(&target.settings);
    let info = Info {
        environment: target.settings.environment.clone(),
        project: target.model.name.clone(),
        release: target.release.clone(),
        ..Info::default()
    };
    let written = options.write_in_ci || !is_ci(&target.variables);
    // Refused files are refused before anything is measured.
    let accepted = folder.read(Slot::Accepted)?;
    let waiting = folder.read(Slot::Pending)?;
    let fresh = capture(target).await?;
    store(&folder, fresh, |_| info.clone(), (&accepted, &waiting), written)
}

/// Says how a container failed; one that did its work and ended did not.
fn failure(container: &Container) -> Option<String> {
    let code = container.state().and_then(|state| state.exit_code).unwrap_or_default();
    let unhealthy = |health: &Health| health.status == Some(HealthStatusEnum::UNHEALTHY);
    if !container.is_running() && (container.status() != "exited" || code != 0) {
        return Some(format!("{} with code {code}", container.status()));
    }
    // The engine leaves a stopped container's last health on it.
    let failed = container.is_running() && container.health().is_some_and(unhealthy);
    failed.then(|| "unhealthy".to_owned())
}

type Files = BTreeMap<String, SnapshotFile>;

/// Writes what differs from what was accepted; `info` says of a body where it was recorded.
pub(super) fn store(
    folder: &Folder,
    fresh: BTreeMap<String, Body>,
    info: impl Fn(&Body) -> Info,
    (accepted, waiting): (&Files, &Files),
    written: bool,
) -> Result<Recording, BaselineError> {
    let gone = accepted.keys().filter(|service| !fresh.contains_key(*service)).cloned().collect();
    let (mut unchanged, mut differing) = (Vec::new(), Vec::new());
    for (service, fresh) in fresh {
        let (old, draft) = (accepted.get(&service), waiting.get(&service));
        let body = revise(fresh, old.map(|file| &file.body), draft.map(|file| &file.body));
        if old.is_some_and(|old| old.body == body) {
            if written {
                folder.remove(Slot::Pending, &service)?;
            }
            let stands = old.is_some_and(|old| old.standing() == Standing::Approved);
            if stands { &mut unchanged } else { &mut differing }.push(service);
            continue;
        }
        let file = SnapshotFile::draft(info(&body), body);
        if written && draft.is_none_or(|draft| draft.render() != file.render()) {
            folder.write(Slot::Pending, &file)?;
        }
        differing.push(service);
    }
    Ok(Recording { unchanged, differing, gone, written, waiting: pending(folder)? })
}

/// Gives a fresh recording the sections that a person chose, and the figures that still hold.
fn revise(mut fresh: Body, accepted: Option<&Body>, pending: Option<&Body>) -> Body {
    for (path, fact) in &mut fresh.snapshot.facts {
        // What is pending was edited last.
        let mut known = [pending, accepted].into_iter().flatten();
        if let Some(chosen) = known.find_map(|body| body.snapshot.facts.get(path)) {
            fact.class = chosen.class;
        }
    }
    for (name, figure) in &mut fresh.figures {
        let known = [accepted, pending].into_iter().flatten();
        let mut known = known.filter_map(|body| body.figures.get(name));
        if let Some(known) = known.find(|known| known.explains(figure.median, floor(name))) {
            *figure = *known;
        }
    }
    fresh
}

/// Gives the least by which a figure has to leave its spread to be another one, in its own unit.
pub(super) fn floor(name: &str) -> f64 {
    if name == MEMORY { 32.0 * 1024.0 * 1024.0 } else { 20.0 }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::baseline::body::Figure;
    use crate::baseline::file::Approval;
    use crate::baseline::folder::tests::empty;
    use crate::baseline::probe::RESPONSE;
    use crate::baseline::review::{Selection, accept};
    use crate::baseline::rules::put;
    use crate::model::FactClass;

    fn api(user: &str, median: f64) -> Body {
        let mut body = Body::default();
        body.snapshot.name = "api".to_owned();
        put(&mut body.snapshot.facts, "user", user);
        put(&mut body.snapshot.facts, "ports.80/tcp.host", "127.0.0.1:8000");
        let figure = Figure { median, min: median - 1.0, max: median + 1.0 };
        body.figures.insert(RESPONSE.to_owned(), figure);
        body
    }

    fn recorded(folder: &Folder, body: Body, written: bool) -> Recording {
        let fresh = [(body.snapshot.name.clone(), body)].into();
        let accepted = folder.read(Slot::Accepted).unwrap();
        let waiting = folder.read(Slot::Pending).unwrap();
        store(folder, fresh, |_| Info::default(), (&accepted, &waiting), written).unwrap()
    }

    fn approve(folder: &Folder) {
        let approval = Approval { by: "Ada".to_owned(), at: "2026-11-23T17:00:00Z".to_owned() };
        accept(folder, &Selection::All, &approval).unwrap();
    }

    fn pending_text(folder: &Folder) -> String {
        folder.read(Slot::Pending).unwrap()["api"].render()
    }

    #[test]
    fn an_unchanged_stack_leaves_nothing_pending_and_takes_a_stale_one_away() {
        let (folder, _home) = empty();
        assert_eq!(recorded(&folder, api("app", 5.0), true).differing, ["api"]);
        approve(&folder);
        assert_eq!(recorded(&folder, api("root", 5.0), true).differing, ["api"]);
        let again = recorded(&folder, api("app", 12.0), true);
        assert_eq!((again.unchanged, again.waiting), (vec!["api".to_owned()], vec![]));
    }

    #[test]
    fn recording_twice_before_the_review_writes_the_same_bytes() {
        let (folder, _home) = empty();
        recorded(&folder, api("app", 5.0), true);
        let first = pending_text(&folder);
        recorded(&folder, api("app", 9.0), true);
        assert_eq!(pending_text(&folder), first);
    }

    #[test]
    fn a_figure_far_outside_its_spread_is_another_figure() {
        let (folder, _home) = empty();
        recorded(&folder, api("app", 5.0), true);
        approve(&folder);
        let slow = recorded(&folder, api("app", 500.0), true);
        assert_eq!(slow.waiting[0].changes.len(), 1);
        assert_eq!(slow.waiting[0].changes[0].path, RESPONSE);
    }

    #[test]
    fn a_line_that_a_person_moved_stays_where_it_is_at_the_next_recording() {
        let (folder, _home) = empty();
        recorded(&folder, api("app", 5.0), true);
        let mut moved = folder.read(Slot::Pending).unwrap().remove("api").unwrap();
        moved.body.snapshot.facts.get_mut("user").unwrap().class = FactClass::Local;
        folder.write(Slot::Pending, &moved).unwrap();
        recorded(&folder, api("root", 5.0), true);
        approve(&folder);
        recorded(&folder, api("app", 5.0), true);
        let facts = &folder.read(Slot::Pending).unwrap()["api"].body.snapshot.facts["user"];
        assert_eq!((facts.class, &facts.value), (FactClass::Local, &json!("app")));
    }

    #[test]
    fn a_recording_in_ci_tells_what_differs_and_writes_nothing() {
        let (folder, _home) = empty();
        let told = recorded(&folder, api("app", 5.0), false);
        assert_eq!((told.differing, told.written), (vec!["api".to_owned()], false));
        assert!(folder.read(Slot::Pending).unwrap().is_empty());
        let ci = |name: &str, value: &str| is_ci(&[(name.to_owned(), value.to_owned())].into());
        assert!(ci("CI", "true") && ci("CI", "1") && ci("TF_BUILD", "True"));
        assert!(!ci("CI", "false") && !ci("CI", "") && !ci("HOME", "/"));
    }

    #[test]
    fn what_failed_is_not_recorded_and_what_ended_well_is() {
        let container = |state: serde_json::Value| {
            let labels = json!({ "com.docker.compose.service": "api" });
            let inspect = json!({ "Id": "a", "Config": { "Labels": labels }, "State": state });
            failure(&Container::read(serde_json::from_value(inspect).unwrap()).unwrap())
        };
        let healthy = json!({ "Status": "running", "Health": { "Status": "healthy" } });
        assert_eq!(container(healthy), None);
        assert_eq!(container(json!({ "Status": "exited", "ExitCode": 0 })), None);
        let unhealthy = json!({ "Status": "running", "Health": { "Status": "unhealthy" } });
        assert_eq!(container(unhealthy).as_deref(), Some("unhealthy"));
        let last = json!({ "Status": "unhealthy" });
        let crashed = container(json!({ "Status": "exited", "ExitCode": 1, "Health": last }));
        assert_eq!(crashed.as_deref(), Some("exited with code 1"));
        let looping = container(json!({ "Status": "restarting", "ExitCode": 0 }));
        assert_eq!(looping.as_deref(), Some("restarting with code 0"));
    }

    #[test]
    fn a_service_that_is_not_there_any_more_is_named() {
        let (folder, _home) = empty();
        recorded(&folder, api("app", 5.0), true);
        approve(&folder);
        let mut web = api("app", 5.0);
        web.snapshot.name = "web".to_owned();
        assert_eq!(recorded(&folder, web, true).gone, ["api"]);
    }
}
