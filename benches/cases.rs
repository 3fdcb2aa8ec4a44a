//! What many cases of one request each cost, beside hurl with the same requests and a bare loop over the
//! same client, in turn against one keep-alive server on loopback; and how the memory grows with them.

#![expect(clippy::unwrap_used, reason = "a benchmark may end by panicking")]

mod cost;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{StreamExt, stream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use cost::{Cost, cost, spread};

const CASES: usize = 2_000;
/// In how many suites they are; hurl has each in a file of its own.
const SPREAD: usize = 20;
const JOBS: usize = 8;
/// How many bytes the history keeps of a case that holds.
const KEPT_A_CASE: usize = 248;
const ROUNDS: usize = 31;
/// How many cases are listed, and in how many suites.
const LISTED: usize = 10_000;
const SUITES: [usize; 3] = [1, 10, 100];
const BODY: &str = r#"{"sku":"mug-01","stock":7}"#;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["bare", url, cases] => return bare(url, cases.parse().unwrap()).await,
        ["least", url, cases, suites, history] => {
            return least(url, cases.parse().unwrap(), suites.as_ref(), history.as_ref()).await;
        }
        _ => {}
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(listener));
    tokio::task::spawn_blocking(move || compare(&url)).await.unwrap();
}

/// Answers every request of every connection, one after the other.
async fn serve(listener: TcpListener) {
    loop {
        let (socket, _) = listener.accept().await.unwrap();
        tokio::spawn(answer(socket));
    }
}

async fn answer(mut socket: TcpStream) {
    let response = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{BODY}",
        BODY.len()
    );
    let mut buffer = [0; 4096];
    // The requests are small and each client waits for its answer: one read is one request.
    while socket.read(&mut buffer).await.is_ok_and(|read| read > 0) {
        if socket.write_all(response.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// Is the least that could be done: the same client, the same number under way, the status looked at.
async fn bare(url: &str, cases: usize) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let asked = stream::iter(0..cases).map(|number| {
        let request = client.get(format!("{url}/products/{number}"));
        async move {
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), 200);
            assert_eq!(response.bytes().await.unwrap(), BODY);
        }
    });
    asked.buffer_unordered(JOBS).collect::<Vec<()>>().await;
}

/// Is the least of what any runner of suites does: their YAML taken apart on all cores and let go of, the bare loop, and
/// a history that is as long as ours kept.
async fn least(url: &str, cases: usize, suites: &Path, history: &Path) {
    let files: Vec<PathBuf> =
        std::fs::read_dir(suites).unwrap().map(|file| file.unwrap().path()).collect();
    let next = AtomicUsize::new(0);
    let take_apart = || {
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            let text = std::fs::read_to_string(file).unwrap();
            let events = granit_parser::Parser::new_from_str(&text);
            assert!(events.map(Result::unwrap).count() > 0);
        }
    };
    std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().unwrap().get();
        (0..cores).for_each(|_| drop(scope.spawn(take_apart)));
    });
    bare(url, cases).await;
    let history = rusqlite::Connection::open(history).unwrap();
    history.pragma_update(None, "page_size", 16 << 10).unwrap();
    history.execute("CREATE TABLE IF NOT EXISTS runs (run TEXT NOT NULL) STRICT", []).unwrap();
    let run = format!("{{\"results\":[{}]}}", vec!["x".repeat(KEPT_A_CASE); cases].join(","));
    history.execute("INSERT INTO runs VALUES (?1)", [run]).unwrap();
}

