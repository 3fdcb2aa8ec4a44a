//! What a load shows while it runs, and what stands in its reports.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::project::{Project, said};

const SUITE: &str = "\
suite: shop
level: load
targets: [production]
load:
  - name: shoppers
    requests:
      - name: health
        get: ${api}/health
        expect: { status: 200 }
    users: 2
    think: 10ms
    hold: 4s
    warm_up: 1s
";

/// Makes a project whose only service answers every request with 200.
fn shop() -> Project {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(&stream));
        }
    });
    let project = Project::with_settings(&format!(
        "\
project: shop
base:
  services:
    api: {{ port: 8000, health: /health }}
environments:
  production:
    access: http
    services: {{ api: {{ url: \"http://{at}\" }} }}
"
    ));
    project.file("suites/load/shop.yaml", SUITE);
    project
}

/// Answers one request after the other.
fn answer(stream: &TcpStream) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
        }
        let mut writer = stream;
        if writer.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").is_err() {
            return;
        }
    }
}

/// Gives a port that nothing listened at a moment ago.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Reads the metrics at a port; nothing where nobody listens.
fn scraped(port: u16) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    Some(text)
}

const LOAD: [&str; 5] = ["test", "--env", "production", "--level", "load"];

#[test]
fn a_load_is_scraped_while_it_runs_and_written_in_every_form_of_its_numbers() {
    let (project, port) = (shop(), free_port());
    let address = port.to_string();
    let mut command = project.command(&LOAD);
    command.args(["--metrics", &address]);
    for file in ["load.csv", "load.hlog", "load.html", "load.md"] {
        command.args(["--report", file]);
    }
    let running = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let counted = "proofmark_load_requests_total{case=\"shop: shoppers\",request=\"health\",outcome=\"correct\"}";
    let patience = Instant::now() + Duration::from_secs(60);
    let seen = loop {
        let text = scraped(port).filter(|text| text.contains(counted));
        if let Some(text) = text {
            break text;
        }
        assert!(Instant::now() < patience, "no number was ever scraped");
        std::thread::sleep(Duration::from_millis(100));
    };
    assert!(seen.contains("text/plain; version=0.0.4"), "{seen}");
    let said = said(&running.wait_with_output().unwrap());
    assert!(said.stdout.contains("request  count"), "{}\n{}", said.stdout, said.stderr);
    assert!(said.stderr.contains(&format!("metrics at http://127.0.0.1:{port}/metrics")));
    assert_eq!(scraped(port), None, "it ends with the run");
    let read = |file: &str| std::fs::read_to_string(project.path().join(file)).unwrap();
    assert!(read("load.csv").lines().any(|row| row.starts_with("shop,shoppers,second,,0,sent,")));
    assert!(read("load.hlog").lines().any(|row| row.starts_with("Tag=shop/shoppers/health,")));
    assert!(read("load.html").contains("Response times by percentile"));
    assert!(read("load.md").contains("| request | sent |"));
}

#[test]
fn an_address_that_cannot_be_served_is_refused_before_anything_is_asked() {
    let project = shop();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let refused = project.run(&[&LOAD[..], &["--metrics", &port]].concat());
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(refused.stderr.contains("give another port with --metrics PORT"), "{}", refused.stderr);
    let nowhere = project.run(&[&LOAD[..], &["--metrics", "somewhere"]].concat());
    assert_eq!(nowhere.code, 2, "{}", nowhere.stderr);
    assert!(nowhere.stderr.contains("write a port"), "{}", nowhere.stderr);
    assert!(!project.path().join(".proofmark").exists(), "{:?}", project.files());
}
