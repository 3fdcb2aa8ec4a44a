//! Environments that are reached by their URLs, asked from a host without Docker, and what a team
//! expects and accepts of them.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::project::{Project, Said, said};

const SUITE: &str = "\
suite: shop
level: e2e
cases:
  - name: the shop answers
    steps:
      - get: ${api}/health
        expect: { status: 200 }
  - name: the shop writes and its container is well
    steps:
      - post: ${api}/orders
        expect: { status: 200 }
      - container: api
        expect: { state: running }
";

const BASELINE: &str = "\
---
info:
  status: draft
  environment: local
  project: shop
---
service: api
portable:
  health.path: /health
  health.status: 200
  security.privileged: false
  user: app
local:
  ports.8000/tcp.host: 127.0.0.1:8000
";

/// Is a shop of one service that answers every request with one status, and remembers each.
struct Shop {
    project: Project,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Shop {
    /// Starts one that answers `status`; `more` lines belong to environment production.
    fn answering(status: u16, more: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let remembered = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let asked = Arc::clone(&remembered);
                std::thread::spawn(move || answer(stream, status, &asked));
            }
        });
        let project = Project::with_settings(&format!(
            "\
project: shop
base:
  rollback: {{ probe_interval: 1ms }}
  services:
    api: {{ port: 8000, health: /health }}
environments:
  local: {{}}
  production:
    access: http
    services: {{ api: {{ url: \"http://{at}\" }} }}
{more}"
        ));
        project.file("baselines/api.snap.new", BASELINE);
        let shop = Self { project, asked };
        let accepted = shop.run(&["accept", "--all", "--by", "a test"]);
        assert_eq!(accepted.code, 0, "{}", accepted.stderr);
        shop
    }

    /// Runs a command on production, where neither an engine nor a docker command is to be found.
    fn run(&self, arguments: &[&str]) -> Said {
        let mut command: Command = self.project.command(arguments);
        command.env_remove("CI").env("PROOFMARK_ENV", "production");
        command.env("DOCKER_HOST", "unix:///nonexistent/docker.sock").env("PATH", "/nonexistent");
        said(&command.output().unwrap())
    }

    /// Writes a waiver of the drift of the health endpoint's status.
    fn waive(&self, expires: &str, more: &str) {
        let waiver = format!(
            "waivers:\n  - check: drift/api/health.status\n    reason: the api is being moved\n    owner: ana\n    expires: {expires}\n    targets: [production]\n{more}"
        );
        self.project.file("waivers.yaml", &waiver);
    }
}

fn answer(mut stream: TcpStream, status: u16, asked: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    loop {
        let mut head = String::new();
        if !reader.read_line(&mut head).is_ok_and(|read| read > 0) {
            return;
        }
        asked.lock().unwrap().push(head.split(" HTTP/").next().unwrap().to_owned());
        let mut length = 0;
        loop {
            let mut line = String::new();
            if !reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                break;
            }
            if let Some(given) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = given.trim().parse().unwrap();
            }
        }
        std::io::Read::read_exact(&mut reader, &mut vec![0; length]).unwrap();
        let response = format!(
            "HTTP/1.1 {status} x\r\ncontent-type: text/plain\r\nx-content-type-options: nosniff\r\ncontent-length: 2\r\n\r\nok"
        );
        if stream.write_all(response.as_bytes()).is_err() {
            return;
        }
    }
}

/// Gives outcome, reason and message of one check of a JSON report.
fn result(report: &Said, id: &str) -> (String, String, String) {
    let json: Value = serde_json::from_str(&report.stdout).unwrap();
    let results = json["run"]["results"].as_array().unwrap();
    let of = |result: &Value, key: &str| result[key].as_str().unwrap_or_default().to_owned();
    let found = results.iter().find(|result| result["check"]["id"] == id);
    let found = found.unwrap_or_else(|| panic!("{id} is not in {}", report.stdout));
    (of(found, "outcome"), of(found, "reason"), of(found, "message"))
}

#[test]
fn what_the_urls_answer_is_judged_and_what_they_do_not_show_is_not_known() {
    let shop = Shop::answering(200, "");
    let diff = shop.run(&["diff", "--format", "json"]);
    assert_eq!(diff.code, 3, "{}", diff.stderr);
    assert_eq!(result(&diff, "drift/api/health.status").0, "pass");
    assert_eq!(result(&diff, "drift/api/health.path").0, "pass");
    let (outcome, reason, message) = result(&diff, "drift/api/security.privileged");
    assert_eq!((outcome.as_str(), reason.as_str()), ("inconclusive", "not_observed"));
    assert_eq!(
        message,
        "whether security.privileged still is as recorded shows only through an engine, and production has `access: http`"
    );
    // The fact that is local to the place of the recording is not asked here.
    assert!(!diff.stdout.contains("ports.8000"), "{}", diff.stdout);
    let health = shop.run(&["check", "health"]);
    assert_eq!(health.code, 0, "{}", health.stdout);
    assert!(health.stdout.contains("shows only through an engine"), "{}", health.stdout);
    let gate = shop.run(&["gate"]);
    assert_eq!(gate.code, 3, "{}", gate.stdout);
}

#[test]
fn a_host_without_docker_lacks_nothing_for_such_a_target() {
    let doctor = Shop::answering(200, "").run(&["doctor", "--format", "json"]);
    assert_eq!(doctor.code, 0, "{}", doctor.stdout);
    assert_eq!(result(&doctor, "preflight/host/engine").0, "skipped");
}

