//! What is refused before anything is run: exit 2, a place, a remedy, nothing left behind.

use crate::project::Project;

#[test]
fn a_mistyped_key_is_shown_with_a_caret_and_the_key_that_was_meant() {
    let project = Project::with_settings(
        "project: shop\nbase:\n  threshold: {}\nenvironments: { local: {} }\n",
    );
    let said = project.run(&["gate"]);
    assert_eq!(said.code, 2);
    insta::assert_snapshot!(said.stderr);
    assert_eq!(said.stdout, "");
    assert_eq!(project.files(), ["proofmark.yaml"]);
}

#[test]
fn a_folder_without_settings_is_told_where_they_were_looked_for() {
    let project = Project::with_settings("");
    std::fs::remove_file(project.path().join("proofmark.yaml")).unwrap();
    let said = project.run(&["diff"]);
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("there is no proofmark.yaml in"), "{}", said.stderr);
    assert!(said.stderr.contains("--config"), "{}", said.stderr);
}

#[test]
fn an_unknown_environment_is_answered_with_the_ones_there_are() {
    let project = Project::with_compose();
    let said = project.run(&["gate", "--env", "prod"]);
    assert_eq!(said.code, 2);
    assert_eq!(
        said.stderr,
        "error: there is no environment `prod` in proofmark.yaml; name one that it has with --env or PROOFMARK_ENV: local\n"
    );
}

#[test]
fn a_suite_with_a_mistake_stops_the_gate_before_anything_is_asked() {
    let project = Project::with_compose();
    project.file(
        "suites/e2e/orders.yaml",
        "suite: orders\nlevel: e2e\ncases:\n  - name: one\n    steps:\n      - get: ${web}/\n        expects: { status: 200 }\n",
    );
    let said = project.run(&["gate"]);
    assert_eq!(said.code, 2, "{}", said.stderr);
    assert!(said.stderr.contains("suites/e2e/orders.yaml:7:9"), "{}", said.stderr);
    assert!(said.stderr.contains("did you mean `expect`?"), "{}", said.stderr);
}

#[test]
fn a_report_whose_ending_names_no_format_is_refused_before_the_run() {
    let project = Project::with_compose();
    let said = project.run(&["gate", "--report", "gate.doc"]);
    assert_eq!(said.code, 2);
    assert!(
        said.stderr
            .contains("use .txt, .json, .xml, .html, .md, .sarif, .github, .tap, .csv or .hlog"),
        "{}",
        said.stderr
    );
}

#[test]
fn a_selection_that_leaves_nothing_has_an_exit_code_of_its_own() {
    let project = Project::with_compose();
    project.file(
        "suites/e2e/orders.yaml",
        "suite: orders\nlevel: e2e\ncases:\n  - name: one\n    steps:\n      - get: ${web}/\n        expect: { status: 200 }\n",
    );
    let said = project.run(&["test", "--tag", "nobody-has-this"]);
    assert_eq!(said.code, 4, "{}", said.stderr);
    let none = project.run(&["accept", "--all"]);
    assert_eq!(none.code, 4, "{}", none.stderr);
}
