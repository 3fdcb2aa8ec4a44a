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
    skip  e2e/admin/wipe: the suite does not name local among its targets
    run   e2e/orders/place
    run   e2e/orders/cancel

    2 cases would run on local, 1 would be skipped
    ");
    let nothing = project.run(&["test", "--dry-run", "-E", "suite(admin)"]);
    assert_eq!(nothing.code, 3, "{}", nothing.stdout);
    assert_eq!(project.files(), ["compose.yaml", "proofmark.yaml", "suites"]);
}

#[test]
fn a_dry_run_refuses_what_a_run_would_refuse() {
    let project = project();
    assert_eq!(project.run(&["test", "--dry-run", "--report", "results.doc"]).code, 2);
    project.file("waivers.yaml", "waivers: nobody\n");
    assert_eq!(project.run(&["test", "--dry-run"]).code, 2);
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
fn no_snapshot_is_updated_where_ci_is_set_and_nobody_said_to() {
    let project = project();
    let told = said(&project.command(&["test", "--update"]).env("CI", "true").output().unwrap());
    assert_eq!((told.code, told.stdout.as_str()), (2, ""));
    assert!(told.stderr.contains("nothing was updated, because CI is set"), "{}", told.stderr);
    let alone = project.run(&["test", "--in-ci"]);
    assert_eq!(alone.code, 2);
    assert!(alone.stderr.contains("--update"), "{}", alone.stderr);
}
