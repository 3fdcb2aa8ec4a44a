//! `record --static`: every project of `fixtures/compose`, and what is refused.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::project::{Project, Said, copy, said};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(of).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.is_dir());
    folders.sort();
    folders
}

/// Gives the Compose file that a person would name.
fn compose_file(folder: &Path) -> Option<PathBuf> {
    ["compose.yaml", "docker-compose.yml"]
        .map(|name| folder.join(name))
        .into_iter()
        .find(|f| f.is_file())
}

/// Records where no engine answers, with nothing in the environment but what finds Compose.
fn record(project: &Project, arguments: &[&str]) -> Said {
    let mut command = project.command(&["record", "--static"]);
    let kept = ["PATH", "HOME", "USER"].map(|name| (name, std::env::var_os(name)));
    command.env_clear().envs(kept.into_iter().filter_map(|(name, value)| Some((name, value?))));
    command.env("DOCKER_HOST", "tcp://127.0.0.1:9").args(arguments);
    said(&command.output().unwrap())
}

fn record_file(project: &Project, file: &Path, out: &str) -> (Said, BTreeMap<String, String>) {
    let said = record(project, &["--file", file.to_str().unwrap(), "--out", out]);
    let Ok(entries) = std::fs::read_dir(project.path().join(out)) else {
        return (said, BTreeMap::new());
    };
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read_to_string(path).unwrap())
    };
    (said, entries.map(read).collect())
}

#[test]
fn every_project_is_recorded_without_an_engine_to_the_same_bytes_in_every_folder() {
    let project = Project::with_settings("");
    copy(&fixtures().join("compose"), &project.path().join("moved/elsewhere"));
    let mut recorded = 0;
    for folder in folders(&fixtures().join("compose")) {
        let Some(file) = compose_file(&folder) else { continue };
        let name = folder.file_name().unwrap().to_str().unwrap();
        let (said, first) = record_file(&project, &file, &format!("{name}/first"));
        assert_eq!(said.code, 0, "{name}: {}", said.stderr);
        assert!(first.contains_key("_project.snap.new"), "{name}: {:?}", first.keys());
        let moved = project.path().join("moved/elsewhere").join(name);
        let moved = moved.join(file.file_name().unwrap());
        let (_, second) = record_file(&project, &moved, &format!("{name}/second"));
        assert_eq!(first, second, "{name}");
        for (snapshot, text) in &first {
            assert!(!text.contains("fixtures/compose"), "{name}/{snapshot}: {text}");
            assert!(!text.contains("proofmark-"), "{name}/{snapshot}: {text}");
        }
        recorded += 1;
    }
    assert!(recorded > 15, "only {recorded} projects were found");
}

/// Writes all snapshots of a fixture, without what is the same in all of them; another recording gives
/// the same.
fn telling(name: &str) -> String {
    let project = Project::with_settings("");
    let file = compose_file(&fixtures().join("compose").join(name)).unwrap();
    let (said, files) = record_file(&project, &file, "out");
    assert_eq!(record_file(&project, &file, "again").1, files);
    let mut text = said.stdout;
    for (file, snapshot) in files {
        let (header, body) = snapshot.split_once("\n---\nservice:").unwrap();
        let unset: Vec<&str> = header.lines().skip_while(|line| *line != "  unset:").collect();
        let unset = unset.iter().take_while(|line| !line.contains("not_observed"));
        write!(text, "\n# {file}\n").unwrap();
        for line in unset {
            writeln!(text, "{line}").unwrap();
        }
        write!(text, "service:{body}").unwrap();
    }
    text
}

#[test]
fn names_without_a_value_stand_where_the_value_would() {
    insta::assert_snapshot!(telling("interpolation"));
}

#[test]
fn an_environment_file_that_is_not_there_is_a_gap_and_no_refusal() {
    insta::assert_snapshot!(telling("env-files"));
}

#[test]
fn what_other_files_give_has_their_paths_as_seen_from_the_project() {
    insta::assert_snapshot!(format!("{}\n{}", telling("include"), telling("extends")));
}

