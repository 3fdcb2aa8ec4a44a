use std::path::Path;

use rusqlite::Connection;

use super::{Store, StoreError, schema::VERSION};
use crate::model::{
    Check, CheckResult, Decision, Deployment, DeploymentState, Finding, Judgement, Kind, Outcome,
    Place, Reason, Release, Run, StepTrace, Verdict,
};

const NOW: &str = "2026-01-01T00:00:00Z";

fn deployment(to: &str) -> Deployment {
    Deployment {
        id: 0,
        environment: "local".into(),
        from: Some("1.0.0".into()),
        to: to.into(),
        state: DeploymentState::Preparing,
        trigger: None,
        because: vec!["why".into()],
        backup: None,
        started: NOW.into(),
        ended: None,
    }
}

fn begun(store: &Store, to: &str) -> Deployment {
    let mut deployment = deployment(to);
    deployment.id = store.begin_deployment(&deployment).unwrap();
    deployment
}

fn keep(store: &Store, names: &[&str]) {
    for name in names {
        let images = [("api".to_owned(), format!("sha256:{name}"))].into();
        let release = Release { name: (*name).into(), images };
        store.save_release("local", &release, Path::new("m.json"), NOW).unwrap();
    }
}

fn standing(store: &Store) -> Vec<String> {
    let promoted = store.promoted("local").unwrap().into_iter();
    promoted.map(|stored| stored.release.name).collect()
}

/// Gives the columns of one row as texts.
fn row(state: &Path, sql: &str) -> Vec<String> {
    let connection = Connection::open(state.join("history.db")).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    statement.query_row([], |row| (0..columns).map(|at| row.get(at)).collect()).unwrap()
}

#[test]
fn a_deployment_is_found_again_with_where_it_came() {
    let state = tempfile::tempdir().unwrap();
    let store = Store::open(state.path()).unwrap();
    let mut first = begun(&store, "1.1.0");
    first.state = DeploymentState::Promoted;
    first.ended = Some(NOW.into());
    store.finish(&first).unwrap();
    let second = begun(&store, "1.2.0");

    let again = Store::open(state.path()).unwrap();
    assert_eq!(again.deployments("local").unwrap(), [second, first]);
    assert!(again.deployments("staging").unwrap().is_empty());
}

#[test]
fn a_deployment_that_was_killed_is_found_in_the_state_that_it_was_killed_in() {
    let state = tempfile::tempdir().unwrap();
    let store = Store::open(state.path()).unwrap();
    let killed = begun(&store, "1.1.0");
    store.advance(killed.id, DeploymentState::Changing, "bringing it up", NOW).unwrap();
    drop(store);

    let found = Store::open(state.path()).unwrap().deployments("local").unwrap();
    assert_eq!(found[0].state, DeploymentState::Changing);
    assert!(!found[0].state.is_final());
    let journal = row(state.path(), "SELECT state, note, at FROM deployment_events");
    assert_eq!(journal, ["changing", "bringing it up", NOW]);
}

#[test]
fn a_journal_entry_of_no_deployment_is_refused() {
    let state = tempfile::tempdir().unwrap();
    let store = Store::open(state.path()).unwrap();
    let refused = store.advance(7, DeploymentState::Changing, "", NOW);
    assert!(matches!(refused, Err(StoreError::Database { .. })), "{refused:?}");
}

fn run(environment: &str, results: Vec<CheckResult>) -> Run {
    Run {
        schema: Run::SCHEMA,
        tool: "0.0.0".into(),
        command: "gate".into(),
        project: "shop".into(),
        environment: environment.into(),
        phase: None,
        release: None,
        started: NOW.into(),
        elapsed_ms: 1.0,
        results,
    }
}

#[test]
fn a_run_is_kept_with_its_verdict_and_decision_and_where_what_does_not_hold_stands() {
    let state = tempfile::tempdir().unwrap();
    let result = |name: &str, mut finding: Finding| {
        finding.steps.push(StepTrace {
            name: "get /".into(),
            outcome: finding.outcome,
            elapsed_ms: 1.0,
            attempts: 1,
            sent: String::new(),
            received: String::new(),
            failures: Vec::new(),
            screenshot: None,
        });
        let check = Check::new(Kind::E2e, "orders", name).at(Place::new("orders.yaml", 1, 1));
        CheckResult::new(check, finding, 0.0, 0.0)
    };
    let broken = Finding::fail(Reason::Expectation, "does not hold");
    let results = vec![result("holds", Finding::pass("holds")), result("broken", broken)];
    let mut run = run("local", results);
    let judgement = Judgement { verdict: Verdict::Fail, because: Vec::new() };
    let store = Store::open(state.path()).unwrap();
    store.save_run(run.clone(), &judgement, Some(Decision::Rollback)).unwrap();

    let kept = row(state.path(), "SELECT command, verdict, decision, run FROM runs");
    assert_eq!(kept[..3], ["gate", "fail", "rollback"]);
    run.results[0].steps.clear();
    run.results[0].check.place = None;
    assert_eq!(serde_json::from_str::<Run>(&kept[3]).unwrap(), run);
}

