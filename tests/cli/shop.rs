//! Small shops that take as long as they are told to, and projects whose environments they are.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::project::{Project, Said, said};

/// Asks for a moment only, and as often as it takes to show that at most 1 % of the requests fail: most of these tests
/// measure many rounds.
pub const SUITE: &str = "\
suite: shop
level: load
targets: [old, new]
load:
  - name: shoppers
    requests:
      - { name: list, get: \"${api}/products\", expect: { status: 200 } }
    arrivals: { rate: 600/s, for: 500ms }
";

/// Is a shop that answers after a while.
pub struct Shop {
    pub url: String,
    /// How long an answer takes, in milliseconds; from [`DEAD`] on it hangs up instead.
    takes: Arc<AtomicU64>,
    asked: Arc<AtomicU64>,
}

pub const DEAD: u64 = 10_000;

impl Shop {
    pub fn taking(ms: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shop =
            Self { url, takes: Arc::new(AtomicU64::new(ms)), asked: Arc::new(AtomicU64::new(0)) };
        let (takes, asked) = (Arc::clone(&shop.takes), Arc::clone(&shop.asked));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (takes, asked) = (Arc::clone(&takes), Arc::clone(&asked));
                std::thread::spawn(move || answer(stream, &takes, &asked));
            }
        });
        shop
    }

    /// Takes so long from now on.
    pub fn take(&self, ms: u64) {
        self.takes.store(ms, Ordering::Relaxed);
    }

    /// Gives how often it was asked.
    pub fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// Dies once it was asked so often.
    pub fn die_after(&self, requests: u64) {
        let (takes, asked) = (Arc::clone(&self.takes), Arc::clone(&self.asked));
        std::thread::spawn(move || {
            while asked.load(Ordering::Relaxed) < requests {
                std::thread::sleep(Duration::from_millis(5));
            }
            takes.store(DEAD, Ordering::Relaxed);
        });
    }
}

fn answer(mut stream: TcpStream, takes: &AtomicU64, asked: &AtomicU64) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    loop {
        let mut line = String::new();
        if !reader.read_line(&mut line).is_ok_and(|read| read > 0) {
            return;
        }
        if line != "\r\n" {
            continue;
        }
        asked.fetch_add(1, Ordering::Relaxed);
        let ms = takes.load(Ordering::Relaxed);
        if ms >= DEAD {
            return;
        }
        std::thread::sleep(Duration::from_millis(ms));
        let response = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok";
        if stream.write_all(response.as_bytes()).is_err() {
            return;
        }
    }
}

/// Makes a project of two environments, one a shop each.
pub fn project(old: &Shop, new: &Shop) -> Project {
    let (old, new) = (&old.url, &new.url);
    let project = Project::with_settings(&format!(
        "\
project: shop
base: {{ access: http }}
environments:
  old: {{ services: {{ api: {{ port: 8000, url: \"{old}\" }} }} }}
  new: {{ services: {{ api: {{ port: 8000, url: \"{new}\" }} }} }}
"
    ));
    project.file("suites/load/shop.yaml", SUITE);
    project
}

/// Prepares a command about the candidate, where no Docker is to be found.
pub fn command(project: &Project, arguments: &[&str]) -> Command {
    let mut command = project.command(arguments);
    command.env("PROOFMARK_ENV", "new").env("COLUMNS", "100");
    command.env("DOCKER_HOST", "unix:///nonexistent/docker.sock").env("PATH", "/nonexistent");
    command
}

pub fn run(project: &Project, arguments: &[&str]) -> Said {
    said(&command(project, arguments).output().unwrap())
}

/// Runs a command that measures, again where the generator says that it was kept from its core: what else
/// these tests and the host do takes it for a moment, which is told rather than judged.
pub fn measured(project: &Project, arguments: &[&str]) -> Said {
    let ask = || run(project, arguments);
    let kept_from_its_core = |said: &Said| said.stdout.contains("the generator sent");
    let said = (1..5).map(|_| ask()).find(|said| !kept_from_its_core(said));
    said.unwrap_or_else(ask)
}

/// Holds the candidate against `old` in six pairs by their p50, and says `more`.
pub fn in_pairs(project: &Project, more: &[&str]) -> Said {
    let arguments = ["load", "--paired", "old", "--pairs", "6", "--gating", "p50"];
    measured(project, &[&arguments[..], more].concat())
}

/// Gives outcome, reason and message of a check of a JSON report.
pub fn result(report: &Said, id: &str) -> (String, String, String) {
    let json: Value = serde_json::from_str(&report.stdout).unwrap();
    let results = json["run"]["results"].as_array().unwrap();
    let found = results.iter().find(|result| result["check"]["id"] == id);
    let found = found.unwrap_or_else(|| panic!("{id} is not in {}", report.stdout));
    let of = |key: &str| found[key].as_str().unwrap_or_default().to_owned();
    (of("outcome"), of("reason"), of("message"))
}

/// Gives the lines of a file of rounds below its head.
pub fn rows(project: &Project, file: &str) -> Vec<String> {
    let text = std::fs::read_to_string(project.path().join(file)).unwrap();
    text.lines().skip(1).map(str::to_owned).collect()
}

/// Interrupts a command, as Ctrl-C does, and gives what it said.
pub fn interrupted(child: Child) -> Said {
    let id = i32::try_from(child.id()).unwrap();
    let id = rustix::process::Pid::from_raw(id).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    said(&child.wait_with_output().unwrap())
}