#[test]
fn what_bounds_and_confines_a_service_is_recorded() {
    insta::assert_snapshot!(format!("{}\n{}", telling("limits"), telling("host")));
}

#[test]
fn a_project_of_the_second_version_is_recorded() {
    insta::assert_snapshot!(telling("old"));
}

#[test]
fn what_stands_for_a_name_shows_in_no_port_size_or_time_that_compose_made_of_it() {
    let project = Project::with_settings("");
    let file = compose_file(&fixtures().join("compose/passed-on")).unwrap();
    let (said, files) = record_file(&project, &file, "out");
    assert_eq!(said.code, 0, "{}", said.stderr);
    let tracker = &files["tracker.snap.new"];
    for line in [
        "healthcheck.interval: ${TRACKER_EVERY}s",
        "healthcheck.timeout: ${TRACKER_WAIT}m",
        "healthcheck.probes: localhost:${TRACKER_PORT}",
        "limits.memory: ${TRACKER_GIB}g",
        "limits.shm_size: ${TRACKER_SHM}m",
        "\"ports.${TRACKER_PORT}/tcp\": published",
        "\"ports.${COLLECTOR_PORT}/udp.host\": ${COLLECTOR_PORT}",
        "environment.TRACKER_PORT: ${TRACKER_PORT}",
        "environment.TRACKER_SALT: ${TRACKER_SALT}",
        "environment.UPSTREAM: set",
        "  - TRACKER_SALT",
    ] {
        assert!(tracker.contains(line), "{line} is not in {tracker}");
    }
    assert!(!tracker.contains("58"), "{tracker}");
    let cache = &files["cache.snap.new"];
    for line in [
        "environment.CACHE_MODE: ${CACHE_MODE}",
        "environment.CACHE_USER: set",
        "environment.TRACKER_USER: ${TRACKER_USER}",
        "healthcheck.probes: 127.0.0.1:11211",
    ] {
        assert!(cache.contains(line), "{line} is not in {cache}");
    }
    assert!(said.stdout.contains("TRACKER_SALT"), "{}", said.stdout);
}

#[test]
fn a_folder_without_anything_to_record_says_how_to_name_it() {
    let project = Project::with_settings("");
    std::fs::remove_file(project.path().join("proofmark.yaml")).unwrap();
    let said = record(&project, &[]);
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("name the Compose file with --file"), "{}", said.stderr);
}

#[test]
fn no_secret_of_the_files_is_recorded() {
    let project = Project::with_settings("");
    for name in ["secrets", "volumes", "limits"] {
        let file = compose_file(&fixtures().join("compose").join(name)).unwrap();
        for (snapshot, text) in record_file(&project, &file, name).1 {
            assert!(!text.contains("planted"), "{snapshot}: {text}");
            assert!(!text.contains("hunter22"), "{snapshot}: {text}");
        }
    }
}

