//! What Ctrl-C leaves of a load.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::project::Project;
use crate::shop::{SUITE, Shop, command, interrupted, project, result, rows, run};

fn started(project: &Project, arguments: &[&str]) -> Child {
    let mut command = command(project, arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits for what comes sooner or later; a host that never gets there is no reason to hang.
fn until(what: &str, mut is_there: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_there() {
        assert!(began.elapsed() < Duration::from_secs(120), "no {what} within two minutes");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn an_interrupt_keeps_the_pairs_that_were_measured_and_says_how_many_are_missing() {
    let (old, new) = (Shop::taking(15), Shop::taking(15));
    let project = project(&old, &new);
    let arguments = ["load", "--paired", "old", "--out", "rounds.csv", "--format", "json"];
    let file = project.path().join("rounds.csv");
    let has_two_pairs =
        || std::fs::read_to_string(&file).is_ok_and(|text| text.contains("\n2,candidate"));
    // It ends by itself where the host kept the generator from its core.
    let under_way = (0..5).find_map(|_| {
        let _ = std::fs::remove_file(&file);
        let mut child = started(&project, &arguments);
        until("two pairs", || has_two_pairs() || child.try_wait().unwrap().is_some());
        child.try_wait().unwrap().is_none().then_some(child)
    });
    let ended = interrupted(under_way.unwrap());
    assert_eq!(ended.code, 3, "{}{}", ended.stdout, ended.stderr);
    let (outcome, reason, message) = result(&ended, "load/shop/shoppers: rounds");
    assert_eq!((outcome.as_str(), reason.as_str()), ("inconclusive", "cancelled"));
    assert!(message.contains("of 10 pairs were measured"), "{message}");
    assert!(rows(&project, "rounds.csv").iter().any(|row| row.starts_with("2,candidate")));
    let judged = run(&project, &["judge", "rounds.csv", "--gating", "p50"]);
    assert_eq!(judged.code, 3, "{}", judged.stderr);
}

/// Its checks were said to have been interrupted before they began, and what was measured was in no report.
#[test]
fn a_load_that_is_interrupted_keeps_its_record_and_only_what_never_began_says_so() {
    let shop = Shop::taking(5);
    let project = project(&shop, &shop);
    let case = SUITE.split_once("  - name").unwrap().1.replace("for: 500ms", "for: 60s");
    let later = case.replace("shoppers", "latecomers");
    let first = SUITE.replace("for: 500ms", "for: 60s");
    let both = format!("{first}  - name{later}");
    project.file("suites/load/shop.yaml", &both);
    let child = started(&project, &["load", "--format", "json"]);
    until("load", || shop.asked() > 300);
    let ended = interrupted(child);
    assert_eq!(ended.code, 3, "{}{}", ended.stdout, ended.stderr);
    for aspect in ["response time", "throughput", "errors"] {
        let begun = result(&ended, &format!("load/shop/shoppers: {aspect}"));
        assert_eq!((begun.0.as_str(), begun.1.as_str()), ("inconclusive", "cancelled"));
        assert!(begun.2.starts_with("interrupted: the load "), "{}", begun.2);
        let never = result(&ended, &format!("load/shop/latecomers: {aspect}"));
        assert_eq!(
            (never.1.as_str(), never.2.as_str()),
            ("cancelled", "interrupted before it began")
        );
    }
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let results = report["run"]["results"].as_array().unwrap();
    let records: Vec<&Value> =
        results.iter().filter_map(|result| result["evidence"].get("load")).collect();
    assert_eq!(records.len(), 1, "{}", ended.stdout);
    assert!(records[0]["requests"][0]["correct"].as_u64().unwrap() > 100, "{}", records[0]);
    assert_eq!(records[0]["generator"]["aborted"], "it was stopped");
}
