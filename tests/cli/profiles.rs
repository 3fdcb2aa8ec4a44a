//! How a run is performed, as a profile says it: retries, limits, slow cases.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::project::Project;

/// Serves `/flaky`, which answers well from its second question on, and `/hangs`, which never does.
fn project(more: &str) -> (Project, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let remembered = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let asked = Arc::clone(&remembered);
            std::thread::spawn(move || answer(stream, &asked));
        }
    });
    let project = Project::with_settings(&format!(
        "\
project: shop
base:
  access: http
  services: {{ api: {{ port: 8000, url: \"http://{at}\" }} }}
  profiles:
    ci: {{ retries: 2 }}
    strict: {{ retries: 2, flaky_result: fail }}
{more}
environments: {{ local: {{}} }}
"
    ));
    let case = |name: &str| {
        format!(
            "  - {{ name: {name}, steps: [{{ get: '${{api}}/{name}/${{unique}}', expect: {{ status: 200 }} }}] }}\n"
        )
    };
    let cases = ["flaky", "hangs"].map(case).concat();
    project.file("suites/e2e/s.yaml", &format!("suite: s\nlevel: e2e\ncases:\n{cases}"));
    (project, asked)
}

fn answer(mut stream: TcpStream, asked: &Mutex<Vec<String>>) {
    let mut line = String::new();
    BufReader::new(stream.try_clone().unwrap()).read_line(&mut line).unwrap();
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let before = {
        let mut asked = asked.lock().unwrap();
        asked.push(path.clone());
        asked.len() - 1
    };
    if path.starts_with("/hangs") {
        std::thread::park();
    }
    let status = if before == 0 { 503 } else { 200 };
    let head = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let _ = stream.write_all(head.as_bytes());
}

#[test]
fn a_case_that_holds_only_when_asked_again_is_flaky_in_every_report() {
    let (project, asked) = project("");
    let reports = ["--report", "out.xml", "--report", "out.txt", "--report", "out.html"];
    let arguments =
        [&["test", "flaky", "--profile", "ci", "--format", "json"][..], &reports].concat();
    let said = project.run(&arguments);
    assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
    let json: Value = serde_json::from_str(&said.stdout).unwrap();
    let result = &json["run"]["results"][0];
    assert_eq!((&result["outcome"], &result["attempts"]["at_most"]), (&"pass".into(), &3.into()));
    assert_eq!(result["attempts"]["others"][0]["outcome"], "fail");
    let asked = asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[1], format!("{}-2", asked[0]), "each attempt has a text of its own");
    let read = |name: &str| std::fs::read_to_string(project.path().join(name)).unwrap();
    assert!(read("out.xml").contains("<flakyFailure"), "{}", read("out.xml"));
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/junit.xsd");
    let mut strict = std::process::Command::new("xmllint");
    strict.args(["--noout", "--schema", schema, "out.xml"]).current_dir(project.path());
    let strict = strict.output().expect("xmllint is there: scripts/host.sh installs it");
    assert!(strict.status.success(), "{}", String::from_utf8_lossy(&strict.stderr));
    assert!(read("out.txt").contains("FLAKY 2/3"), "{}", read("out.txt"));
    assert!(read("out.html").contains("FLAKY 2/3"));
    assert!(said.stderr.contains("e2e/s/flaky: attempt 1 fail"), "{}", said.stderr);
}

#[test]
fn a_flaky_case_fails_under_a_profile_that_says_so() {
    let (project, _) = project("");
    let said = project.run(&["test", "flaky", "--profile", "strict", "--format", "json"]);
    assert_eq!(said.code, 1, "{}{}", said.stdout, said.stderr);
    assert!(said.stdout.contains("\"reason\": \"flaky\""), "{}", said.stdout);
}

#[test]
fn without_retries_in_the_profile_nothing_is_asked_again() {
    let (project, asked) = project("");
    assert_eq!(project.run(&["test", "flaky"]).code, 1);
    assert_eq!(asked.lock().unwrap().len(), 1);
}

#[test]
fn past_the_time_of_the_run_what_is_left_is_inconclusive() {
    let (project, _) = project("    default: { slow_after: 50ms }");
    let said = project.run(&["test", "--timeout", "2s", "--jobs", "1", "--format", "json"]);
    let json: Value = serde_json::from_str(&said.stdout).unwrap();
    let hangs = &json["run"]["results"][1];
    assert_eq!((said.code, &hangs["reason"]), (1, &Value::from("timed_out")), "{}", said.stdout);
    assert_eq!(hangs["slow"], true);
    assert!(said.stderr.contains("e2e/s/hangs is still under way after 50ms"), "{}", said.stderr);
}

#[test]
fn a_profile_that_is_not_there_is_refused_with_the_one_that_was_meant() {
    let (project, asked) = project("");
    let said = project.run(&["test", "--profile", "strikt"]);
    assert_eq!(said.code, 2, "{}", said.stdout);
    assert_eq!(said.stderr, "error: there is no profile `strikt`; did you mean `strict`?\n");
    assert!(asked.lock().unwrap().is_empty());
}
