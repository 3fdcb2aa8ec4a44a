//! What an environment expects in place of what was recorded.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::drift::{api, facts, observed, recorded, shown};
use crate::baseline::drift::{Answered, Observed, compare};
use crate::baseline::expected::Expected;
use crate::baseline::file::SnapshotFile;
use crate::baseline::remote::{outside, unseen};
use crate::baseline::rules::put;
use crate::config::{FILE_NAME, Settings, Variables, load};
use crate::engine::Remote;
use crate::model::{Facts, Outcome};

type Files = BTreeMap<String, SnapshotFile>;

fn staging(lines: &str) -> Settings {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(FILE_NAME);
    let text = format!(
        "project: shop\nenvironments:\n  local: {{}}\n  base-of-staging:\n    expect: {{ api: {{ user: nobody, restart: always }} }}\n  staging:\n{lines}"
    );
    std::fs::write(&file, text).unwrap();
    let variables = Variables::from([("MODE".to_owned(), "quiet".to_owned())]);
    load(&file, "staging", &variables).unwrap()
}

fn accepted() -> Files {
    let (name, mut file) = recorded("api", "shop/api:${release}");
    for (path, value) in [
        ("user", json!("app")),
        ("replicas", json!(1)),
        ("limits.memory", json!("192MiB")),
        ("environment.DEBUG", json!("set")),
        ("security.cap_add", json!(["NET_RAW"])),
    ] {
        put(&mut file.body.snapshot.facts, path, value);
    }
    file.info.digest = Some(file.body.digest());
    let (project, mut of_project) = recorded("_project", "");
    of_project.body.snapshot.facts = facts(&[("services", json!(["api", "mailhog"]))]);
    of_project.info.digest = Some(of_project.body.digest());
    let (mailhog, of_mailhog) = recorded("mailhog", "mailhog:1");
    [(name, file), (project, of_project), (mailhog, of_mailhog)].into()
}

/// Gives what staging shows: `changes` to what was recorded of api, and further services.
fn seen(changes: &[(&str, Value)], services: &[(&str, Facts)]) -> Observed {
    let mut now = api("shop/api:1.0.0");
    for (path, value) in [
        ("user", json!("app")),
        ("replicas", json!(1)),
        ("limits.memory", json!("192MiB")),
        ("environment.DEBUG", json!("set")),
        ("security.cap_add", json!(["NET_RAW"])),
    ] {
        put(&mut now, path, value);
    }
    for (path, value) in changes {
        match value {
            Value::Null => drop(now.remove(*path)),
            value => put(&mut now, *path, value.clone()),
        }
    }
    let mut names: Vec<&str> = services.iter().map(|(name, _)| *name).collect();
    names.push("api");
    names.sort_unstable();
    let project = facts(&[("services", json!(names))]);
    let mut seen = observed(Some("1.0.0"), &[("api", now), ("_project", project)]);
    seen.services.extend(services.iter().map(|(n, f)| ((*n).to_owned(), vec![f.clone()])));
    seen.environment = "staging".to_owned();
    seen
}

fn answers(settings: &Settings, seen: &Observed) -> Vec<Answered> {
    let accepted = accepted();
    let expected = Expected::of(settings, &accepted);
    let declared = ["api".to_owned(), "proxy".to_owned()];
    expected.refuse_unmeant(&accepted, seen, declared.iter()).unwrap();
    compare(&accepted, &expected, &expected.without_absent(seen.clone()), "baselines")
}

const EXPECT: &str = concat!(
    "    extends: base-of-staging\n    expect:\n      api: { user: app, replicas: 3, ",
    "limits.memory: 512MiB, environment.DEBUG: null, labels.mode: \"${MODE}\" }\n",
    "      mailhog: null\n",
);

