//! Gaps in the comparison, planted and found.

use std::collections::BTreeMap;

use serde_json::json;

use super::laboratory::mutate;
use super::*;
use crate::baseline::drift::{Answered, Observed};
use crate::baseline::expected::Expected;
use crate::baseline::file::SnapshotFile;
use crate::baseline::tests::drift::{api, observed, recorded, shown};
type Files = BTreeMap<String, SnapshotFile>;

fn compared(accepted: &Files, observed: &Observed) -> Vec<Answered> {
    compare(accepted, &Expected::default(), observed, "baselines")
}

fn shop() -> (Files, Observed) {
    let accepted =
        ["api", "worker"].map(|name| recorded(name, &format!("shop/{name}:${{release}}")));
    let seen = ["api", "worker"].map(|name| (name, api(&format!("shop/{name}:1.0.0"))));
    (accepted.into(), observed(Some("1.0.0"), &seen))
}

#[test]
fn every_change_of_every_recorded_fact_is_noticed_where_it_was_recorded() {
    let (accepted, seen) = shop();
    let answers = mutate(&accepted, &seen, &compared);
    // Five facts of each service, and the service itself.
    assert_eq!((answers.len(), shown(&answers).as_str()), (12, ""));
}

#[test]
fn a_kind_of_fact_that_the_comparison_forgets_is_found() {
    let (accepted, seen) = shop();
    let forgetful = |accepted: &Files, observed: &Observed| {
        let answers = compared(accepted, observed).into_iter();
        answers.filter(|(check, _)| !check.name.starts_with("security.")).collect()
    };
    insta::assert_snapshot!(shown(&mutate(&accepted, &seen, &forgetful)), @r"
    critical fail unnoticed drift/api/security.privileged: nothing here notices another value and its loss and one more like it [-]
    critical fail unnoticed drift/worker/security.privileged: nothing here notices another value and its loss and one more like it [-]
    ");
}

#[test]
fn a_comparison_that_looks_at_the_first_container_only_is_found() {
    let (accepted, mut seen) = shop();
    let replicas = seen.services.get_mut("api").unwrap();
    replicas.push(replicas[0].clone());
    let short = |accepted: &Files, observed: &Observed| {
        let mut observed = observed.clone();
        observed.services.values_mut().for_each(|replicas| replicas.truncate(1));
        compared(accepted, &observed)
    };
    let found = mutate(&accepted, &seen, &short);
    let found = found.iter().filter(|(_, finding)| finding.outcome == Outcome::Fail);
    let found: Vec<&str> = found.map(|(check, _)| check.id.as_str()).collect();
    assert_eq!(
        found,
        [
            "drift/api/healthcheck.test",
            "drift/api/image",
            "drift/api/image_digest",
            "drift/api/security.privileged"
        ]
    );
    assert_eq!(shown(&mutate(&accepted, &seen, &compared)), "");
}

#[test]
fn what_is_not_meant_to_hold_here_is_listed_with_the_reason() {
    let (accepted, mut seen) = shop();
    seen.environment = "staging".to_owned();
    seen.release = Some("1.1.0".to_owned());
    for (service, replicas) in &mut seen.services {
        let image = format!("shop/{service}:1.1.0");
        replicas[0].get_mut("image").unwrap().value = json!(image);
    }
    insta::assert_snapshot!(shown(&mutate(&accepted, &seen, &compared)), @r"
    critical skipped environment_mismatch drift/api/image_digest: is of release 1.0.0, and 1.1.0 runs [-]
    warning skipped environment_mismatch drift/api/ports.80/tcp.host: is meant to hold only in local of project shop, where it was recorded [-]
    critical skipped environment_mismatch drift/worker/image_digest: is of release 1.0.0, and 1.1.0 runs [-]
    warning skipped environment_mismatch drift/worker/ports.80/tcp.host: is meant to hold only in local of project shop, where it was recorded [-]
    ");
}

#[test]
fn what_drifted_already_is_still_watched() {
    let (accepted, mut seen) = shop();
    let api = &mut seen.services.get_mut("api").unwrap()[0];
    api.remove("healthcheck.test");
    api.get_mut("security.privileged").unwrap().value = json!(true);
    assert_eq!(shown(&mutate(&accepted, &seen, &compared)), "");
}

#[test]
fn another_value_is_another_one_whatever_its_kind() {
    for value in
        [json!(true), json!(3), json!(1.5), json!("x"), json!(["x"]), json!({}), json!(null)]
    {
        assert_ne!(another(&value), value);
    }
}
