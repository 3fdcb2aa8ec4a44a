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
