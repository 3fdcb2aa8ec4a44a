use std::path::PathBuf;

use rusqlite::Connection;

use super::*;
use crate::model::{
    Check, CheckResult, Decision, Deployment, DeploymentState, Finding, Kind, Phase, Policy,
    Reason, Release, Run, Trigger, decide, judge,
};

const NOON: &str = "2026-05-04T12:00:00Z";

fn deployment(to: &str) -> Deployment {
    Deployment {
        id: 0,
        environment: "staging".into(),
        from: Some("1.0.0".into()),
        to: to.into(),
        state: DeploymentState::Preparing,
        trigger: None,
        because: Vec::new(),
        backup: None,
        started: NOON.into(),
        ended: None,
    }
}

fn kept(state: &std::path::Path, name: &str) -> KeptRelease {
    KeptRelease {
        release: Release {
            name: name.into(),
            images: [("api".to_owned(), format!("sha256:{name}"))].into(),
        },
        model_file: state.join("deployments/1/to.json"),
        promoted_at: NOON.into(),
    }
}

#[test]
fn a_deployment_is_read_back_as_it_was_written_with_its_journal_in_order() {
    let state = tempfile::tempdir().unwrap();
    let mut store = Store::open(state.path()).unwrap();
    let mut deployment = deployment("1.1.0");
    deployment.id = store.begin_deployment(&deployment, "checking").unwrap();
    deployment.state = DeploymentState::RollingBack;
    deployment.trigger = Some(Trigger::StartFailure);
    deployment.because = vec!["startup/api/is up: exited with 1".into()];
    deployment.backup = Some("backups/1".into());
    store.advance(&deployment, "bringing 1.0.0 back", "2026-05-04T12:00:01Z").unwrap();
    drop(store);

    let store = Store::open(state.path()).unwrap();
    assert_eq!(store.deployments("staging").unwrap(), [deployment.clone()]);
    assert_eq!(store.deployments("production").unwrap(), []);
    let events = store.events(deployment.id).unwrap();
    let told: Vec<_> = events.iter().map(|e| (e.sequence, e.state, e.note.as_str())).collect();
    assert_eq!(
        told,
        [
            (1, DeploymentState::Preparing, "checking"),
            (2, DeploymentState::RollingBack, "bringing 1.0.0 back")
        ]
    );
}

#[test]
fn a_deployment_whose_process_died_is_told_from_one_that_ended() {
    let state = tempfile::tempdir().unwrap();
    let mut store = Store::open(state.path()).unwrap();
    let mut first = deployment("1.1.0");
    first.id = store.begin_deployment(&first, "checking").unwrap();
    first.state = DeploymentState::Changing;
    store.advance(&first, "bringing 1.1.0 up", NOON).unwrap();
    assert_eq!(store.unfinished("staging").unwrap(), Some(first.clone()));

    first.state = DeploymentState::RolledBack;
    store.advance(&first, "1.0.0 is back", NOON).unwrap();
    assert_eq!(store.unfinished("staging").unwrap(), None);
}

#[test]
fn the_way_back_leads_to_the_release_before_and_from_there_further_back() {
    let state = tempfile::tempdir().unwrap();
    let mut store = Store::open(state.path()).unwrap();
    store.adopt("staging", &kept(state.path(), "1.0.0")).unwrap();
    for name in ["1.1.0", "1.2.0"] {
        let mut deployment = deployment(name);
        deployment.id = store.begin_deployment(&deployment, "checking").unwrap();
        deployment.state = DeploymentState::Promoted;
        store.promote(&deployment, &kept(state.path(), name), false).unwrap();
    }
    let current = store.current_release("staging").unwrap().unwrap();
    assert_eq!(current, kept(state.path(), "1.2.0"));
    let back = store.last_promoted("staging", Some("1.2.0")).unwrap().unwrap();
    assert_eq!(back.release.name, "1.1.0");

    let mut deployment = deployment("1.1.0");
    deployment.id = store.begin_deployment(&deployment, "going back").unwrap();
    store.promote(&deployment, &back, true).unwrap();
    let names: Vec<String> =
        store.releases("staging").unwrap().into_iter().map(|kept| kept.release.name).collect();
    assert_eq!(names, ["1.1.0", "1.0.0"], "what was left is no way back");
}

