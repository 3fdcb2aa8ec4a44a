//! The stack as other environments have it: what they accept, what they expect, what they cannot show.

use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use crate::shop::{Said, Shop, repository, said};

/// Writes the repository's own settings with other environments, and gives their file.
fn settings(shop: &Shop, name: &str, environments: &str) -> PathBuf {
    let root = repository().display().to_string();
    let own = std::fs::read_to_string(repository().join("proofmark.yaml")).unwrap();
    let (base, _) = own.split_once("environments:").unwrap();
    let base = base.replace("fixtures/shop", &format!("{root}/fixtures/shop"));
    // What may be run is named as the suites name it.
    let acceptance = "fixtures/shop/acceptance";
    let base = base.replace(&format!("{root}/{acceptance}"), acceptance);
    let suites = format!("base:\n  suites: {root}/suites\n  fixtures: {root}/fixtures/suites\n");
    let base = base.replace("base:\n", &suites);
    let file = shop.folder(name).join("proofmark.yaml");
    // Some steps upload files of the project.
    for name in ["docs", "fixtures"] {
        symlink(repository().join(name), file.with_file_name(name)).unwrap();
    }
    std::fs::write(&file, format!("{base}environments:\n  local: {{}}\n{environments}")).unwrap();
    file
}

fn command(shop: &Shop, file: &PathBuf, environment: &str, arguments: &[&str]) -> Command {
    let mut command = shop.command(arguments);
    command.args(["--env", environment, "--format", "json", "--config"]).arg(file);
    command.env("PROOFMARK_BASELINES", repository().join("baselines"));
    command
}

/// Gives outcome and message of one check.
fn result(report: &Said, id: &str) -> (String, String) {
    let json = report.json();
    let results = json["run"]["results"].as_array().unwrap();
    let found = results.iter().find(|result| result["check"]["id"] == id);
    let found = found.unwrap_or_else(|| panic!("{id} is not in {report:?}"));
    let of = |key: &str| found[key].as_str().unwrap().to_owned();
    (of("outcome"), of("message"))
}

pub fn a_drift_is_waived_until_its_day_and_is_none_where_it_is_expected(shop: &Shop) {
    let environments = "  staging: { gate: { warnings: fail } }
  larger:
    extends: staging
    expect: { cache: { limits.memory: 80MiB } }
";
    let file = settings(shop, "accepted", environments);
    let diff =
        |environment: &str| said(&command(shop, &file, environment, &["diff"]).output().unwrap());
    let waive = |expires: &str| {
        let text = format!(
            "waivers:\n  - {{ check: drift/cache/limits.memory, reason: a trial, owner: ana, expires: {expires}, targets: [larger] }}\n"
        );
        std::fs::write(file.with_file_name("waivers.yaml"), text).unwrap();
        diff("larger")
    };
    let limit = |memory: &str| {
        let args = ["update", "--memory", memory, "--memory-swap", memory];
        let updated =
            Command::new("docker").args(args).arg(shop.container("cache")).output().unwrap();
        assert!(updated.status.success(), "{updated:?}");
    };
    let id = "drift/cache/limits.memory";

    let (here, there) = (diff("staging"), diff("larger"));
    assert_eq!(here.code, Some(0), "{}", here.stderr);
    assert_eq!(result(&here, id), ("pass".to_owned(), "as recorded".to_owned()));
    assert_eq!(there.code, Some(1), "{}", there.stderr);
    assert_eq!(result(&there, id).1, "limits.memory is 64MiB, and larger expects 80MiB");

    let (waived, expired) = (waive("2999-12-31"), waive("2020-01-01"));
    assert_eq!(waived.code, Some(0), "{}", waived.stderr);
    let (outcome, message) = result(&waived, id);
    assert_eq!(outcome, "waived");
    assert!(message.ends_with("; accepted by ana until 2999-12-31: a trial"), "{message}");
    assert_eq!(waived.json()["counts"]["waived"], 1);
    assert_eq!(expired.code, Some(1), "{}", expired.stderr);
    assert!(result(&expired, id).1.ends_with("; the waiver of ana expired on 2020-01-01"));

    limit("80m");
    let (here, there) = (diff("staging"), diff("larger"));
    limit("64m");
    assert_eq!(result(&there, id), ("pass".to_owned(), "as larger expects".to_owned()));
    assert_eq!(result(&here, id).1, "limits.memory was 64MiB and is 80MiB");
}

pub fn the_stack_is_judged_by_its_urls_where_no_engine_is(shop: &Shop) {
    let environments = "  outside:
    access: http
    services:
      api: { url: \"http://127.0.0.1:${SHOP_API_PORT}\" }
      worker: { url: \"http://127.0.0.1:${SHOP_WORKER_PORT}\" }
      storage: { url: \"http://127.0.0.1:${SHOP_STORAGE_PORT}\" }
      db: { url: \"postgres://shop@127.0.0.1:${SHOP_DB_PORT}/shop\" }
      cache: { url: \"redis://127.0.0.1:${SHOP_CACHE_PORT}\" }
";
    let file = settings(shop, "outside", environments);
    let ask = |arguments: &[&str]| {
        let mut command = command(shop, &file, "outside", arguments);
        command.env("DOCKER_HOST", "unix:///nonexistent/docker.sock").env("PATH", "/nonexistent");
        said(&command.output().unwrap())
    };
    let health = ask(&["check", "health"]);
    assert_eq!(health.code, Some(0), "{health:?}");
    for service in ["api", "worker"] {
        assert_eq!(result(&health, &format!("health/{service}/endpoint GET /health")).0, "pass");
    }
    let drift = ask(&["diff"]);
    assert_eq!(drift.code, Some(3), "{drift:?}");
    assert_eq!(result(&drift, "drift/api/health.status").0, "pass");
    let (outcome, message) = result(&drift, "drift/api/security.privileged");
    assert_eq!(outcome, "inconclusive");
    assert!(message.contains("only through an engine"), "{message}");
    let api = ask(&["test", "--suite", "suites/integration/api.yaml"]);
    assert_eq!(api.code, Some(0), "{api:?}");
    let record = ask(&["record"]);
    assert_eq!(record.code, Some(2), "{record:?}");
}
