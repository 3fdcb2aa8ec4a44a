//! What a run of trials leaves in its report files.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use super::{Arguments, Harness, Trial};
use crate::config::Variables;
use crate::model::Exit;
use crate::report::refused;
use crate::suite::Level;

/// Answers `/flaky` well from its second question on, and everything else with 404.
fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer(stream, &asked);
        }
    });
    url
}

fn answer(mut stream: TcpStream, asked: &AtomicUsize) {
    let mut line = String::new();
    BufReader::new(stream.try_clone().unwrap()).read_line(&mut line).unwrap();
    let is_flaky = line.starts_with("GET /flaky ");
    let holds = is_flaky && asked.fetch_add(1, Ordering::Relaxed) > 0;
    let status = if holds { 200 } else { 404 };
    let head = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let _ = stream.write_all(head.as_bytes());
}

fn project(folder: &Path) {
    let settings = format!(
        "\
project: shop
base:
  access: http
  services: {{ api: {{ url: \"{}\" }} }}
  profiles: {{ ci: {{ retries: 2 }} }}
environments: {{ local: {{}} }}
",
        server()
    );
    let suite = "\
suite: s
level: e2e
cases:
  - { name: flaky, steps: [{ get: '${api}/flaky', expect: { status: 200 } }] }
  - { name: fails, steps: [{ get: '${api}/', expect: { status: 200 } }] }
  - { name: left out, steps: [{ get: '${api}/', expect: { status: 404 } }] }
";
    std::fs::create_dir_all(folder.join("suites/e2e")).unwrap();
    std::fs::write(folder.join("proofmark.yaml"), settings).unwrap();
    std::fs::write(folder.join("suites/e2e/s.yaml"), suite).unwrap();
}

/// Runs the trials of the project and two in code, of which one panics.
fn run(folder: &Path, variables: &[(&str, &str)]) -> ExitCode {
    let variable = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let harness = Harness {
        variables: variables.iter().map(variable).collect::<Variables>(),
        ..Harness::from_process(folder)
    };
    let holds = Trial::new(Level::E2e, "code", "holds", |_| async { Ok(()) });
    let breaks = Trial::new(Level::E2e, "code", "breaks", |context| async move {
        assert!(context.url("nobody").is_ok(), "on purpose");
        Ok(())
    });
    let arguments = Arguments::from_iter(["trials", "--quiet", "--skip", "left out"]);
    harness.with(holds).with(breaks).run(&arguments)
}

#[test]
fn trials_are_asked_again_as_the_profile_says_and_every_report_tells_the_same_of_them() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let reports = "out.xml, out/run.json,out.tap";
    let asked = [("PROOFMARK_PROFILE", "ci"), ("PROOFMARK_REPORT", reports)];
    assert_eq!(run(folder.path(), &asked), ExitCode::from(101), "two of four do not hold");
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();

    let json: Value = serde_json::from_str(&read("out/run.json")).unwrap();
    let results = json["run"]["results"].as_array().unwrap();
    let told: Vec<String> = results
        .iter()
        .map(|result| {
            let attempts = result["attempts"]["others"].as_array().map_or(1, |all| all.len() + 1);
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            format!("{} {} {attempts}", text(&result["check"]["id"]), text(&result["outcome"]))
        })
        .collect();
    assert_eq!(
        told,
        [
            "e2e/s/flaky pass 2",
            "e2e/s/fails fail 3",
            "e2e/code/holds pass 1",
            "e2e/code/breaks fail 3",
        ]
    );
    assert_eq!(json["judgement"]["verdict"], "fail");
    assert_eq!(json["run"]["command"], "cargo test");

    let xml = read("out.xml");
    assert_eq!(refused(&xml), None);
    assert!(xml.contains("tests=\"4\"") && xml.contains("<flakyFailure"), "{xml}");
    assert!(read("out.tap").contains("1..4"), "{}", read("out.tap"));
}

#[test]
fn what_cannot_be_reported_is_refused_before_a_trial_runs() {
    let folder = tempfile::tempdir().unwrap();
    project(folder.path());
    let refused = ExitCode::from(Exit::Refused);
    for asked in [
        &[("PROOFMARK_REPORT", "out.doc")][..],
        &[("PROOFMARK_REPORT", "out.xml"), ("NEXTEST", "1")],
        &[("PROOFMARK_PROFILE", "ic")],
    ] {
        assert_eq!(run(folder.path(), asked), refused, "{asked:?}");
    }
    assert!(!folder.path().join("out.xml").exists());
}
