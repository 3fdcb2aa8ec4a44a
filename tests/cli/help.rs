//! What the binary says about itself.

use crate::project::Project;

#[test]
fn help_lists_the_commands_and_every_exit_code() {
    let project = Project::with_settings("");
    let mut command = project.command(&["--help"]);
    command.env("COLUMNS", "100").env_remove("PROOFMARK_ENV");
    let said = crate::project::said(&command.output().unwrap());
    assert_eq!(said.code, 0);
    insta::assert_snapshot!(said.stdout);
}

#[test]
fn every_command_has_an_example() {
    let project = Project::with_settings("");
    for command in [
        "doctor",
        "record",
        "pending",
        "review",
        "accept",
        "reject",
        "diff",
        "test",
        "load",
        "calibrate",
        "check",
        "gate",
        "judge",
        "deploy",
        "rollback",
        "releases",
        "demo",
        "completions",
    ] {
        let said = project.run(&[command, "--help"]);
        assert_eq!(said.code, 0, "{command}");
        assert!(said.stdout.contains(&format!("Example: proofmark {command}")), "{command}");
    }
}

#[test]
fn an_argument_that_does_not_exist_is_refused() {
    let project = Project::with_settings("");
    assert_eq!(project.run(&["gate", "--releese", "1"]).code, 2);
    assert_eq!(project.run(&["deply"]).code, 2);
    assert_eq!(project.run(&[]).code, 2);
}

#[test]
fn completions_name_the_commands_in_every_usual_shell() {
    let project = Project::with_settings("");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let said = project.run(&["completions", shell]);
        assert_eq!(said.code, 0, "{shell}");
        assert!(said.stdout.contains("rollback"), "{shell}");
    }
}

#[test]
fn settings_are_shown_with_the_line_they_came_from() {
    let project = Project::with_settings(
        "project: shop\nenvironments:\n  staging:\n    thresholds: { cpu: 60% }\n",
    );
    let said = project.run(&["config", "show", "--env", "staging", "--origins"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    insta::assert_snapshot!(said.stdout);
}

#[test]
fn help_has_pages_and_refuses_what_it_has_nothing_about() {
    let project = Project::with_settings("");
    let page = project.run(&["help", "drift"]);
    assert_eq!(page.code, 0);
    assert!(page.stdout.contains("waivers.yaml"), "{}", page.stdout);
    assert!(!page.stdout.contains("```"), "{}", page.stdout);
    let command = project.run(&["help", "config", "show"]);
    assert!(command.stdout.contains("--origins"), "{}", command.stdout);
    let unknown = project.run(&["help", "drfit"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("did you mean `drift`?"), "{}", unknown.stderr);
}