#[test]
fn the_last_result_of_a_check_is_found_whichever_run_asked_it() {
    let state = tempfile::tempdir().unwrap();
    let store = Store::open(state.path()).unwrap();
    let keep = |environment: &str, outcomes: &[(&str, bool)]| {
        let result = |(name, holds): &(&str, bool)| {
            let finding = if *holds {
                Finding::pass("holds")
            } else {
                Finding::fail(Reason::Expectation, "does not hold")
            };
            CheckResult::new(Check::new(Kind::E2e, "orders", *name), finding, 0.0, 0.0)
        };
        let run = run(environment, outcomes.iter().map(result).collect());
        let judgement = Judgement { verdict: Verdict::Fail, because: Vec::new() };
        store.save_run(run, &judgement, None).unwrap();
    };
    keep("local", &[("mended", false), ("broken", true), ("left out since", false)]);
    keep("local", &[("mended", true), ("broken", false)]);
    keep("staging", &[("mended", false)]);

    let last = store.last_results("local").unwrap();
    let last: Vec<_> = last.iter().map(|r| (r.check.name.as_str(), r.outcome)).collect();
    assert_eq!(
        last,
        [("broken", Outcome::Fail), ("left out since", Outcome::Fail), ("mended", Outcome::Pass)]
    );
    assert!(store.last_results("production").unwrap().is_empty());
}

#[test]
fn releases_that_stand_are_given_newest_first_and_by_name_as_kept_last() {
    let state = tempfile::tempdir().unwrap();
    let store = Store::open(state.path()).unwrap();
    keep(&store, &["1.0.0", "1.1.0"]);
    assert_eq!(standing(&store), ["1.1.0", "1.0.0"]);

    let moved = [("api".to_owned(), "sha256:moved".to_owned())].into();
    let again = Release { name: "1.0.0".into(), images: moved };
    store.save_release("local", &again, Path::new("n.json"), NOW).unwrap();
    let found = store.release("local", "1.0.0").unwrap().unwrap();
    assert_eq!((found.release, found.model_file.as_path()), (again, Path::new("n.json")));
    assert_eq!(store.release("local", "2.0.0").unwrap(), None);
    assert_eq!(store.release("staging", "1.0.0").unwrap(), None);
}

#[test]
fn a_withdrawn_release_stands_no_longer_until_it_is_promoted_again() {
    let state = tempfile::tempdir().unwrap();
    let store = Store::open(state.path()).unwrap();
    keep(&store, &["1.0.0", "1.1.0"]);
    store.withdraw_release("local", "1.1.0", NOW).unwrap();
    assert_eq!(standing(&store), ["1.0.0"]);
    keep(&store, &["1.1.0"]);
    assert_eq!(standing(&store), ["1.1.0", "1.0.0"]);
}

#[test]
fn a_file_that_is_no_history_is_named_and_left_alone() {
    let state = tempfile::tempdir().unwrap();
    let file = state.path().join("history.db");
    let text = "not a database, and long enough to be looked at as one".repeat(20);
    std::fs::write(&file, &text).unwrap();
    let error = Store::open(state.path()).unwrap_err().to_string();
    assert!(error.contains("history.db"), "{error}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn a_newer_programs_history_is_refused_by_its_version() {
    let state = tempfile::tempdir().unwrap();
    Store::open(state.path()).unwrap();
    let connection = Connection::open(state.path().join("history.db")).unwrap();
    connection.pragma_update(None, "user_version", VERSION + 1).unwrap();
    let refused = Store::open(state.path());
    assert!(matches!(refused, Err(StoreError::Newer { found, .. }) if found == VERSION + 1));
}

#[test]
fn a_history_is_one_file_also_after_a_run_of_many_cases() {
    let state = tempfile::tempdir().unwrap();
    let results = (0..500).map(|number| {
        let check = Check::new(Kind::E2e, "orders", format!("case {number}"));
        CheckResult::new(check, Finding::pass("it holds"), 0.0, 1.0)
    });
    let run = run("local", results.collect());
    let judgement = Judgement { verdict: Verdict::Pass, because: Vec::new() };
    let store = Store::open(state.path()).unwrap();
    store.save_run(run, &judgement, None).unwrap();
    let files = std::fs::read_dir(state.path()).unwrap().map(|file| file.unwrap().file_name());
    assert_eq!(files.collect::<Vec<_>>(), ["history.db"]);
    assert_eq!(store.last_results("local").unwrap().len(), 500);
}

#[test]
fn what_another_program_holds_for_too_long_is_told_apart_from_what_is_broken() {
    let state = tempfile::tempdir().unwrap();
    let store = Store::open(state.path()).unwrap();
    store.rows("PRAGMA busy_timeout = 0", [], |row| row.get::<_, i64>(0)).unwrap();
    let other = Connection::open(state.path().join("history.db")).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert!(matches!(store.deployments("local"), Err(StoreError::Busy { .. })));
}

#[test]
fn programs_that_open_a_new_history_at_once_all_find_its_tables() {
    let state = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| begun(&Store::open(state.path()).unwrap(), "1.1.0"));
        }
    });
    assert_eq!(Store::open(state.path()).unwrap().deployments("local").unwrap().len(), 8);
}
