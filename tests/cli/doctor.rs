//! `doctor` on hosts that lack something.

use crate::project::{Project, said};

#[test]
fn a_host_without_an_engine_is_told_how_to_start_one() {
    let project = Project::with_compose();
    let mut command = project.command(&["doctor", "--format", "json"]);
    command.env("DOCKER_HOST", "unix:///nonexistent/docker.sock");
    let said = said(&command.output().unwrap());
    assert_eq!(said.code, 3, "{}", said.stderr);
    let report: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    let results = report["run"]["results"].as_array().unwrap();
    let engine = results.iter().find(|r| r["check"]["name"] == "engine").unwrap();
    assert_eq!(engine["outcome"], "inconclusive");
    assert!(engine["message"].as_str().unwrap().contains("systemctl start docker"));
}

#[test]
fn settings_that_are_refused_are_one_of_the_findings() {
    let project = Project::with_settings("project: shop\nenvironment: {}\n");
    let said = project.run(&["doctor"]);
    assert_eq!(said.code, 1, "{}", said.stderr);
    assert!(said.stdout.contains("did you mean `environments`?"), "{}", said.stdout);
}

#[test]
fn what_a_killed_run_left_is_told_and_removed_only_where_that_is_asked_for() {
    let project = Project::with_compose();
    let here = proofmark::protocol::Owner::this().unwrap().to_string();
    // The same number, given to another process since.
    let mut gone: Vec<&str> = here.split(' ').collect();
    gone[1] = "1";
    let stale = project.file("tmp/proofmark-browser-stale/owner", &gone.join(" "));
    let used = project.file("tmp/proofmark-browser-used/owner", &here);
    let leftovers = |arguments: &[&str]| {
        let mut command = project.command(arguments);
        command.env("DOCKER_HOST", "unix:///nonexistent/docker.sock");
        command.env("TMPDIR", project.path().join("tmp"));
        let said = said(&command.output().unwrap());
        let report: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
        let results = report["run"]["results"].as_array().unwrap();
        let found = results.iter().find(|r| r["check"]["name"] == "leftovers").unwrap();
        let text = |key: &str| found[key].as_str().unwrap().to_owned();
        (text("outcome"), text("message"))
    };
    let (outcome, message) = leftovers(&["doctor", "--format", "json"]);
    assert_eq!(outcome, "fail");
    assert!(message.contains("proofmark-browser-stale; `proofmark doctor --fix`"), "{message}");
    assert!(stale.is_file());
    let (outcome, message) = leftovers(&["doctor", "--fix", "--format", "json"]);
    assert_eq!(outcome, "pass", "{message}");
    assert!(!stale.exists() && used.is_file());
}
