//! Runs that are killed: what they leave is told by `doctor` and removed by the next run.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::pages;
use crate::shop::{Shop, said};

/// How long something may take to appear, or to go.
const PATIENCE: Duration = Duration::from_secs(60);

fn in_the_end(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "{what} within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Gives the names of the containers, or of the networks, that this process labelled as its own.
fn labelled(what: &str, process: u32) -> Vec<String> {
    let mut command = Command::new("docker");
    match what {
        "container" => {
            command.args(["ps", "--all", "--format", "{{.Names}} {{.Label \"proofmark.owner\"}}"])
        }
        _ => {
            command.args(["network", "ls", "--format", "{{.Name}} {{.Label \"proofmark.owner\"}}"])
        }
    };
    let listed = command.args(["--filter", "label=proofmark.owner"]).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let own = |line: &str| {
        let mut words = line.split(' ');
        let name = words.next()?.to_owned();
        (words.next()?.parse() == Ok(process)).then_some(name)
    };
    listed.lines().filter_map(own).collect()
}

fn start(mut command: Command) -> Child {
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn kill(child: &mut Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

pub fn a_killed_unit_suite_leaves_nothing_that_the_next_one_does_not_remove(shop: &Shop) {
    let unit = ["test", "--suite", "suites/unit/api-with-its-data.yaml"];
    let mut child = start(shop.command(&unit));
    let process = child.id();
    in_the_end("two containers are there", || labelled("container", process).len() >= 2);
    kill(&mut child);
    let (containers, networks) = (labelled("container", process), labelled("network", process));
    assert!(containers.len() >= 2, "{containers:?}");
    assert_eq!(networks.len(), 1, "{networks:?}");

    let told = shop.run(&["doctor", "--format", "json"]).json();
    let results = told["run"]["results"].as_array().unwrap();
    let left = results.iter().find(|result| result["check"]["name"] == "leftovers").unwrap();
    assert_eq!((&left["outcome"], &left["check"]["severity"]), (&"fail".into(), &"warning".into()));
    let message = left["message"].as_str().unwrap();
    assert!(message.contains("doctor --fix"), "{message}");
    for name in containers.iter().chain(&networks) {
        assert!(message.contains(name), "{name} is not in: {message}");
    }

    let again = shop.run(&unit);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert_eq!(labelled("container", process), Vec::<String>::new());
    assert_eq!(labelled("network", process), Vec::<String>::new());
}

/// Gives the folders of browsers in a folder of temporary files.
fn profiles(temporary: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(temporary).unwrap().map(|entry| entry.unwrap().path());
    let is_profile = |path: &PathBuf| {
        path.file_name().unwrap().to_str().unwrap().starts_with("proofmark-browser-")
    };
    entries.filter(is_profile).collect()
}

pub fn a_killed_browser_leaves_no_folder_that_doctor_does_not_remove(shop: &Shop) {
    let temporary = shop.folder("killed-temporary");
    let mut child = start({
        let mut command = pages::command(shop, "killed");
        command.env("TMPDIR", &temporary);
        command
    });
    let has_browser = || {
        let marked = |folder: &PathBuf| folder.join("owner").is_file();
        profiles(&temporary).iter().any(|folder| {
            marked(folder) && std::fs::read_dir(folder).is_ok_and(|all| all.count() > 1)
        })
    };
    in_the_end("a browser writes", has_browser);
    kill(&mut child);
    in_the_end("no process of the browser is left", || pages::processes_of(&temporary).is_empty());
    assert_eq!(profiles(&temporary).len(), 1);

    let doctor = |arguments: &[&str]| {
        let mut command = shop.command(arguments);
        said(&command.env("TMPDIR", &temporary).output().unwrap())
    };
    let told = doctor(&["doctor"]).stdout;
    assert!(told.contains("proofmark-browser-"), "{told}");
    assert_eq!(profiles(&temporary).len(), 1, "it only told");
    let told = doctor(&["doctor", "--fix"]).stdout;
    assert_eq!(profiles(&temporary), Vec::<PathBuf>::new(), "{told}");
}
