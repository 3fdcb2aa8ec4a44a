//! Suites that another runner performs: real commands, which report in one way or another.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use crate::project::{Project, Said, said};

const SETTINGS: &str = "\
project: shop
base:
  access: http
  allow: { run: [sh, proofmark-no-such-program] }
  services: { orders-api: { port: 8000, url: \"http://127.0.0.1:1\" } }
environments: { local: {}, lab: {} }
";

const JUNIT: &str = "\
<testsuites><testsuite name=\"shop\" tests=\"4\">
<testcase classname=\"orders\" name=\"places\" time=\"0.5\"/>
<testcase classname=\"orders\" name=\"pays\" time=\"0.25\"><failure message=\"402, sent hunter2-token\"/></testcase>
<testcase classname=\"orders\" name=\"places\"/>
<testcase classname=\"orders\" name=\"ships\"><skipped message=\"no carrier\"/></testcase>
</testsuite></testsuites>";

/// Makes a project whose one suite runs this script.
fn project(script: &str, report: &str, more: &str) -> Project {
    let project = Project::with_settings(SETTINGS);
    project.file("checks/run.sh", script);
    project.file("checks/sample.xml", JUNIT);
    project.file(
        "suites/integration/orders.yaml",
        &format!(
            "suite: orders\nlevel: integration\ntags: [checkout]\ncommand: [sh, run.sh, \"${{orders-api}}\"]\nreport: {{ {report} }}\nworkdir: checks\n{more}\n"
        ),
    );
    project
}

fn results(said: &Said) -> Vec<Value> {
    let json: Value =
        serde_json::from_str(&said.stdout).unwrap_or_else(|_| panic!("{}", said.stderr));
    json["run"]["results"].as_array().unwrap().clone()
}

/// Writes each result as its identity and what came of it.
fn outcomes(said: &Said) -> Vec<String> {
    let line = |r: &Value| {
        format!("{} {}", r["check"]["id"].as_str().unwrap(), r["outcome"].as_str().unwrap())
    };
    results(said).iter().map(line).collect()
}

const ALL: [&str; 5] = [
    "integration/orders/the command ends and reports pass",
    "integration/orders/orders: places pass",
    "integration/orders/orders: pays fail",
    "integration/orders/orders: places (2) pass",
    "integration/orders/orders: ships skipped",
];

#[test]
fn every_case_of_a_foreign_report_is_in_the_run_and_in_its_reports() {
    let project = project(
        "cp sample.xml report.xml; echo \"$1 $GREETING\" > said; env | sort > environment; exit 1",
        "junit: report.xml",
        "secrets: [TOKEN]\nenv: { GREETING: \"hello ${TOKEN}\" }",
    );
    let mut command = project.command(&["test", "--format", "json", "--report", "out.xml"]);
    let said = said(&command.env("TOKEN", "hunter2-token").env("OTHER", "1").output().unwrap());
    assert_eq!(said.code, 1, "{}", said.stderr);
    assert_eq!(outcomes(&said), ALL);
    assert!(!said.stdout.contains("hunter2") && !said.stderr.contains("hunter2"));
    let read = |name: &str| std::fs::read_to_string(project.path().join(name)).unwrap();
    assert_eq!(read("checks/said"), "http://127.0.0.1:1 hello hunter2-token\n");
    let environment = read("checks/environment");
    assert!(environment.contains("PROOFMARK_URL_ORDERS_API=http://127.0.0.1:1\n"), "{environment}");
    assert!(environment.contains("PROOFMARK_ENV=local\n"), "{environment}");
    assert!(!environment.contains("OTHER"), "{environment}");
    let xml = read("out.xml");
    assert!(
        xml.contains("tests=\"5\" skipped=\"1\" failures=\"1\"") && !xml.contains("hunter2"),
        "{xml}"
    );

    let again = project.command(&["test", "--list", "--rerun-failed"]).output().unwrap();
    let again = String::from_utf8(again.stdout).unwrap();
    assert_eq!(again, "integration/orders/the command ends and reports\n");
}

#[test]
fn a_report_that_proves_nothing_is_never_green() {
    let xml =
        |cases: &str| format!("echo '<testsuite name=\"s\">{cases}</testsuite>' > report.xml");
    let skipped = xml("<testcase name=\"a\"><skipped/></testcase>");
    let passed = xml("<testcase name=\"a\"/>");
    let table = [
        ("true".to_owned(), "no_report", "there is no report.xml"),
        ("exit 2".to_owned(), "no_report", "sh (exit 2) left no report"),
        (xml(""), "no_report", "it has no case"),
        ("head -c 200 sample.xml > report.xml".to_owned(), "no_report", "report.xml: line 3: "),
        ("echo 502 > report.xml".to_owned(), "no_report", "it is empty"),
        (skipped, "no_data", "all 1 cases were skipped"),
        (format!("{passed}; exit 3"), "exited", "ended with exit 3, and none of the 1 cases"),
        (format!("{passed}; kill -9 $$"), "exited", "ended with signal 9"),
    ];
    for (script, reason, message) in table {
        let said = project(&script, "junit: report.xml", "").run(&["test", "--format", "json"]);
        let own = &results(&said)[0];
        assert_eq!((said.code, own["outcome"].as_str()), (3, Some("inconclusive")), "{script}");
        assert_eq!(own["reason"], reason, "{script}");
        let said = own["message"].as_str().unwrap();
        assert!(said.contains(message), "{script}: {said}");
    }
}

#[test]
fn a_report_of_an_earlier_run_is_not_taken_for_this_ones() {
    let project = project("true", "junit: report.xml", "");
    std::fs::copy(
        project.path().join("checks/sample.xml"),
        project.path().join("checks/report.xml"),
    )
    .unwrap();
    let said = project.run(&["test", "--format", "json"]);
    assert_eq!((said.code, results(&said).len()), (3, 1));
    let message = results(&said)[0]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("report.xml is from before the command"), "{message}");
}

#[test]
fn a_program_that_is_not_there_is_named_with_the_remedy() {
    let project = project("", "tap: stdout", "");
    let suite =
        "suite: gone\nlevel: unit\ncommand: [proofmark-no-such-program]\nreport: { tap: stdout }\n";
    project.file("suites/unit/gone.yaml", suite);
    let said = project.run(&["test", "--level", "unit", "--format", "json"]);
    assert_eq!(said.code, 3, "{}", said.stderr);
    assert_eq!(results(&said)[0]["reason"], "precondition");
    assert!(said.stdout.contains("install it, or correct its name"), "{}", said.stdout);
}

#[test]
fn a_stream_on_stdout_is_a_report_and_several_files_are_one() {
    let tap = "echo '1..2\nok 1 - a\nnot ok 2 - b\n  ---\n  message: it is 3\n  ...'; exit 1";
    let said = project(tap, "tap: stdout", "").run(&["test", "--format", "json"]);
    assert_eq!(
        outcomes(&said)[1..],
        ["integration/orders/a pass", "integration/orders/b fail"].map(str::to_owned)
    );
    assert_eq!(results(&said)[2]["message"], "it is 3");
    let cut =
        project("echo '1..2\nok 1 - a'", "tap: stdout", "").run(&["test", "--format", "json"]);
    assert_eq!((cut.code, outcomes(&cut).len()), (3, 2), "{}", cut.stdout);

    let files = "mkdir -p out/x; for n in b a; do
        echo \"<testsuite name='$n'><testcase name='it'/></testsuite>\" > out/x/TEST-$n.xml; done";
    let said = project(files, "junit: out/**/TEST-*.xml", "").run(&["test", "--format", "json"]);
    assert_eq!(said.code, 0, "{}", said.stdout);
    assert_eq!(
        outcomes(&said)[1..],
        ["integration/orders/a: it pass", "integration/orders/b: it pass"].map(str::to_owned)
    );
}

#[test]
fn a_command_is_one_entry_until_it_ran_and_a_dry_run_does_not_run_it() {
    let project = project("touch ran; cp sample.xml report.xml", "junit: report.xml", "");
    let own = "integration/orders/the command ends and reports";
    for filter in ["tag(checkout)", "suite(orders)", "name(reports)"] {
        let said = project.run(&["test", "--list", "-E", filter]);
        assert_eq!((said.code, said.stdout), (0, format!("{own}\n")), "{filter}");
    }
    let said = project.run(&["test", "--dry-run"]);
    assert_eq!(said.stdout, format!("run   {own}\n\n1 case would run on local\n"));
    assert!(!project.path().join("checks/ran").exists());
    assert_eq!(project.run(&["test", "--shard", "2/2"]).code, 4);
}

#[test]
fn a_case_of_a_foreign_report_can_be_waived_and_its_waiver_is_not_stale_while_the_command_is_broken()
 {
    let project = project("cp sample.xml report.xml; exit 1", "junit: report.xml", "");
    project.file(
        "waivers.yaml",
        "waivers:\n  - check: \"integration/orders/orders: pays\"\n    reason: the bank is away\n    owner: ana\n    expires: 2999-01-01\n    targets: [local]\n",
    );
    let said = project.run(&["test", "--format", "json"]);
    assert_eq!(said.code, 0, "{}", said.stdout);
    assert_eq!(outcomes(&said)[2], "integration/orders/orders: pays waived");
    project.file("checks/run.sh", "exit 1");
    let broken = project.run(&["test", "--format", "json"]);
    assert_eq!(outcomes(&broken), ["integration/orders/the command ends and reports inconclusive"]);
}

fn is_gone(pid: &str) -> bool {
    for _ in 0..300 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
        if stat.map_or(true, |stat| stat.contains(") Z ")) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}

/// Waits until a file has a whole line, and gives it.
fn line_of(file: &Path) -> String {
    for _ in 0..3000 {
        match std::fs::read_to_string(file) {
            Ok(text) if text.ends_with('\n') => return text,
            _ => std::thread::sleep(Duration::from_millis(10)),
        }
    }
    panic!("{} was never written", file.display());
}

const HANGS: &str = "echo '1..2\nok 1 - a'; sleep 600 & echo $! > pid; wait";

#[test]
fn a_command_past_its_time_is_inconclusive_its_children_are_gone_and_what_it_reported_is_kept() {
    let project = project(HANGS, "tap: stdout", "timeout: 2s");
    let said = project.run(&["test", "--format", "json"]);
    assert_eq!(
        outcomes(&said),
        [
            "integration/orders/the command ends and reports inconclusive",
            "integration/orders/a pass"
        ]
    );
    assert_eq!((said.code, &results(&said)[0]["reason"]), (3, &Value::from("timed_out")));
    assert!(is_gone(&line_of(&project.path().join("checks/pid"))));
}

/// Starts a run, waits until its command has begun, and interrupts it so often, each time after it was
/// heard.
fn interrupted(project: &Project, times: usize) -> (std::process::Output, String) {
    let mut command = project.command(&["test", "--format", "json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap()).lines();
    let pid = line_of(&project.path().join("checks/pid"));
    for time in 1..=times {
        let id = child.id().to_string();
        let status = std::process::Command::new("kill").args(["-INT", &id]).status();
        assert!(status.unwrap().success());
        if time < times {
            let heard = told.next().unwrap().unwrap();
            assert!(heard.starts_with("interrupted"), "{heard}");
        }
    }
    let output = child.wait_with_output().unwrap();
    drop(told);
    (output, pid)
}

#[test]
fn an_interrupted_run_takes_the_command_and_its_children_along_and_still_reports() {
    let (output, pid) = interrupted(&project(HANGS, "tap: stdout", ""), 1);
    let said = said(&output);
    assert_eq!(said.code, 3, "{}", said.stderr);
    assert_eq!(results(&said)[0]["reason"], "cancelled");
    assert!(is_gone(&pid));
}

#[test]
fn a_run_that_is_interrupted_twice_leaves_at_once_and_leaves_no_process_behind() {
    let deaf = format!("trap '' TERM INT; {HANGS}; wait; wait");
    let (output, pid) = interrupted(&project(&deaf, "tap: stdout", ""), 2);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(130), 0));
    assert!(is_gone(&pid));
}
