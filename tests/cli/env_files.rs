//! Which `.env` gives the variables of Compose files in a subfolder their values: the one that Compose reads.

use crate::project::{Project, Said, said};

const COMPOSE: &str = "\
name: shop
services:
  api:
    image: \"shop/api:${ROOT-none}-${DEPLOY-none}-${BOTH-none}\"
";

/// Makes a project whose Compose file lies in a folder of its own, with an `.env` there and one above it.
fn project(settings: Option<&str>, chosen: &str) -> Project {
    let project = Project::empty();
    if let Some(keys) = settings {
        let compose = format!("base: {{ compose: {{ files: [deploy/compose.yaml]{keys} }} }}\n");
        project.file(
            "proofmark.yaml",
            &format!("project: shop\n{compose}environments: {{ local: {{}} }}\n"),
        );
    }
    project.file("deploy/compose.yaml", COMPOSE);
    project.file(".env", &format!("ROOT=r\nBOTH=root\n{chosen}"));
    project.file("deploy/.env", "DEPLOY=d\nBOTH=deploy\n");
    project
}

fn run(project: &Project, arguments: &[&str], chosen: Option<&str>) -> Said {
    let mut command = project.command(arguments);
    command.env("DOCKER_HOST", "tcp://127.0.0.1:9").env_remove("COMPOSE_FILE");
    if let Some(files) = chosen {
        command.env("COMPOSE_FILE", files);
    }
    said(&command.output().unwrap())
}

/// Gives the tag that is recorded of the files.
fn recorded(project: &Project, chosen: Option<&str>) -> String {
    let said = run(project, &["record", "--static", "--out", "recorded"], chosen);
    assert_eq!(said.code, 0, "{}", said.stderr);
    tag(&std::fs::read_to_string(project.path().join("recorded/api.snap.new")).unwrap())
}

fn tag(text: &str) -> String {
    let (_, after) = text.split_once("shop/api:").unwrap_or_else(|| panic!("{text}"));
    after.split(['\n', '"', '\'']).next().unwrap().to_owned()
}

#[test]
fn files_that_are_named_have_the_values_of_the_env_file_beside_the_first() {
    assert_eq!(recorded(&project(Some(""), ""), None), "none-d-deploy");
    assert_eq!(recorded(&project(None, ""), Some("deploy/compose.yaml")), "none-d-deploy");
}

#[test]
fn env_files_that_the_settings_name_are_read_in_place_of_it_and_later_ones_go_first() {
    let named = |files: &str| recorded(&project(Some(&format!(", env_files: {files}")), ""), None);
    assert_eq!(named("[.env]"), "r-none-root");
    assert_eq!(named("[deploy/.env, .env]"), "r-d-root");
    assert_eq!(named("[.env, deploy/.env]"), "r-d-deploy");
}

#[test]
fn an_env_file_that_chooses_files_of_another_folder_goes_before_the_one_there() {
    let chosen = project(None, "COMPOSE_FILE=deploy/compose.yaml\n");
    assert_eq!(recorded(&chosen, None), "r-d-root");
    let begun = run(&chosen, &["init"], None);
    assert_eq!(begun.code, 0, "{}", begun.stderr);
    let read = |file: &str| std::fs::read_to_string(chosen.path().join(file)).unwrap();
    let settings = read("proofmark.yaml");
    assert!(settings.contains("    env_files: [deploy/.env, .env]\n"), "{settings}");
    // It takes the one variable that chooses among its tags for the release's.
    assert_eq!(tag(&read("baselines/api.snap.new")), "${release}-d-root");
    assert_eq!(recorded(&chosen, None), "${release}-d-root", "as the settings say it by now");
}
