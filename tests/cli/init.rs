//! `init`: the first settings, suites and pending baseline of a Compose project, without an engine.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::project::{Project, Said, copy, said};

const COMPOSE: &str = "\
name: shop
services:
  api:
    image: shop/api:${SHOP_RELEASE:-1.0.0}
    ports: [\"127.0.0.1:8000:8000\"]
    healthcheck: { test: [CMD, curl, --fail, \"http://127.0.0.1:8000/health\"] }
  db:
    image: postgres:${POSTGRES_VERSION:-16}
    ports: [\"5432\"]
    environment: { POSTGRES_PASSWORD: hunter2-of-the-shop }
";

/// Runs where no engine answers.
fn run_in(project: &Project, folder: &str, arguments: &[&str]) -> Said {
    let mut command = project.command(arguments);
    command.current_dir(project.path().join(folder)).env("DOCKER_HOST", "tcp://127.0.0.1:9");
    said(&command.output().unwrap())
}

fn shop() -> Project {
    let project = Project::empty();
    project.file("compose.yaml", COMPOSE);
    project
}

#[test]
fn projects_of_many_shapes_get_settings_suites_and_a_baseline_that_are_accepted() {
    let project = Project::empty();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/compose");
    copy(&fixtures, project.path());
    for folder in ["anchors", "extends", "interpolation", "secrets", "traefik"] {
        let begun = run_in(&project, folder, &["init"]);
        assert_eq!(begun.code, 0, "{folder}: {}", begun.stderr);
        assert!(begun.stdout.contains("wrote proofmark.yaml"), "{folder}: {}", begun.stdout);
        let shown = run_in(&project, folder, &["config", "show"]);
        assert_eq!(shown.code, 0, "{folder}: {}", shown.stderr);
        let pending = std::fs::read_dir(project.path().join(folder).join("baselines")).unwrap();
        assert!(pending.count() > 1, "{folder}");
        if project.path().join(folder).join("suites").exists() {
            let listed = run_in(&project, folder, &["test", "--list"]);
            assert_eq!(listed.code, 0, "{folder}: {}", listed.stderr);
            assert!(listed.stdout.starts_with("integration/"), "{folder}: {}", listed.stdout);
        }
    }
}

#[test]
fn what_composes_own_variables_choose_is_what_is_begun_with() {
    let project = Project::empty();
    project.file("base.yml", "services:\n  web: { image: nginx:1, ports: [\"8080:80\"] }\n");
    let more = |name: &str, port: u16| {
        format!("  {name}: {{ image: nginx:1, profiles: [{name}], ports: [\"{port}:80\"] }}\n")
    };
    let extra = format!("services:\n{}{}", more("debug", 8081), more("full", 8082));
    project.file("extra.yml", &extra);
    let chosen =
        "COMPOSE_FILE=base.yml:extra.yml\nCOMPOSE_PROJECT_NAME=green\nCOMPOSE_PROFILES=debug\n";
    project.file(".env", chosen);
    let begun = run_in(&project, "", &["init"]);
    assert_eq!(begun.code, 0, "{}", begun.stderr);
    let settings = std::fs::read_to_string(project.path().join("proofmark.yaml")).unwrap();
    for line in ["project: green", "files: [base.yml, extra.yml]", "web: {", "debug: {"] {
        assert!(settings.contains(line), "{line} is not in {settings}");
    }
    assert!(!settings.contains("full: {"), "its profile is off: {settings}");
}

#[test]
fn the_settings_name_the_release_variable_and_the_health_path_and_no_password() {
    let project = shop();
    let begun = run_in(&project, "", &["init", "--format", "json"]);
    assert_eq!(begun.code, 0, "{}", begun.stderr);
    let begun: serde_json::Value = serde_json::from_str(&begun.stdout).unwrap();
    assert_eq!(begun["project"], "shop");
    assert!(begun["left_out"]["db"].as_str().unwrap().contains("password"));
    let settings = std::fs::read_to_string(project.path().join("proofmark.yaml")).unwrap();
    assert!(settings.contains("release_variable: SHOP_RELEASE\n"), "{settings}");
    assert!(settings.contains("api: { port: 8000, health: /health }\n"), "{settings}");
    for file in begun["written"].as_array().unwrap() {
        let text = std::fs::read_to_string(project.path().join(file.as_str().unwrap())).unwrap();
        assert!(!text.contains("hunter2"), "{text}");
    }
}

/// Puts a Compose plugin into a folder of settings that writes down what it is asked, and asks the real one.
fn listening(project: &Project) -> (PathBuf, PathBuf) {
    let (settings, log) = (project.path().join("docker"), project.path().join("asked.log"));
    let plugin = project.file(
        "docker/cli-plugins/docker-compose",
        &format!(
            "#!/bin/sh\necho \"$*\" >>'{}'\nunset DOCKER_CONFIG\nexec docker \"$@\"\n",
            log.display()
        ),
    );
    std::fs::set_permissions(&plugin, Permissions::from_mode(0o755)).unwrap();
    (settings, log)
}

#[test]
fn a_release_variable_among_many_is_found_with_as_many_questions_as_among_one() {
    let asked = |others: usize| {
        let project = Project::empty();
        let other =
            |number| format!("  s{number}:\n    image: \"o/s{number}:${{A{number}:-1}}\"\n");
        let own =
            |name| format!("  {name}:\n    image: \"shop/{name}:v${{SHOP_RELEASE:-1.0.0}}\"\n");
        let services: String = (0..others).map(other).chain(["api", "worker"].map(own)).collect();
        project.file("compose.yaml", &format!("name: shop\nservices:\n{services}"));
        let (settings, log) = listening(&project);
        let mut command = project.command(&["init"]);
        command.env("DOCKER_CONFIG", settings).env("DOCKER_HOST", "tcp://127.0.0.1:9");
        let begun = said(&command.output().unwrap());
        assert_eq!(begun.code, 0, "{}", begun.stderr);
        let text = std::fs::read_to_string(project.path().join("proofmark.yaml")).unwrap();
        assert!(text.contains("release_variable: SHOP_RELEASE\n"), "{others}: {text}");
        let log = std::fs::read_to_string(log).unwrap();
        log.lines().filter(|line| line.contains(" config ")).count()
    };
    assert_eq!(asked(20), asked(0));
}

#[test]
fn what_is_there_is_written_anew_only_when_told() {
    let project = shop();
    project.file("proofmark.yaml", "project: mine\n");
    let refused = run_in(&project, "", &["init"]);
    assert_eq!(refused.code, 2, "{}", refused.stdout);
    assert!(refused.stderr.contains("proofmark.yaml"), "{}", refused.stderr);
    assert_eq!(project.files(), ["compose.yaml", "proofmark.yaml"]);
    let settings = || std::fs::read_to_string(project.path().join("proofmark.yaml")).unwrap();
    assert_eq!(settings(), "project: mine\n");
    let told = run_in(&project, "", &["init", "--force"]);
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert!(settings().contains("project: shop"));
}

#[test]
fn a_folder_without_a_compose_file_and_a_broken_one_are_refused_and_stay_as_they_are() {
    let project = Project::empty();
    let refused = run_in(&project, "", &["init"]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(refused.stderr.contains("there is no Compose file"), "{}", refused.stderr);
    project.file("compose.yaml", "services: [nothing]\n");
    let refused = run_in(&project, "", &["init"]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert_eq!(project.files(), ["compose.yaml"]);
}
