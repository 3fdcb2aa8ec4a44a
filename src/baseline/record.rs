//! Writes what differs from the accepted baseline, for a person to review.

use std::collections::{BTreeMap, BTreeSet};

use bollard::models::{Health, HealthStatusEnum};
use serde::Serialize;

use super::body::Body;
use super::capture::capture;
use super::file::{SnapshotFile, Standing};
use super::folder::{BaselineError, Folder, Slot};
use super::info::Info;
use super::memory::MEMORY;
use super::review::{PendingReview, pending};
use crate::config::is_ci;
use crate::engine::{Container, Target};
use crate::model::Snapshot;

/// Says how a target is recorded.
#[derive(Debug, Clone, Copy, Default)]
pub struct RecordOptions {
    /// Whether pending snapshots are written although `CI` is set: nobody reviews them there.
    pub write_in_ci: bool,
    /// What is done about the files of services that are gone.
    pub unreferenced: Unreferenced,
}

/// Says what is done about the snapshot files of services that are gone; in insta's words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Unreferenced {
    /// They are passed over.
    Ignore,
    /// They are named.
    #[default]
    Warn,
    /// They are named, and a failure.
    Reject,
    /// They are removed, accepted and pending ones.
    Delete,
}

/// Tells what came of a recording.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recording {
    /// The services, and the project, that are as they were accepted.
    pub unchanged: Vec<String>,
    /// The ones that differ.
    pub differing: Vec<String>,
    /// The ones that were accepted and have no container now, though the files still have them.
    pub not_running: Vec<String>,
    /// The snapshots of services that the files do not have any more; none where they are ignored.
    pub unreferenced: Vec<String>,
    /// Whether those files were removed.
    pub deleted: bool,
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
    let known = Known {
        accepted: &accepted,
        pending: &waiting,
        declared: target.model.services.keys().cloned().collect(),
    };
    store(&folder, fresh, |_| info.clone(), &known, written, options.unreferenced)
}

/// Says how a container failed; one that did its work and ended did not.
pub(super) fn failure(container: &Container) -> Option<String> {
    let code = container.state().and_then(|state| state.exit_code).unwrap_or_default();
    let unhealthy = |health: &Health| health.status == Some(HealthStatusEnum::UNHEALTHY);
    if !container.is_running() && (container.status() != "exited" || code != 0) {
        return Some(match container.status().as_str() {
            "exited" => format!("exited with code {code}"),
            status => status.to_owned(),
        });
    }
    // The engine leaves a stopped container's last health on it.
    let failed = container.is_running() && container.health().is_some_and(unhealthy);
    failed.then(|| "unhealthy".to_owned())
}

type Files = BTreeMap<String, SnapshotFile>;

/// Holds what was known before the recording.
pub(super) struct Known<'a> {
    pub accepted: &'a Files,
    pub pending: &'a Files,
    /// The services that the project's files have, whether they run or not.
    pub declared: BTreeSet<String>,
}

