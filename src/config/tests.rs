use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use super::*;
use crate::model::{Millis, Percent};

fn load_text(text: &str, environment: &str) -> Result<Settings, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(FILE_NAME);
    std::fs::write(&file, text).unwrap();
    let variables = Variables::from([("PORT".to_owned(), "18000".to_owned())]);
    load(&file, environment, &variables)
}

fn refusal(text: &str) -> String {
    load_text(text, "local").unwrap_err().to_string()
}

#[test]
fn an_environment_that_says_nothing_has_the_specifications_numbers() {
    for (name, security, health) in [
        ("local", SecurityLevel::Basic, 15),
        ("staging", SecurityLevel::Full, 30),
        ("production", SecurityLevel::Maximum, 60),
    ] {
        let text = format!("project: shop\nenvironments: {{ {name}: {{}} }}\n");
        let settings = load_text(&text, name).unwrap();
        assert_eq!(settings.security, security, "{name}");
        assert_eq!(settings.monitoring.health_interval.as_secs(), health, "{name}");
        assert_eq!(settings.thresholds.response_time, Millis(1000.0));
        assert_eq!(settings.rollback.consecutive_failures, 5);
        assert_eq!(settings.retention.rollback.as_secs(), 90 * 24 * 3600);
    }
}

#[test]
fn a_value_comes_from_the_nearest_layer_and_remembers_its_line() {
    let text = "\
project: shop
base:
  thresholds: { cpu: 70% }
environments:
  local: {}
  staging: { thresholds: { cpu: 60% } }
  production: { extends: staging }
";
    for (environment, cpu, line) in
        [("local", 70.0, 3), ("staging", 60.0, 6), ("production", 60.0, 6)]
    {
        let settings = load_text(text, environment).unwrap();
        assert_eq!(settings.thresholds.cpu, Percent(cpu), "{environment}");
        let origin = settings.origins.iter().find(|o| o.path == "thresholds.cpu").unwrap();
        assert_eq!((origin.place.file.as_str(), origin.place.line), (FILE_NAME, line));
        let memory = settings.origins.iter().find(|o| o.path == "thresholds.memory").unwrap();
        assert_eq!(memory.place.file, "built-in defaults");
    }
}

#[test]
fn variables_fill_quoted_and_plain_values_alike() {
    let text = "\
project: shop
base:
  services:
    api: { url: \"http://127.0.0.1:${PORT}/\" }
    web:
      url: http://127.0.0.1:${OTHER:-8080}
environments: { local: {} }
";
    let settings = load_text(text, "local").unwrap();
    assert_eq!(settings.services["api"].url.as_deref(), Some("http://127.0.0.1:18000"));
    assert_eq!(settings.services["web"].url.as_deref(), Some("http://127.0.0.1:8080"));
}

#[test]
fn nothing_may_be_run_but_what_the_nearest_layer_lists() {
    let text = "\
project: shop
base: { allow: { run: [pytest, k6] } }
environments: { local: {}, production: { allow: { run: [] } } }
";
    assert_eq!(load_text(text, "local").unwrap().allow.run, ["pytest", "k6"]);
    assert!(load_text(text, "production").unwrap().allow.run.is_empty());
    let silent = "project: shop\nenvironments: { local: {} }\n";
    assert!(load_text(silent, "local").unwrap().allow.run.is_empty());
}

#[test]
fn a_profile_says_what_it_says_and_the_usual_one_the_rest() {
    let text = "\
project: shop
base:
  profiles:
    default: { slow_after: 5s }
    ci: { retries: 2, flaky_result: fail, timeout: 10m, jobs: 3, fail_fast: yes }
  groups: { mails: { at_most: 2 } }
environments: { local: {}, production: { profiles: { ci: { retries: 1 } } } }
";
    let usual = Profile {
        retries: 0,
        flaky_result: FlakyResult::Pass,
        slow_after: Some(Duration::from_secs(5)),
        timeout: None,
        jobs: None,
        fail_fast: false,
    };
    let settings = load_text(text, "production").unwrap();
    assert_eq!(settings.profiles.named("default"), Ok(&usual));
    let ci = Profile {
        retries: 1,
        flaky_result: FlakyResult::Fail,
        timeout: Some(Duration::from_secs(600)),
        jobs: NonZeroUsize::new(3),
        fail_fast: true,
        ..usual
    };
    assert_eq!(settings.profiles.named("ci"), Ok(&ci));
    assert_eq!(settings.groups["mails"].get(), 2);
    let refused = settings.profiles.named("cy").unwrap_err();
    assert_eq!(refused, "there is no profile `cy`; did you mean `ci`?");
}

#[test]
fn paths_are_relative_to_the_file() {
    let settings = load_text("project: shop\nenvironments: { local: {} }\n", "local").unwrap();
    assert_eq!(settings.suites, settings.root.join("suites"));
    assert!(settings.root.is_absolute() || settings.root == Path::new(""));
}

#[test]
fn a_mistyped_key_is_refused_with_a_caret_and_the_keys_there_are() {
    insta::assert_snapshot!(refusal(
        "\
project: shop
base:
  thresholds:
    respons_time: 500ms
environments: { local: {} }
"
    ));
}

#[test]
fn a_key_given_twice_is_refused() {
    insta::assert_snapshot!(refusal("project: shop\nproject: shop\nenvironments: { local: {} }\n"));
}

#[test]
fn a_bare_number_where_a_unit_belongs_is_refused() {
    insta::assert_snapshot!(refusal(
        "\
project: shop
environments:
  local:
    thresholds: { response_time: 500 }
"
    ));
}

#[test]
fn a_threshold_looser_than_the_specifications_is_refused() {
    insta::assert_snapshot!(refusal(
        "\
project: shop
environments:
  local:
    thresholds: { cpu: 95% }
"
    ));
}

#[test]
fn environments_that_extend_each_other_are_refused_by_name() {
    insta::assert_snapshot!(refusal(
        "\
project: shop
environments:
  local: { extends: staging }
  staging: { extends: local }
"
    ));
}

#[test]
fn a_variable_without_a_value_is_refused_and_never_empty() {
    insta::assert_snapshot!(refusal(
        "\
project: ${COMPANY}
environments: { local: {} }
"
    ));
}

#[test]
fn an_unknown_environment_is_refused_with_the_ones_there_are() {
    let error = load_text("project: shop\nenvironments: { local: {}, staging: {} }\n", "prod");
    insta::assert_snapshot!(error.unwrap_err().to_string());
}