#[test]
fn a_case_that_would_look_at_a_container_is_not_begun() {
    let shop = Shop::answering(200, "");
    shop.project.file("suites/e2e/shop.yaml", SUITE);
    let tested = shop.run(&["test", "--format", "json"]);
    assert_eq!(tested.code, 3, "{}", tested.stderr);
    assert_eq!(result(&tested, "e2e/shop/the shop answers").0, "pass");
    let unseen = result(&tested, "e2e/shop/the shop writes and its container is well");
    assert_eq!((unseen.0.as_str(), unseen.1.as_str()), ("inconclusive", "not_observed"));
    assert_eq!(*shop.asked.lock().unwrap(), ["GET /health"]);
    let alone = shop.run(&["test", "answers"]);
    assert_eq!(alone.code, 0, "{}", alone.stdout);
}

#[test]
fn what_would_change_or_record_such_a_target_is_refused() {
    let shop = Shop::answering(200, "");
    for arguments in [&["record"][..], &["deploy", "--release", "1.0.0"], &["rollback"]] {
        let said = shop.run(arguments);
        assert_eq!(said.code, 2, "{arguments:?}: {}", said.stderr);
        assert!(said.stderr.contains("write `access: engine`"), "{}", said.stderr);
    }
    assert!(shop.asked.lock().unwrap().is_empty());
}

#[test]
fn an_accepted_failure_is_waived_until_its_day_and_fails_again_after_it() {
    let shop = Shop::answering(503, "");
    shop.waive("2999-12-31", "");
    let waived = shop.run(&["diff", "--format", "json"]);
    assert_eq!(waived.code, 3, "{}", waived.stderr);
    let (outcome, reason, message) = result(&waived, "drift/api/health.status");
    assert_eq!((outcome.as_str(), reason.as_str()), ("waived", "changed"));
    assert_eq!(
        message,
        "health.status was 200 and is 503; accepted by ana until 2999-12-31: the api is being moved"
    );
    let report: Value = serde_json::from_str(&waived.stdout).unwrap();
    assert_eq!(report["counts"]["waived"], 1);
    let of_waiver = |key: &str| {
        let results = report["run"]["results"].as_array().unwrap();
        results.iter().find_map(|r| r["waiver"][key].as_str()).unwrap().to_owned()
    };
    assert_eq!(["owner", "expires"].map(of_waiver), ["ana", "2999-12-31"]);

    shop.waive("2020-01-01", "");
    let expired = shop.run(&["diff", "--format", "json"]);
    assert_eq!(expired.code, 1, "{}", expired.stderr);
    let (outcome, _, message) = result(&expired, "drift/api/health.status");
    assert_eq!(outcome, "fail");
    assert_eq!(
        message,
        "health.status was 200 and is 503; the waiver of ana expired on 2020-01-01"
    );
}

#[test]
fn only_the_value_that_was_accepted_is_waived() {
    let shop = Shop::answering(503, "");
    shop.waive("2999-12-31", "    value: 500\n");
    let other = shop.run(&["diff", "--format", "json"]);
    assert_eq!(other.code, 1, "{}", other.stderr);
    let (outcome, _, message) = result(&other, "drift/api/health.status");
    assert_eq!(outcome, "fail");
    assert!(message.ends_with("; ana accepted 500, and not this"), "{message}");
    shop.waive("2999-12-31", "    value: 503\n");
    let same = shop.run(&["diff", "--format", "json"]);
    assert_eq!(result(&same, "drift/api/health.status").0, "waived");
}

#[test]
fn a_waiver_that_is_not_needed_is_told_and_changes_no_verdict() {
    let shop = Shop::answering(200, "");
    shop.waive("2999-12-31", "");
    let diff = shop.run(&["diff", "--format", "json"]);
    assert_eq!(diff.code, 3, "{}", diff.stderr);
    let (outcome, reason, message) = result(&diff, "waiver/waivers/drift/api/health.status");
    assert_eq!((outcome.as_str(), reason.as_str()), ("fail", "stale"));
    assert!(message.starts_with("the check holds; take the waiver of ana out"), "{message}");
    let health = shop.run(&["check", "health", "--format", "json"]);
    assert_eq!(health.code, 0, "{}", health.stdout);
}

#[test]
fn what_the_environment_expects_stands_in_place_of_what_was_recorded() {
    let shop = Shop::answering(503, "    expect: { api: { health.status: 503, user: null } }\n");
    let diff = shop.run(&["diff", "--format", "json"]);
    assert_eq!(diff.code, 3, "{}", diff.stderr);
    let (outcome, _, message) = result(&diff, "drift/api/health.status");
    assert_eq!((outcome.as_str(), message.as_str()), ("pass", "as production expects"));
    let (outcome, _, message) = result(&diff, "drift/api/user");
    assert_eq!(outcome, "inconclusive");
    assert!(message.starts_with("whether user is as expected shows only"), "{message}");
    let origins = shop.run(&["config", "show", "--origins"]);
    let line = origins.stdout.lines().find(|line| line.starts_with("expect.api.user")).unwrap();
    assert!(line.contains("null") && line.contains("proofmark.yaml:11:"), "{line}");

    let loud = Shop::answering(200, "    expect: { api: { health.status: 503 } }\n");
    let diff = loud.run(&["diff", "--format", "json"]);
    assert_eq!(diff.code, 1, "{}", diff.stderr);
    let (_, _, message) = result(&diff, "drift/api/health.status");
    assert_eq!(message, "health.status is 200, and production expects 503");
}