#[test]
fn a_release_that_runs_without_being_promoted_is_left_for_the_one_that_was() {
    let state = tempfile::tempdir().unwrap();
    let mut store = Store::open(state.path()).unwrap();
    store.adopt("staging", &kept(state.path(), "1.0.0")).unwrap();
    let back = store.last_promoted("staging", Some("1.1.0")).unwrap().unwrap();
    assert_eq!(back.release.name, "1.0.0");
    let mixed = store.last_promoted("staging", None).unwrap().unwrap();
    assert_eq!(mixed.release.name, "1.0.0");
}

#[test]
fn the_state_folder_can_move_and_its_releases_keep_their_models() {
    let parent = tempfile::tempdir().unwrap();
    let (before, after) = (parent.path().join("before"), parent.path().join("after"));
    let mut store = Store::open(&before).unwrap();
    store.adopt("staging", &kept(&before, "1.0.0")).unwrap();
    drop(store);
    std::fs::rename(&before, &after).unwrap();
    let current = Store::open(&after).unwrap().current_release("staging").unwrap().unwrap();
    assert_eq!(current.model_file, after.join("deployments/1/to.json"));
}

#[test]
fn a_run_is_kept_whole_with_what_was_decided() {
    let state = tempfile::tempdir().unwrap();
    let finding = Finding::fail(Reason::Unhealthy, "answers 503").comparing("200", "503");
    let run = Run {
        schema: Run::SCHEMA,
        tool: "0.0.0".into(),
        command: "deploy".into(),
        project: "shop".into(),
        environment: "staging".into(),
        phase: Some(Phase::PostDeployment),
        release: Some("1.1.0".into()),
        started: NOON.into(),
        elapsed_ms: 12.5,
        results: vec![CheckResult::new(
            Check::new(Kind::Health, "api", "answers"),
            finding,
            0.0,
            12.0,
        )],
    };
    let judgement = judge(&run, Policy::default());
    let decision = Some(decide(judgement.verdict, Phase::PostDeployment));
    assert_eq!(decision, Some(Decision::Rollback));
    let mut store = Store::open(state.path()).unwrap();
    let id = store.save_run(&run, &judgement, decision).unwrap();
    assert_eq!(store.runs("staging", 10).unwrap(), [KeptRun { id, run, judgement, decision }]);
}

#[test]
fn a_history_that_a_newer_proofmark_wrote_is_refused_and_left_as_it_is() {
    let state = tempfile::tempdir().unwrap();
    drop(Store::open(state.path()).unwrap());
    let file = state.path().join("history.db");
    let connection = Connection::open(&file).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    let refusal = Store::open(state.path()).unwrap_err();
    assert!(matches!(&refusal, StoreError::Newer { found: 99, known: 1, .. }), "{refusal:?}");
    assert!(refusal.to_string().contains(&file.display().to_string()), "{refusal}");
    let version: i64 =
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 99);
}

#[test]
fn a_damaged_history_is_refused_by_name_and_never_taken_for_an_empty_one() {
    let state = tempfile::tempdir().unwrap();
    let file: PathBuf = state.path().join("history.db");
    std::fs::write(&file, "this is no database, and long enough to look at".repeat(20)).unwrap();
    let refusal = Store::open(state.path()).unwrap_err();
    assert!(matches!(refusal, StoreError::Corrupt { .. }), "{refusal:?}");
    assert!(refusal.to_string().contains(&file.display().to_string()), "{refusal}");
}

#[test]
fn a_word_that_is_no_state_is_damage_and_not_a_guess() {
    let state = tempfile::tempdir().unwrap();
    let mut store = Store::open(state.path()).unwrap();
    store.begin_deployment(&deployment("1.1.0"), "checking").unwrap();
    store.connection.execute("update deployments set state = 'dancing'", []).unwrap();
    assert!(matches!(store.deployments("staging"), Err(StoreError::Corrupt { .. })));
}

#[test]
fn two_processes_write_one_history() {
    let state = tempfile::tempdir().unwrap();
    let mut one = Store::open(state.path()).unwrap();
    let mut other = Store::open(state.path()).unwrap();
    one.begin_deployment(&deployment("1.1.0"), "checking").unwrap();
    other.begin_deployment(&deployment("1.2.0"), "checking").unwrap();
    assert_eq!(one.deployments("staging").unwrap().len(), 2);
}