fn compare(url: &str) {
    let home = tempfile::tempdir().unwrap();
    let ours = project(&home.path().join("ours"), url, SPREAD, CASES);
    let theirs = hurl_files(&home.path().join("hurl"), url);
    let run = || proofmark(&ours, &["test", "--jobs", &JOBS.to_string()]);
    let itself = || Command::new(std::env::current_exe().unwrap());
    let loops = || {
        let mut command = itself();
        command.args(["bare", url, &CASES.to_string()]);
        command
    };
    let least = || {
        let mut command = itself();
        command.args(["least", url, &CASES.to_string()]);
        command.arg(ours.join("suites/integration")).arg(home.path().join("least.db"));
        command
    };
    let hurl = || {
        let mut command = Command::new("hurl");
        command.args(["--test", "--jobs", &JOBS.to_string()]).arg(&theirs);
        command
    };
    let has_hurl = Command::new("hurl").arg("--version").output().is_ok();
    println!(
        "{CASES} cases of one request in {SPREAD} suites, {JOBS} at once, {ROUNDS} rounds in turn: median [least..most]"
    );
    let mut samples: [Vec<Cost>; 4] = Default::default();
    for round in 0..ROUNDS {
        // Whoever goes first changes, so that nobody always finds the caches warm.
        for turn in 0..samples.len() {
            let who = (round + turn) % samples.len();
            let command = match who {
                0 => run(),
                1 => loops(),
                2 => least(),
                _ if has_hurl => hurl(),
                _ => continue,
            };
            samples[who].push(cost(command, "").0);
        }
    }
    let [ours, bare, least, theirs] = &samples;
    row("proofmark test", ours, None);
    row("bare loop", bare, Some(ours));
    row("least there is", least, Some(ours));
    if has_hurl {
        row("hurl --test", theirs, Some(ours));
    } else {
        println!("hurl is not there: scripts/host.sh --bench installs it");
    }

    println!("\nresident memory at its peak");
    for cases in [500, 1_000, 2_000, 4_000, 8_000] {
        let project = project(&home.path().join(cases.to_string()), url, 1, cases);
        let (cost, _) = cost(proofmark(&project, &["test"]), "");
        println!("{cases:>6} cases  {:>6.1} MiB", cost.memory);
    }

    println!("\n{LISTED} cases listed");
    for suites in SUITES {
        let many = project(&home.path().join(format!("{suites} suites")), url, suites, LISTED);
        let listed: Vec<Cost> =
            (0..ROUNDS).map(|_| cost(proofmark(&many, &["test", "--list"]), "").0).collect();
        row(&format!("of {suites} suites"), &listed, None);
    }
}

fn row(name: &str, samples: &[Cost], ours: Option<&[Cost]>) {
    let of = |cost: fn(&Cost) -> f64| spread(samples.iter().map(cost).collect(), 0);
    let (wall, cpu, memory) = (of(|c| c.wall), of(|c| c.cpu), of(|c| c.memory));
    print!("{name:<15} wall {wall:<22} ms  CPU {cpu:<22} ms  memory {memory} MiB");
    if let Some(ours) = ours {
        let ratio = |cost: fn(&Cost) -> f64| {
            spread(ours.iter().zip(samples).map(|(ours, it)| cost(ours) / cost(it)).collect(), 2)
        };
        print!(
            "; proofmark takes {} of its wall, {} of its CPU",
            ratio(|c| c.wall),
            ratio(|c| c.cpu)
        );
    }
    println!();
}

fn proofmark(project: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_proofmark"));
    command.current_dir(project).args(arguments);
    command
}

/// Writes a project of so many suites that have so many cases between them.
fn project(folder: &Path, url: &str, suites: usize, cases: usize) -> PathBuf {
    std::fs::create_dir_all(folder.join("suites/integration")).unwrap();
    let settings = format!(
        "project: many\nbase:\n  access: http\n  services: {{ shop: {{ url: \"{url}\" }} }}\nenvironments: {{ local: {{}} }}\n"
    );
    std::fs::write(folder.join("proofmark.yaml"), settings).unwrap();
    let mut written = vec![String::new(); suites];
    for number in 0..cases {
        let suite = &mut written[number * suites / cases];
        if suite.is_empty() {
            write!(suite, "suite: from {number}\nlevel: integration\ncases:\n").unwrap();
        }
        write!(
            suite,
            "  - name: product {number} is there\n    steps:\n      - get: ${{shop}}/products/{number}\n        expect: {{ status: 200, json: {{ $.sku: mug-01 }} }}\n"
        )
        .unwrap();
    }
    for (number, suite) in written.iter().enumerate() {
        std::fs::write(folder.join(format!("suites/integration/{number}.yaml")), suite).unwrap();
    }
    folder.to_owned()
}

/// Writes the same cases as hurl has them: a file each.
fn hurl_files(folder: &Path, url: &str) -> PathBuf {
    std::fs::create_dir_all(folder).unwrap();
    for number in 0..CASES {
        let text = format!(
            "GET {url}/products/{number}\nHTTP 200\n[Asserts]\njsonpath \"$.sku\" == \"mug-01\"\n"
        );
        std::fs::write(folder.join(format!("{number}.hurl")), text).unwrap();
    }
    folder.to_owned()
}