#[test]
fn staging_is_quiet_where_it_is_declared_to_differ() {
    let settings = staging(EXPECT);
    let changes = [
        ("replicas", json!(3)),
        ("limits.memory", json!("512MiB")),
        ("environment.DEBUG", json!(null)),
        ("labels.mode", json!("quiet")),
        ("restart", json!("always")),
    ];
    let answers = answers(&settings, &seen(&changes, &[]));
    assert_eq!(shown(&answers), "");
    let (check, finding) = answers.iter().find(|(c, _)| c.id == "drift/api/replicas").unwrap();
    assert_eq!(finding.message, "as staging expects");
    assert_eq!(check.place.as_ref().unwrap().to_string(), "proofmark.yaml:9:35");
}

#[test]
fn an_amount_of_memory_is_the_same_in_whatever_unit_it_is_expected() {
    let settings = staging(&EXPECT.replace("512MiB", "524288KiB"));
    let answers = answers(&settings, &seen(&[("limits.memory", json!("512MiB"))], &[]));
    let (_, finding) = answers.iter().find(|(c, _)| c.id == "drift/api/limits.memory").unwrap();
    assert_eq!(finding.message, "as staging expects");
}

#[test]
fn staging_is_loud_where_it_does_not_differ_as_declared_and_everywhere_else() {
    let settings = staging(EXPECT);
    let changes = [
        ("limits.memory", json!("1GiB")),
        ("security.cap_add", json!(["NET_RAW", "SYS_ADMIN"])),
        ("security.privileged", json!(true)),
        ("healthcheck.test", json!(null)),
    ];
    let mailhog = ("mailhog", api("mailhog:1"));
    insta::assert_snapshot!(shown(&answers(&settings, &seen(&changes, &[mailhog]))), @r#"
    critical fail unmanaged drift/api/environment.DEBUG: environment.DEBUG is set, and staging expects it not to be there [proofmark.yaml:9:80]
    info fail missing drift/api/labels.mode: labels.mode is not there, and staging expects quiet [proofmark.yaml:9:99]
    warning fail changed drift/api/limits.memory: limits.memory is 1GiB, and staging expects 512MiB [proofmark.yaml:9:53]
    warning fail changed drift/api/replicas: replicas is 1, and staging expects 3 [proofmark.yaml:9:35]
    warning fail missing drift/api/restart: restart is not there, and staging expects always [proofmark.yaml:5:45]
    warning fail missing drift/api/healthcheck.test: healthcheck.test was ["CMD","true"] and is not there [baselines/api.snap:16:21]
    critical fail changed drift/api/security.cap_add: security.cap_add gained SYS_ADMIN [-]
    critical fail changed drift/api/security.privileged: security.privileged was false and is true [baselines/api.snap:19:24]
    critical fail unmanaged drift/mailhog/service: mailhog is there, and staging expects it not to be [proofmark.yaml:10:7]
    "#);
}

#[test]
fn a_service_that_only_staging_has_is_held_to_what_staging_expects_of_it() {
    let settings = staging(
        "    expect:\n      mailhog: null\n      proxy: { image: \"proxy:${release}\", user: web }\n",
    );
    let mut proxy = api("proxy:1.0.0");
    put(&mut proxy, "user", "root");
    insta::assert_snapshot!(shown(&answers(&settings, &seen(&[], &[("proxy", proxy)]))), @r"
    critical fail changed drift/proxy/user: user is root, and staging expects web [proofmark.yaml:9:49]
    warning fail unmanaged drift/proxy/unrecorded facts: 4 facts of proxy were never recorded, healthcheck.test and so on; record it, and expect it not to be there elsewhere [-]
    ");
    insta::assert_snapshot!(shown(&answers(&settings, &seen(&[], &[]))), @r"
    critical fail changed drift/_project/services: services lost proxy, against what staging expects [proofmark.yaml:8:7]
    critical fail missing drift/proxy/service: proxy has no container, and staging expects it [proofmark.yaml:9:7]
    ");
}

#[test]
fn where_nobody_can_tell_which_release_runs_a_fact_of_it_is_unknown_and_not_changed() {
    let settings = staging(concat!(
        "    expect:\n      api: { labels.version: \"v${release}\", labels.kind: \"web-${release}\" }\n",
        "      mailhog: null\n",
    ));
    let changes = [("labels.version", json!("v2")), ("labels.kind", json!("worker-2"))];
    let mut seen = seen(&changes, &[]);
    seen.release = None;
    let api = &mut seen.services.get_mut("api").unwrap()[0];
    put(api, "image", "elsewhere/api:2");
    let answers = answers(&settings, &seen);
    let told = answers.into_iter().filter(|(check, _)| check.name.starts_with("labels."));
    insta::assert_snapshot!(shown(&told.collect::<Vec<_>>()), @r"
    info fail changed drift/api/labels.kind: labels.kind is worker-2, and staging expects web-${release} [proofmark.yaml:8:58]
    info inconclusive not_observed drift/api/labels.version: labels.version is v2, and staging expects v${release}: which release runs cannot be told [proofmark.yaml:8:30]
    ");
}

#[test]
fn by_its_urls_alone_a_target_shows_no_fact_and_none_is_taken_for_equal() {
    let settings = staging(&format!(
        "{EXPECT}    access: http\n    services: {{ api: {{ url: \"http://127.0.0.1:9\", health: /health }} }}\n"
    ));
    let remote = Remote::of(settings.clone().into(), std::sync::Arc::default()).unwrap();
    let accepted = accepted();
    let expected = Expected::of(&settings, &accepted);
    let answers = unseen(&accepted, &expected, &outside(&remote), &remote, "baselines");
    assert!(answers.iter().all(|(_, finding)| finding.outcome == Outcome::Inconclusive));
    insta::assert_snapshot!(shown(&answers), @r"
    warning inconclusive not_observed drift/api/healthcheck.test: whether healthcheck.test still is as recorded shows only through an engine, and staging has `access: http` [baselines/api.snap:16:21]
    critical inconclusive not_observed drift/api/image: whether image still is as recorded shows only through an engine, and staging has `access: http` [baselines/api.snap:17:10]
    critical inconclusive not_observed drift/api/image_digest: whether image_digest still is as recorded shows only through an engine, and staging has `access: http` [baselines/api.snap:18:17]
    critical inconclusive not_observed drift/api/security.cap_add: whether security.cap_add still is as recorded shows only through an engine, and staging has `access: http` [-]
    critical inconclusive not_observed drift/api/security.privileged: whether security.privileged still is as recorded shows only through an engine, and staging has `access: http` [baselines/api.snap:19:24]
    critical inconclusive not_observed drift/_project/services: whether services is as expected shows only through an engine, and staging has `access: http` [proofmark.yaml:10:7]
    critical inconclusive not_observed drift/api/environment.DEBUG: whether environment.DEBUG is as expected shows only through an engine, and staging has `access: http` [proofmark.yaml:9:80]
    info inconclusive not_observed drift/api/labels.mode: whether labels.mode is as expected shows only through an engine, and staging has `access: http` [proofmark.yaml:9:99]
    warning inconclusive not_observed drift/api/limits.memory: whether limits.memory is as expected shows only through an engine, and staging has `access: http` [proofmark.yaml:9:53]
    warning inconclusive not_observed drift/api/replicas: whether replicas is as expected shows only through an engine, and staging has `access: http` [proofmark.yaml:9:35]
    warning inconclusive not_observed drift/api/restart: whether restart is as expected shows only through an engine, and staging has `access: http` [proofmark.yaml:5:45]
    critical inconclusive not_observed drift/api/user: whether user is as expected shows only through an engine, and staging has `access: http` [proofmark.yaml:9:20]
    critical inconclusive not_observed drift/mailhog/service: whether mailhog is there shows only through an engine, and staging has `access: http` [proofmark.yaml:10:7]
    ");
}
