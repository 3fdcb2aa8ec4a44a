//! Recorded facts held against observed ones.

use serde_json::{Value, json};

use crate::baseline::body::Body;
use crate::baseline::drift::{Answered, Observed, compare};
use crate::baseline::expected::Expected;
use crate::baseline::file::SnapshotFile;
use crate::baseline::info::{Approval, Info, Recorded};
use crate::baseline::rules::put;
use crate::config::Source;
use crate::model::{FactClass, Facts, Outcome, Reason, Snapshot};

pub(in crate::baseline) fn facts(entries: &[(&str, Value)]) -> Facts {
    let mut facts = Facts::new();
    for (path, value) in entries {
        put(&mut facts, *path, value.clone());
    }
    facts
}

pub(in crate::baseline) fn api(image: &str) -> Facts {
    facts(&[
        ("image", json!(image)),
        ("image_digest", json!("sha256:aa")),
        ("security.privileged", json!(false)),
        ("healthcheck.test", json!(["CMD", "true"])),
        ("ports.80/tcp.host", json!("127.0.0.1:8000")),
    ])
}

/// Gives what was recorded of `service` in environment local while 1.0.0 ran, and approved.
pub(in crate::baseline) fn recorded(service: &str, image: &str) -> (String, SnapshotFile) {
    let info = Info {
        environment: "local".to_owned(),
        project: "shop".to_owned(),
        release: Some("1.0.0".to_owned()),
        ..Info::default()
    };
    let snapshot = Snapshot { name: service.to_owned(), facts: api(image) };
    let file = SnapshotFile::draft(info, Body { snapshot, ..Body::default() });
    let approval = Approval { by: "Ada".to_owned(), at: "2026-11-23T17:00:00Z".to_owned() };
    let text = file.approved(&approval, None).render();
    let source = Source::new(format!("baselines/{service}.snap"), text);
    (service.to_owned(), SnapshotFile::read(&source, service).unwrap())
}

pub(in crate::baseline) fn observed(release: Option<&str>, services: &[(&str, Facts)]) -> Observed {
    Observed {
        environment: "local".to_owned(),
        project: "shop".to_owned(),
        release: release.map(str::to_owned),
        services: services.iter().map(|(n, f)| ((*n).to_owned(), vec![f.clone()])).collect(),
        ..Observed::default()
    }
}

pub(in crate::baseline) fn shown(answers: &[Answered]) -> String {
    let line = |(check, finding): &Answered| {
        let reason = finding.reason.map_or_else(String::new, Reason::word);
        let source = finding.evidence.source.as_deref().unwrap_or("-");
        format!(
            "{} {} {reason} {}: {} [{source}]",
            check.severity, finding.outcome, check.id, finding.message
        )
    };
    let failed = answers.iter().filter(|(_, finding)| finding.outcome != Outcome::Pass);
    failed.map(line).collect::<Vec<_>>().join("\n")
}

fn compared(
    accepted: impl IntoIterator<Item = (String, SnapshotFile)>,
    seen: &Observed,
) -> Vec<Answered> {
    compare(&accepted.into_iter().collect(), &Expected::default(), seen, "baselines")
}

#[test]
fn an_unchanged_target_passes_every_recorded_fact() {
    let seen = observed(Some("1.0.0"), &[("api", api("shop/api:1.0.0"))]);
    let answers = compared([recorded("api", "shop/api:${release}")], &seen);
    assert_eq!((answers.len(), shown(&answers).as_str()), (5, ""));
}

#[test]
fn what_changed_is_gone_or_was_never_recorded_is_drift_with_the_line_of_the_fact() {
    let mut now = api("shop/api:1.0.0");
    now.remove("healthcheck.test");
    put(&mut now, "security.privileged", true);
    put(&mut now, "security.pid_mode", "host");
    put(&mut now, "ports.80/tcp.host", "0.0.0.0:80");
    let seen = observed(Some("1.0.0"), &[("api", now)]);
    insta::assert_snapshot!(
        shown(&compared([recorded("api", "shop/api:${release}")], &seen)),
        @r#"
        warning fail missing drift/api/healthcheck.test: healthcheck.test was ["CMD","true"] and is not there [baselines/api.snap:16:21]
        warning fail changed drift/api/ports.80/tcp.host: ports.80/tcp.host was 127.0.0.1:8000 and is 0.0.0.0:80 [baselines/api.snap:21:22]
        critical fail changed drift/api/security.privileged: security.privileged was false and is true [baselines/api.snap:19:24]
        critical fail unmanaged drift/api/security.pid_mode: security.pid_mode is host and was never recorded [-]
        "#
    );
}

#[test]
fn without_a_baseline_nothing_can_be_told() {
    let answers = compared([], &observed(None, &[("api", api("x"))]));
    insta::assert_snapshot!(shown(&answers), @"critical inconclusive missing_baseline drift/_project/baseline: no baseline was accepted in baselines; `proofmark record` writes one, and `proofmark review` or `proofmark accept --all` accepts it [-]");
}

#[test]
fn a_service_too_few_and_a_service_too_many_are_drift() {
    let seen = observed(Some("1.0.0"), &[("web", api("shop/web:1.0.0"))]);
    insta::assert_snapshot!(
        shown(&compared([recorded("api", "shop/api:${release}")], &seen)),
        @r"
        critical fail missing drift/api/service: api is recorded and has no container [baselines]
        critical fail unmanaged drift/web/service: web is there and was never recorded [baselines]
        "
    );
}