/// Writes what differs from what was accepted; `info` says of a body where it was recorded.
pub(super) fn store(
    folder: &Folder,
    fresh: BTreeMap<String, Body>,
    info: impl Fn(&Body) -> Info,
    known: &Known<'_>,
    written: bool,
    unreferenced: Unreferenced,
) -> Result<Recording, BaselineError> {
    let absent = |service: &&String| !fresh.contains_key(*service);
    let declared = |service: &&String| known.declared.contains(*service);
    let not_running = known.accepted.keys().filter(absent).filter(declared).cloned().collect();
    let mut gone = Vec::new();
    if unreferenced != Unreferenced::Ignore {
        for (slot, files) in [(Slot::Accepted, known.accepted), (Slot::Pending, known.pending)] {
            let services = files.keys().filter(absent).filter(|service| !declared(service));
            gone.extend(services.map(|service| (service.clone(), slot)));
        }
        gone.sort();
    }
    let (mut unchanged, mut differing) = (Vec::new(), Vec::new());
    for (service, fresh) in fresh {
        let (old, draft) = (known.accepted.get(&service), known.pending.get(&service));
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
    let deleted = written && unreferenced == Unreferenced::Delete && !gone.is_empty();
    if deleted {
        for (service, slot) in &gone {
            folder.remove(*slot, service)?;
        }
    }
    let unreferenced = gone.iter().map(|(service, slot)| folder.shown(service, *slot)).collect();
    let waiting = pending(folder)?;
    Ok(Recording { unchanged, differing, not_running, unreferenced, deleted, written, waiting })
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
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::baseline::body::Figure;
    use crate::baseline::folder::tests::empty;
    use crate::baseline::info::Approval;
    use crate::baseline::probe::RESPONSE;
    use crate::baseline::rules::put;
    use crate::baseline::{Selection, accept};
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
        stored(folder, fresh, &[], written, Unreferenced::Warn)
    }

    fn stored(
        folder: &Folder,
        fresh: BTreeMap<String, Body>,
        declared: &[&str],
        written: bool,
        unreferenced: Unreferenced,
    ) -> Recording {
        let known = Known {
            accepted: &folder.read(Slot::Accepted).unwrap(),
            pending: &folder.read(Slot::Pending).unwrap(),
            declared: declared.iter().map(|service| (*service).to_owned()).collect(),
        };
        store(folder, fresh, |_| Info::default(), &known, written, unreferenced).unwrap()
    }

    fn approve(folder: &Folder) {
        let approval = Approval { by: "Ada".to_owned(), at: "2026-11-23T17:00:00Z".to_owned() };
        accept(folder, &Selection::All, None, &approval).unwrap();
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
        assert_eq!(looping.as_deref(), Some("restarting"));
    }

    /// Gives a folder with an accepted and a pending file of api, which is gone.
    fn without_api() -> (Folder, tempfile::TempDir) {
        let (folder, home) = empty();
        recorded(&folder, api("app", 5.0), true);
        approve(&folder);
        recorded(&folder, api("root", 5.0), true);
        (folder, home)
    }

    #[test]
    fn snapshots_of_a_service_that_is_gone_are_named_and_stay() {
        let (folder, _home) = without_api();
        let files = ["baselines/api.snap", "baselines/api.snap.new"].map(str::to_owned);
        for (words, named) in [
            (Unreferenced::Ignore, &[][..]),
            (Unreferenced::Warn, &files),
            (Unreferenced::Reject, &files),
        ] {
            let told = stored(&folder, BTreeMap::new(), &[], true, words);
            assert_eq!((&*told.unreferenced, told.deleted), (named, false));
        }
        assert_eq!(folder.read(Slot::Pending).unwrap().len(), 1);
    }

    #[test]
    fn snapshots_of_a_service_that_is_gone_are_deleted_where_that_was_asked() {
        let (folder, _home) = without_api();
        let in_ci = stored(&folder, BTreeMap::new(), &[], false, Unreferenced::Delete);
        assert_eq!((in_ci.unreferenced.len(), in_ci.deleted), (2, false));
        let told = stored(&folder, BTreeMap::new(), &[], true, Unreferenced::Delete);
        assert_eq!((told.unreferenced.len(), told.deleted), (2, true));
        assert!(folder.read(Slot::Accepted).unwrap().is_empty());
        assert!(told.waiting.is_empty());
    }

    #[test]
    fn a_service_that_is_only_stopped_is_not_gone() {
        let (folder, _home) = without_api();
        let told = stored(&folder, BTreeMap::new(), &["api"], true, Unreferenced::Delete);
        assert_eq!((told.not_running, told.unreferenced), (vec!["api".to_owned()], vec![]));
        assert_eq!(folder.read(Slot::Accepted).unwrap().len(), 1);
    }

    proptest! {
        // Each case writes files.
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn what_was_accepted_and_is_recorded_again_leaves_nothing_to_review(
            users in prop::collection::vec("[a-z]{1,3}", 1..4), median in 1.0_f64..50.0, noise in -9.0_f64..9.0,
        ) {
            let (folder, _home) = empty();
            for user in &users {
                recorded(&folder, api(user, median), true);
                if !pending(&folder).unwrap().is_empty() {
                    approve(&folder);
                }
                let before = folder.read(Slot::Accepted).unwrap();
                let again = recorded(&folder, api(user, median + noise), true);
                prop_assert!(again.waiting.is_empty());
                prop_assert_eq!(folder.read(Slot::Accepted).unwrap(), before);
                prop_assert!(folder.read(Slot::Pending).unwrap().is_empty());
            }
        }
    }
}