#[test]
fn a_folder_with_a_compose_file_needs_no_settings_and_takes_the_file_beside_it() {
    let project = Project::with_settings("");
    copy(&fixtures().join("compose/override"), project.path());
    std::fs::remove_file(project.path().join("proofmark.yaml")).unwrap();
    let said = record(&project, &["--format", "json"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let told: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(told["differing"], serde_json::json!(["_project", "mailcatcher", "web"]));
    assert_eq!(told["unset"], serde_json::json!([]));
    assert!(told["not_observed"].as_array().unwrap().contains(&"image_digest".into()));
    let web = std::fs::read_to_string(project.path().join("baselines/web.snap.new")).unwrap();
    assert!(web.contains("environment.DEBUG: set"), "{web}");
}

const TWO_FILES: [(&str, &str); 4] = [
    (
        ".env",
        "COMPOSE_FILE=base.yml,extra.yml\nCOMPOSE_PATH_SEPARATOR=,\nCOMPOSE_PROJECT_NAME=green\n",
    ),
    ("base.yml", "services:\n  web: { image: nginx:1 }\n"),
    ("extra.yml", "services:\n  api: { image: nginx:2 }\n"),
    ("other.yml", "services:\n  old: { image: nginx:0 }\n"),
];

#[test]
fn the_files_that_composes_own_variables_choose_are_recorded() {
    let project = Project::empty();
    for (name, text) in TWO_FILES {
        project.file(name, text);
    }
    let differing = |said: Said| {
        assert_eq!(said.code, 0, "{}", said.stderr);
        let told: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
        told["differing"].clone()
    };
    let arguments = ["--format", "json", "--out", "out"];
    let by_file = differing(record(&project, &arguments));
    assert_eq!(by_file, serde_json::json!(["_project", "api", "web"]));
    let api = std::fs::read_to_string(project.path().join("out/api.snap.new")).unwrap();
    assert!(api.contains("project: green"), "{api}");

    // The environment outranks the file beside the project.
    let mut command =
        project.command(&["record", "--static", "--format", "json", "--out", "other"]);
    command.env("COMPOSE_FILE", "other.yml").env("DOCKER_HOST", "tcp://127.0.0.1:9");
    let by_environment = differing(said(&command.output().unwrap()));
    assert_eq!(by_environment, serde_json::json!(["_project", "old"]));
}

#[test]
fn in_ci_only_a_folder_that_was_named_is_written_to() {
    let project = Project::with_compose();
    let mut command = project.command(&["record", "--static"]);
    let told = said(&command.env("CI", "true").output().unwrap());
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert!(!project.files().contains(&"baselines".to_owned()), "{:?}", project.files());
    let mut command = project.command(&["record", "--static", "--out", "named"]);
    let told = said(&command.env("CI", "true").output().unwrap());
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert!(project.path().join("named/web.snap.new").is_file());
}

#[test]
fn a_value_declared_safe_is_recorded_and_the_others_are_not() {
    let project = Project::with_settings(
        "project: shop\nbase:\n  compose: { files: [compose.yaml] }\n  baseline: { safe_environment: [LOG_LEVEL, \"FEATURE_*\"] }\nenvironments: { local: {} }\n",
    );
    project.file(
        "compose.yaml",
        "services:\n  web:\n    image: x\n    environment: { LOG_LEVEL: debug, FEATURE_A: 1, OTHER: hidden, FEATURE_URL: \"http://a:hidden@x/\" }\n",
    );
    assert_eq!(record(&project, &[]).code, 0);
    let web = std::fs::read_to_string(project.path().join("baselines/web.snap.new")).unwrap();
    for line in
        ["environment.LOG_LEVEL: debug", "environment.FEATURE_A: \"1\"", "environment.OTHER: set"]
    {
        assert!(web.contains(line), "{line} is not in {web}");
    }
    assert!(!web.contains("hidden"), "{web}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let project = Project::with_settings("");
    let said = record(&project, &["--file", "nothing.yaml", "--out", "out"]);
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("nothing.yaml"), "{}", said.stderr);
    assert!(!project.files().contains(&"out".to_owned()));
}

#[test]
fn files_that_say_what_they_said_change_nothing_of_a_baseline_that_an_engine_told_more_for() {
    let project = Project::with_settings("");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["baselines", "fixtures/shop"] {
        copy(&root.join(folder), &project.path().join(folder));
    }
    let settings = std::fs::read_to_string(root.join("proofmark.yaml")).unwrap();
    project.file("proofmark.yaml", &settings);
    let said = record(&project, &["--in-ci"]);
    assert_eq!(
        (said.code, said.stdout.lines().next().unwrap_or_default()),
        (0, UNCHANGED),
        "{}",
        said.stderr
    );
    let compose = project.path().join("fixtures/shop/compose.yaml");
    let text = std::fs::read_to_string(&compose).unwrap();
    let (before, after) = text.rsplit_once("restart: unless-stopped").unwrap();
    std::fs::write(&compose, format!("{before}restart: always{after}")).unwrap();
    let said = record(&project, &["--in-ci", "--format", "json"]);
    let changes = said.stdout.matches("\"severity\"").count();
    assert_eq!(changes, 1, "{}", said.stdout);
}

const UNCHANGED: &str = "nothing changed: the files say what the baseline says";