#[test]
fn a_service_recorded_from_files_may_be_away_only_where_its_profile_is_off() {
    let (service, mut file) = recorded("debug", "shop/debug:1");
    file.info.recorded = Recorded::Files;
    put(&mut file.body.snapshot.facts, "profiles", json!(["debug"]));
    file.info.digest = Some(file.body.digest());
    let mut seen = observed(None, &[]);
    assert_eq!(shown(&compared([(service.clone(), file.clone())], &seen)), "");
    seen.asked_for.insert("debug".to_owned());
    insta::assert_snapshot!(
        shown(&compared([(service, file)], &seen)),
        @"critical fail missing drift/debug/service: debug is recorded and has no container [baselines]"
    );
}

#[test]
fn elsewhere_only_portable_facts_are_held_against_the_target() {
    let mut seen = observed(Some("1.0.0"), &[("api", api("shop/api:1.0.0"))]);
    seen.environment = "staging".to_owned();
    let answers = compared([recorded("api", "shop/api:${release}")], &seen);
    let names: Vec<&str> = answers.iter().map(|(check, _)| check.name.as_str()).collect();
    assert_eq!(names, ["healthcheck.test", "image", "image_digest", "security.privileged"]);
    seen.environment = "local".to_owned();
    seen.project = "shop-two".to_owned();
    assert_eq!(compared([recorded("api", "shop/api:${release}")], &seen).len(), 4);
}

#[test]
fn a_local_fact_that_a_person_moved_is_held_everywhere_and_is_never_unmanaged() {
    let (service, mut file) = recorded("api", "shop/api:${release}");
    file.body.snapshot.facts.get_mut("ports.80/tcp.host").unwrap().class = FactClass::Portable;
    file.body.snapshot.facts.get_mut("security.privileged").unwrap().class = FactClass::Local;
    file.info.digest = Some(file.body.digest());
    let mut seen = observed(Some("1.0.0"), &[("api", api("shop/api:1.0.0"))]);
    seen.environment = "staging".to_owned();
    let answers = compared([(service, file)], &seen);
    let names: Vec<&str> = answers.iter().map(|(check, _)| check.name.as_str()).collect();
    assert_eq!(names, ["healthcheck.test", "image", "image_digest", "ports.80/tcp.host"]);
}

#[test]
fn another_release_brings_another_image_and_a_moved_tag_is_drift() {
    let mut now = api("shop/api:1.1.0");
    put(&mut now, "image_digest", "sha256:bb");
    let seen = observed(Some("1.1.0"), &[("api", now.clone())]);
    assert_eq!(shown(&compared([recorded("api", "shop/api:${release}")], &seen)), "");

    put(&mut now, "image", "shop/api:1.0.0");
    let seen = observed(Some("1.0.0"), &[("api", now)]);
    let answers = compared([recorded("api", "shop/api:${release}")], &seen);
    insta::assert_snapshot!(shown(&answers), @"critical fail changed drift/api/image_digest: image_digest was sha256:aa and is sha256:bb [baselines/api.snap:18:17]");
}

#[test]
fn services_of_different_releases_are_drift_and_one_release_is_told_from_the_images() {
    let two = [recorded("api", "shop/api:${release}"), recorded("web", "shop/web:${release}")];
    let mixed = [("api", api("shop/api:1.0.0")), ("web", api("shop/web:1.1.0"))];
    insta::assert_snapshot!(shown(&compared(two.clone(), &observed(None, &mixed))), @r"
    critical fail changed drift/api/image: the services run different releases: api 1.0.0, web 1.1.0 [baselines/api.snap:17:10]
    critical fail changed drift/web/image: the services run different releases: api 1.0.0, web 1.1.0 [baselines/web.snap:17:10]
    ");
    let same = [("api", api("shop/api:1.0.0")), ("web", api("shop/web:1.0.0"))];
    assert_eq!(shown(&compared(two, &observed(None, &same))), "");
}

#[test]
fn every_container_of_a_service_is_compared() {
    let mut seen = observed(Some("1.0.0"), &[("api", api("shop/api:1.0.0"))]);
    let mut second = api("shop/api:1.0.0");
    put(&mut second, "security.privileged", true);
    put(&mut second, "ports.80/tcp.host", "127.0.0.1:8001");
    seen.services.get_mut("api").unwrap().push(second);
    let answers = compared([recorded("api", "shop/api:${release}")], &seen);
    insta::assert_snapshot!(shown(&answers), @"critical fail changed drift/api/security.privileged: security.privileged was false and is true [baselines/api.snap:19:24]");
}

#[test]
fn a_snapshot_that_nobody_approved_proves_nothing() {
    let (service, mut file) = recorded("api", "shop/api:${release}");
    put(&mut file.body.snapshot.facts, "user", "root");
    let edited = Source::new("baselines/api.snap", file.render());
    let file = SnapshotFile::read(&edited, "api").unwrap();
    let seen = observed(Some("1.0.0"), &[("api", api("shop/api:1.0.0"))]);
    insta::assert_snapshot!(shown(&compared([(service, file)], &seen)), @"critical inconclusive missing_baseline drift/api/baseline: the snapshot of api was edited after its approval; look at it and run `proofmark accept api` [-]");
}
