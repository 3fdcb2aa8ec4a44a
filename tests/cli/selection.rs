//! Which cases `proofmark test` would run, as far as no environment is asked.

use crate::project::{Project, said};

/// Makes a project with a suite of three cases and one that may not run on `local`.
fn project() -> Project {
    let project = Project::with_compose();
    let case = |name: &str| {
        format!(
            "  - {{ name: {name}, steps: [{{ get: '${{web}}/', expect: {{ status: 200 }} }}] }}\n"
        )
    };
    let orders = ["place", "pay", "cancel"].map(case).concat();
    project.file(
        "suites/e2e/orders.yaml",
        &format!("suite: orders\nlevel: e2e\ntags: [checkout]\ncases:\n{orders}"),
    );
    let wipe = case("wipe");
    project.file(
        "suites/e2e/admin.yaml",
        &format!("suite: admin\nlevel: e2e\ntargets: [lab]\ncases:\n{wipe}"),
    );
    project
}

#[test]
fn a_filter_expression_with_a_mistake_is_refused_with_a_caret() {
    let said = project().run(&["test", "--list", "-E", "suite(orders) & tag(checkout"]);
    assert_eq!((said.code, said.stdout.as_str()), (2, ""));
    insta::assert_snapshot!(said.stderr, @r"
    error: this `(` is never closed
     --> -E:1:20
      |
    1 | suite(orders) & tag(checkout
      |                    ^
      |
      = help: add the `)` that belongs to it
    ");
}

#[test]
fn a_filter_expression_that_asks_for_what_no_case_has_selects_nothing() {
    let said = project().run(&["test", "--list", "-E", "tag(chekout)"]);
    assert_eq!((said.code, said.stdout.as_str()), (4, ""));
    assert!(said.stderr.contains("did you mean `checkout`?"), "{}", said.stderr);
}

#[test]
fn a_dry_run_says_what_would_run_and_why_the_rest_would_not() {
    let project = project();
    let said = project.run(&["test", "--dry-run", "-E", "!name(pay)"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    insta::assert_snapshot!(said.stdout, @r"
    skip  e2e/admin/wipe: the suite does not name local among its targets (lab)
    run   e2e/orders/place
    run   e2e/orders/cancel

    2 cases would run on local, 1 would be skipped
    ");
    let nothing = project.run(&["test", "--dry-run", "-E", "suite(admin)"]);
    assert_eq!(nothing.code, 3, "{}", nothing.stdout);
    assert_eq!(project.files(), ["compose.yaml", "proofmark.yaml", "suites"]);
}

#[test]
fn a_list_marks_what_the_environment_skips() {
    let project = project();
    let said = project.run(&["test", "--list", "-E", "!name(pay)"]);
    insta::assert_snapshot!(said.stdout, @r"
    e2e/admin/wipe  (skipped: the suite does not name local among its targets (lab))
    e2e/orders/place
    e2e/orders/cancel
    ");
    let json = project.run(&["test", "--list", "--format", "json", "-E", "suite(admin)"]);
    let cases: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(cases[0]["id"], "e2e/admin/wipe");
    assert_eq!(cases[0]["skipped"], "the suite does not name local among its targets (lab)");
}

#[test]
fn a_dry_run_refuses_what_a_run_would_refuse() {
    let project = project();
    project.file("waivers.yaml", "waivers: nobody\n");
    assert_eq!(project.run(&["test", "--dry-run"]).code, 2);
}

#[test]
fn what_runs_nothing_makes_no_report_and_says_so() {
    let project = project();
    for what in ["--list", "--dry-run"] {
        let said = project.run(&["test", what, "--report", "out.xml"]);
        assert_eq!(said.code, 2, "{}", said.stdout);
        assert!(said.stderr.contains("cannot be used with '--report <FILE>'"), "{}", said.stderr);
        let said = project.run(&["test", what, "--format", "junit"]);
        assert_eq!((said.code, said.stdout.as_str()), (2, ""));
        let told = "error: a list of cases cannot be shown as junit; use `--format json`";
        assert!(said.stderr.starts_with(told), "{}", said.stderr);
        assert_eq!(project.run(&["test", what, "--format", "json"]).code, 0);
    }
    assert_eq!(project.files(), ["compose.yaml", "proofmark.yaml", "suites"]);
}

#[test]
fn a_number_that_is_none_is_refused_with_one_that_is() {
    let project = project();
    let refused = |argument: &str| {
        let said = project.run(&["test", argument]);
        assert_eq!(said.code, 2, "{}", said.stdout);
        said.stderr.lines().next().unwrap_or_default().to_owned()
    };
    insta::assert_snapshot!(
        ["--jobs=0", "--timeout=0s", "--max-fail=none", "--shuffle=abc", "--shuffle=-1"]
            .map(refused).join("\n"),
        @r"
    error: invalid value '0' for '--jobs <N>': give a whole number from 1 on, such as 4
    error: invalid value '0s' for '--timeout <TIME>': no time at all is not enough; give it like 10m
    error: invalid value 'none' for '--max-fail <N>': give a whole number from 1 on, such as 4
    error: invalid value 'abc' for '--shuffle[=<SEED>]': a seed is a whole number, as a shuffled run prints it, such as 4711
    error: invalid value '-1' for '--shuffle[=<SEED>]': a seed is a whole number, as a shuffled run prints it, such as 4711
    "
    );
}

#[test]
fn the_shards_of_a_list_are_the_list() {
    let project = project();
    let list = |shard: &str| {
        let said = project.run(&["test", "--list", "--shard", shard]);
        assert_eq!(said.code, 0, "{}", said.stderr);
        said.stdout.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let mut parts = [list("1/3"), list("2/3"), list("3/3")].concat();
    parts.sort();
    let mut whole = list("1/1");
    whole.sort();
    assert_eq!((parts.len(), parts), (4, whole));
    assert_eq!(project.run(&["test", "--list", "--shard", "4/3"]).code, 2);
    assert_eq!(project.run(&["test", "--list", "--shard", "5/5"]).code, 4);
}

#[test]
fn a_rerun_of_what_failed_needs_something_that_failed() {
    let said = project().run(&["test", "--list", "--rerun-failed"]);
    assert_eq!(said.code, 4, "{}", said.stderr);
    assert!(said.stderr.contains("waits for another run"), "{}", said.stderr);
}

#[test]
fn a_case_whose_name_holds_a_secret_is_run_again_too() {
    let project = Project::with_settings(
        "project: p\nbase: { access: http, services: { web: { url: 'http://127.0.0.1:9' } } }\nenvironments: { local: {} }\n",
    );
    project.file(
        "suites/e2e/s.yaml",
        "suite: s\nlevel: e2e\nsecrets: [TOKEN]\ncases:\n  - { name: shows hunter2-hunter2, steps: [{ get: '${web}/${TOKEN}', expect: { status: 200 } }] }\n",
    );
    let run = |arguments: &[&str]| {
        said(&project.command(arguments).env("TOKEN", "hunter2-hunter2").output().unwrap())
    };
    let first = run(&["test"]);
    assert_eq!(first.code, 3, "{}", first.stdout);
    assert!(!first.stdout.contains("hunter2"), "{}", first.stdout);
    let again = run(&["test", "--rerun-failed", "--list"]);
    assert_eq!((again.code, again.stdout.as_str()), (0, "e2e/s/shows hunter2-hunter2\n"));
}

#[test]
fn no_snapshot_is_updated_where_ci_is_set_and_nobody_said_to() {
    let project = project();
    let told = said(&project.command(&["test", "--update"]).env("CI", "true").output().unwrap());
    assert_eq!((told.code, told.stdout.as_str()), (2, ""));
    assert!(told.stderr.contains("nothing was updated, because CI is set"), "{}", told.stderr);
    let alone = project.run(&["test", "--in-ci"]);
    assert_eq!(alone.code, 2);
    assert!(alone.stderr.contains("--update"), "{}", alone.stderr);
}
