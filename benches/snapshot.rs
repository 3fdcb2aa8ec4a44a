//! How long a baseline of many services takes to read, to hold against what runs and to render, and how
//! much memory that needs, by the way that `proofmark diff` goes.
//!
//! Nothing runs: a fake host shows containers that ended well. Each size has a process of its own, so
//! that its peak of memory is its own too.

#![expect(clippy::unwrap_used, reason = "a benchmark may end by panicking")]

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use proofmark::baseline::{self, Approval, Folder, RecordOptions, Selection};
use proofmark::config;
use proofmark::engine::{Target, View};
use proofmark::model::{Bytes, Redactor, Run, judge};
use proofmark::report::{self, Format, Report};
use proofmark::runner::{self, Options, Task};
use serde_json::{Value, json};

use fake::FakeHost;

#[path = "../tests/fake/mod.rs"]
mod fake;

const SIZES: [usize; 3] = [100, 300, 1000];
const ROUNDS: usize = 11;

fn main() {
    let size = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    if let Some(size) = size {
        tokio::runtime::Runtime::new().unwrap().block_on(measure(size));
        return;
    }
    println!(
        "{ROUNDS} rounds each, ms: median [least..most]; resident memory before and at its peak"
    );
    for size in SIZES {
        let this = std::env::current_exe().unwrap();
        assert!(Command::new(this).arg(size.to_string()).status().unwrap().success());
    }
}

async fn measure(services: usize) {
    let home = tempfile::tempdir().unwrap();
    let target = recorded(home.path(), services).await;
    let before = resident("VmRSS");
    let (mut read, mut held, mut rendered) = (Vec::new(), Vec::new(), Vec::new());
    let mut checks = 0;
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let tasks = baseline::plan(View::Engine(&target)).unwrap();
        read.push(milliseconds(began));
        checks = tasks.len();
        let began = Instant::now();
        let run = run(&target, tasks).await;
        held.push(milliseconds(began));
        let began = Instant::now();
        let judgement = judge(&run, target.settings.policy);
        let report = Report { run: &run, judgement: &judgement, decision: None };
        for format in [Format::Human, Format::Json] {
            assert!(report::render(format, &report, 100).len() > checks);
        }
        rendered.push(milliseconds(began));
    }
    println!(
        "{services:>5} services, {checks:>6} checks: read and compare {}, perform {}, render {}; {before} to {}",
        spread(read),
        spread(held),
        spread(rendered),
        resident("VmHWM")
    );
}

/// Records and accepts a baseline of so many services, and gives the target that it was taken of.
async fn recorded(home: &Path, services: usize) -> Target {
    let settings = home.join("proofmark.yaml");
    let text = "project: many\nbase: { compose: { files: [compose.yaml], project: many } }\nenvironments: { local: {} }\n";
    std::fs::write(&settings, text).unwrap();
    std::fs::write(home.join("compose.yaml"), "services: {}\n").unwrap();
    let names: Vec<String> = (0..services).map(|number| format!("service-{number:04}")).collect();
    let written =
        names.iter().map(|name| (name.clone(), written(name))).collect::<serde_json::Map<_, _>>();
    let model = json!({ "name": "many", "services": written, "networks": { "default": { "name": "many_default" } } });
    let host = FakeHost::serve(home, &model, names.iter().map(|name| shown(name)).collect());
    let variables = host.variables();
    let settings = config::load(&settings, "local", &variables).unwrap();
    let target = Target::look(Arc::new(settings), Arc::new(variables)).await.unwrap();
    baseline::record(&target, RecordOptions::default()).await.unwrap();
    let approval = Approval { by: "a benchmark".to_owned(), at: "2026-11-26T08:30:00Z".to_owned() };
    baseline::accept(&Folder::of(&target.settings), &Selection::All, None, &approval).unwrap();
    target
}

/// Gives what a Compose file of some care says of a service.
fn written(name: &str) -> Value {
    json!({
        "image": "many/service:1.0.0",
        "command": ["serve", "--name", name, "--port", "8000", "--log-level", "info"],
        "environment": environment(name).iter().filter_map(|entry| entry.split_once('=')).collect::<std::collections::BTreeMap<_, _>>(),
        "labels": { "org.example.owner": "platform", "org.example.service": name },
        "networks": { "default": null },
    })
}

fn environment(name: &str) -> [String; 5] {
    [
        format!("SERVICE={name}"),
        format!("DATABASE_URL=postgres://{name}:s3cr3t-of-{name}@db/{name}"),
        format!("API_TOKEN=t0ken-of-{name}"),
        "LOG_LEVEL=info".to_owned(),
        "PATH=/usr/bin".to_owned(),
    ]
}

/// Gives what an engine shows of a container that ended well, so that no memory is asked of it.
fn shown(name: &str) -> Value {
    json!({
        "Id": format!("{name:0<64}"), "Name": format!("/many-{name}-1"), "Image": "sha256:aa",
        "State": { "Status": "exited", "ExitCode": 0 },
        "Config": {
            "Image": "many/service:1.0.0", "User": "10001", "WorkingDir": "/app",
            "Env": environment(name), "Cmd": written(name)["command"],
            "ExposedPorts": { "8000/tcp": {} },
            "Healthcheck": { "Test": ["CMD", "curl", "--fail", "http://127.0.0.1:8000/health"], "Interval": 10_000_000_000_i64 },
            "Labels": {
                "com.docker.compose.project": "many", "com.docker.compose.service": name,
                "com.docker.compose.container-number": "1", "com.docker.compose.oneoff": "False",
                "org.example.owner": "platform", "org.example.service": name,
            },
        },
        "HostConfig": {
            "Memory": 201_326_592, "NanoCpus": 1_000_000_000, "PidsLimit": 64, "ReadonlyRootfs": true,
            "CapDrop": ["ALL"], "SecurityOpt": ["no-new-privileges:true"], "NetworkMode": "many_default",
            "RestartPolicy": { "Name": "unless-stopped" }, "Tmpfs": { "/tmp": "" },
        },
        "NetworkSettings": { "Networks": { "many_default": { "Aliases": [name] } } },
        "Mounts": [{ "Type": "volume", "Name": format!("many_{name}"), "Destination": "/data", "RW": true }],
    })
}

async fn run(target: &Target, tasks: Vec<Task>) -> Run {
    let stop = tokio_util::sync::CancellationToken::new();
    let redactor = Redactor::new(target.secrets());
    let results = runner::run(tasks, &Options::default(), redactor, &stop, |_| {}).await;
    Run {
        schema: Run::SCHEMA,
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        command: "diff".to_owned(),
        project: target.settings.project.clone(),
        environment: target.settings.environment.clone(),
        phase: None,
        release: None,
        started: "2026-11-26T08:30:00Z".to_owned(),
        elapsed_ms: 0.0,
        results,
    }
}

fn milliseconds(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1000.0
}

fn spread(mut samples: Vec<f64>) -> String {
    samples.sort_by(f64::total_cmp);
    let (least, most) = (samples[0], samples[samples.len() - 1]);
    format!("{:.0} [{least:.0}..{most:.0}]", samples[samples.len() / 2])
}

/// Reads an amount of memory that the kernel keeps of this process.
fn resident(name: &str) -> Bytes {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap();
    Bytes(line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024)
}
