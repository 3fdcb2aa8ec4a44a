//! `load` and `calibrate` against small shops of these tests, which take as long as they are told to.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::project::{Project, Said, said};

const SUITE: &str = "\
suite: shop
level: load
targets: [old, new]
load:
  - name: shoppers
    requests:
      - { name: list, get: \"${api}/products\", expect: { status: 200 } }
    users: 4
    hold: 2s
    warm_up: 100ms
";

/// Is a shop that answers after a while.
struct Shop {
    url: String,
    /// How long an answer takes, in milliseconds; from 10 s on it hangs up instead.
    takes: Arc<AtomicU64>,
    asked: Arc<AtomicU64>,
}

const DEAD: u64 = 10_000;

impl Shop {
    fn taking(ms: u64) -> Self {
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

    /// Dies once it was asked so often.
    fn die_after(&self, requests: u64) {
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
fn project(old: &Shop, new: &Shop) -> Project {
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
fn command(project: &Project, arguments: &[&str]) -> Command {
    let mut command = project.command(arguments);
    command.env("PROOFMARK_ENV", "new").env("COLUMNS", "100");
    command.env("DOCKER_HOST", "unix:///nonexistent/docker.sock").env("PATH", "/nonexistent");
    command
}

fn run(project: &Project, arguments: &[&str]) -> Said {
    said(&command(project, arguments).output().unwrap())
}

/// Gives outcome, reason and message of a check of a JSON report.
fn result(report: &Said, id: &str) -> (String, String, String) {
    let json: Value = serde_json::from_str(&report.stdout).unwrap();
    let results = json["run"]["results"].as_array().unwrap();
    let found = results.iter().find(|result| result["check"]["id"] == id);
    let found = found.unwrap_or_else(|| panic!("{id} is not in {}", report.stdout));
    let of = |key: &str| found[key].as_str().unwrap_or_default().to_owned();
    (of("outcome"), of("reason"), of("message"))
}

/// Gives the lines of a file of rounds below its head.
fn rows(project: &Project, file: &str) -> Vec<String> {
    let text = std::fs::read_to_string(project.path().join(file)).unwrap();
    text.lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn without_rounds_it_is_the_load_level_of_the_suites() {
    let shop = Shop::taking(5);
    let project = project(&shop, &shop);
    let listed = run(&project, &["load", "--list"]);
    assert_eq!((listed.code, listed.stdout.trim()), (0, "load/shop/shoppers"));
    let foreseen = run(&project, &["load", "--dry-run"]);
    assert_eq!(foreseen.code, 0, "{}", foreseen.stdout);
    assert_eq!(shop.asked.load(Ordering::Relaxed), 0);
    let once = run(&project, &["load", "--format", "json", "--report", "load.xml"]);
    assert_eq!(once.code, 0, "{}", once.stdout);
    assert_eq!(result(&once, "load/shop/shoppers: response time").0, "pass");
    assert!(project.path().join("load.xml").exists());
    let elsewhere = said(&command(&project, &["load", "nobody"]).output().unwrap());
    assert_eq!(elsewhere.code, 4, "{}", elsewhere.stderr);
}

#[test]
fn what_could_have_no_effect_or_not_be_kept_is_refused_before_anything_is_loaded() {
    let shop = Shop::taking(5);
    let project = project(&shop, &shop);
    let options =
        [["--tolerance", "5%"], ["--gating", "p95"], ["--error-budget", "2%"], ["--seed", "7"]];
    for option in options {
        let once = run(&project, &[&["load"], &option[..]].concat());
        assert_eq!(once.code, 2, "{}{}", once.stdout, once.stderr);
        assert!(once.stderr.contains(&format!("{} has no effect", option[0])), "{}", once.stderr);
    }
    project.file("out/kept", "");
    let folder = run(&project, &["load", "--paired", "old", "--out", "out"]);
    assert_eq!(folder.code, 2, "{}{}", folder.stdout, folder.stderr);
    assert!(folder.stderr.contains("out, which is a folder; name a file"), "{}", folder.stderr);
    assert_eq!(shop.asked.load(Ordering::Relaxed), 0);
}

/// Two environments with other names were one stack, which was as fast as itself and passed.
#[test]
fn two_environments_that_are_one_target_are_not_held_against_each_other() {
    let shop = Shop::taking(5);
    let project = project(&shop, &shop);
    let paired = run(&project, &["load", "--paired", "old", "--format", "json"]);
    assert_eq!(paired.code, 3, "{}{}", paired.stdout, paired.stderr);
    let (outcome, reason, message) = result(&paired, "load/shop/shoppers: rounds");
    assert_eq!((outcome.as_str(), reason.as_str()), ("inconclusive", "missing_baseline"));
    assert!(message.contains("would be held against itself"), "{message}");
    assert_eq!(shop.asked.load(Ordering::Relaxed), 0);
}

#[test]
fn a_slower_candidate_fails_in_pairs_and_its_file_has_the_same_judgement() {
    let (old, new) = (Shop::taking(15), Shop::taking(45));
    let project = project(&old, &new);
    let arguments = [
        "load",
        "--paired",
        "old",
        "--pairs",
        "6",
        "--gating",
        "p50",
        "--seed",
        "7",
        "--out",
        "out/rounds.csv",
    ];
    let paired = run(&project, &[&arguments[..], &["--format", "json"]].concat());
    assert_eq!(paired.code, 1, "{}{}", paired.stdout, paired.stderr);
    let beforehand = paired.stderr.lines().next().unwrap();
    assert!(beforehand.starts_with("6 pairs, about "), "{}", paired.stderr);
    let slower = result(&paired, "load/shop/shoppers: p50 against old");
    assert_eq!((slower.0.as_str(), slower.1.as_str()), ("fail", "regression"));
    assert_eq!(result(&paired, "load/shop/shoppers: response time").0, "pass");
    let (outcome, _, message) = result(&paired, "load/shop/shoppers: rounds");
    assert_eq!(outcome, "pass");
    assert_eq!(message, "6 pairs measured, the candidate first (seed 7)");

    let rows = rows(&project, "out/rounds.csv");
    let order = |row: &String| row.split(',').take(3).collect::<Vec<_>>().join(",");
    let mut orders: Vec<String> = rows.iter().map(order).collect();
    orders.dedup();
    let first = ["1,baseline,2", "1,candidate,1", "2,baseline,3", "2,candidate,4"];
    assert_eq!(orders[..4], first);
    assert_eq!(orders.len(), 12);
    let judged = run(&project, &["judge", "out/rounds.csv", "--gating", "p50", "--format", "json"]);
    assert_eq!(judged.code, 1, "{}{}", judged.stdout, judged.stderr);
    let own = result(&judged, "load/rounds/p50");
    assert_eq!(own, result(&paired, "load/shop/shoppers: p50 against old"));
}

#[test]
fn an_unchanged_candidate_passes_and_the_table_fits_a_hundred_columns() {
    let (old, new) = (Shop::taking(20), Shop::taking(20));
    let project = project(&old, &new);
    let arguments =
        ["load", "--paired", "old", "--pairs", "6", "--gating", "p50", "--tolerance", "60%"];
    let paired = run(&project, &arguments);
    assert_eq!(paired.code, 0, "{}{}", paired.stdout, paired.stderr);
    let table: Vec<&str> = paired.stdout.lines().take_while(|line| !line.is_empty()).collect();
    assert_eq!(table[0], "shop: shoppers against old");
    assert!(table.iter().all(|line| line.chars().count() <= 100), "{}", table.join("\n"));
    let gating = table.iter().find(|line| line.contains("p50")).unwrap();
    assert!(gating.contains("pass"), "{gating}");
    let hint = "noise never calibrated; `proofmark calibrate` measures it";
    let again = run(&project, &[&arguments[..], &["--format", "json"]].concat());
    assert!(again.stdout.contains(hint), "{}", again.stdout);
}

#[test]
fn kept_rounds_are_held_against_where_they_were_measured_and_a_slow_creep_shows() {
    let (old, new) = (Shop::taking(15), Shop::taking(15));
    let project = project(&old, &new);
    let kept = |more: &[&str]| {
        let arguments =
            ["load", "--rounds", "6", "--gating", "p50", "--tolerance", "60%", "--format", "json"];
        run(&project, &[&arguments[..], more].concat())
    };
    let nothing = kept(&["--against", "pinned"]);
    assert_eq!(nothing.code, 3, "{}", nothing.stdout);
    let lacking = result(&nothing, "load/shop/shoppers: rounds against the pinned rounds");
    assert_eq!(lacking.1, "missing_baseline");
    assert!(lacking.2.contains("`--pin`"), "{}", lacking.2);
    let pinned = kept(&["--pin"]);
    assert_eq!(pinned.code, 0, "{}{}", pinned.stdout, pinned.stderr);

    let same = kept(&["--against", "pinned"]);
    assert_eq!(same.code, 0, "{}{}", same.stdout, same.stderr);
    let order = result(&same, "load/shop/shoppers: order against the pinned rounds");
    assert!(order.2.contains("other rounds between their two"), "{}", order.2);
    new.takes.store(45, Ordering::Relaxed);
    let slower = kept(&["--against", "pinned"]);
    assert_eq!(slower.code, 1, "{}", slower.stdout);
    let against = |whom: &str| {
        let id = format!("load/shop/shoppers: p50 against the {whom}");
        result(&slower, &id).0
    };
    assert_eq!([against("pinned rounds"), against("last pass")], ["fail", "fail"]);

    let other = SUITE.replace("users: 4", "users: 3");
    project.file("suites/load/shop.yaml", &other);
    let changed = kept(&["--against", "pinned"]);
    assert_eq!(changed.code, 3, "{}", changed.stdout);
    let mismatch = result(&changed, "load/shop/shoppers: p50 against the pinned rounds");
    assert_eq!(mismatch.1, "environment_mismatch");
    assert_eq!(result(&changed, "load/shop/shoppers: response time").0, "pass");
    assert!(
        changed.stdout.contains("measured elsewhere than what was kept: load: "),
        "{}",
        changed.stdout
    );
}

#[test]
fn noise_that_was_calibrated_is_tolerated_and_told_with_its_age() {
    let (old, new) = (Shop::taking(15), Shop::taking(15));
    let project = project(&old, &new);
    let calibrated = run(
        &project,
        &["calibrate", "--env", "old", "--pairs", "6", "--tolerance", "100%", "--format", "json"],
    );
    assert_eq!(calibrated.code, 0, "{}{}", calibrated.stdout, calibrated.stderr);
    let noise = result(&calibrated, "load/shop/shoppers: p50 against itself");
    assert!(noise.2.starts_with("differs from itself by up to "), "{}", noise.2);
    let paired = run(
        &project,
        &[
            "load",
            "--paired",
            "old",
            "--pairs",
            "6",
            "--gating",
            "p50",
            "--tolerance",
            "0%",
            "--format",
            "json",
        ],
    );
    assert!(paired.stdout.contains("(measured noise tolerance)"), "{}", paired.stdout);
    assert!(paired.stdout.contains("s ago, of 6 pairs"), "{}", paired.stdout);
    let given = run(
        &project,
        &[
            "load", "--paired", "old", "--pairs", "6", "--gating", "p50", "--noise", "70%",
            "--format", "json",
        ],
    );
    assert!(!given.stdout.contains("noise calibrated"), "{}", given.stdout);
}

#[test]
fn a_target_that_dies_in_the_middle_is_never_green() {
    for dies in ["baseline", "candidate"] {
        let (old, new) = (Shop::taking(15), Shop::taking(15));
        let project = project(&old, &new);
        let dead = if dies == "baseline" { &old } else { &new };
        dead.die_after(600);
        let paired = run(&project, &["load", "--paired", "old", "--format", "json"]);
        assert!(matches!(paired.code, 1 | 3), "{dies}: {} {}", paired.code, paired.stdout);
        let (outcome, _, message) = result(&paired, "load/shop/shoppers: rounds");
        assert_eq!(outcome, "inconclusive", "{message}");
        assert!(message.contains(&format!("of the {dies}, tells nothing")), "{message}");
        assert!(message.ends_with("what there is was not judged"), "{message}");
        assert!(!paired.stdout.contains("against old"), "{}", paired.stdout);
    }
}

#[test]
fn an_interrupt_keeps_the_pairs_that_were_measured_and_says_how_many_are_missing() {
    let (old, new) = (Shop::taking(15), Shop::taking(15));
    let project = project(&old, &new);
    let arguments = ["load", "--paired", "old", "--out", "rounds.csv", "--format", "json"];
    let child = command(&project, &arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let file = project.path().join("rounds.csv");
    let began = Instant::now();
    while !std::fs::read_to_string(&file).is_ok_and(|text| text.contains("\n2,candidate")) {
        assert!(began.elapsed() < Duration::from_secs(120), "no two pairs within two minutes");
        std::thread::sleep(Duration::from_millis(50));
    }
    let id = i32::try_from(child.id()).unwrap();
    rustix::process::kill_process(
        rustix::process::Pid::from_raw(id).unwrap(),
        rustix::process::Signal::INT,
    )
    .unwrap();
    let ended = said(&child.wait_with_output().unwrap());
    assert_eq!(ended.code, 3, "{}{}", ended.stdout, ended.stderr);
    let (outcome, reason, message) = result(&ended, "load/shop/shoppers: rounds");
    assert_eq!((outcome.as_str(), reason.as_str()), ("inconclusive", "cancelled"));
    assert!(message.contains("of 10 pairs were measured"), "{message}");
    assert!(rows(&project, "rounds.csv").iter().any(|row| row.starts_with("2,candidate")));
    let judged = run(&project, &["judge", "rounds.csv", "--gating", "p50"]);
    assert_eq!(judged.code, 3, "{}", judged.stderr);
}
