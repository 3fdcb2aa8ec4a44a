use std::collections::BTreeMap;

use super::script::{Ending, Stage, deploy, go_back};
use crate::gate::Inspection;
use crate::model::{
    Check, CheckResult, DeploymentState, Exit, Finding, Kind, Policy, Reason, Run, Severity,
    Trigger, judge,
};
use crate::store::StoreError;

/// Answers each act with what was written for it, and with a pass otherwise; writes down what was
/// done.
#[derive(Default)]
struct Scripted {
    answers: BTreeMap<&'static str, Vec<(Check, Finding)>>,
    done: Vec<String>,
    /// The act during which somebody asks for it to stop.
    interrupted_in: Option<&'static str>,
    /// The state from which on the journal cannot be written.
    journal_breaks_at: Option<DeploymentState>,
    is_interrupted: bool,
    has_nothing_running: bool,
}

impl Scripted {
    fn answering(act: &'static str, kind: Kind, finding: Finding) -> Self {
        Self::default().and(act, kind, finding)
    }

    fn and(self, act: &'static str, kind: Kind, finding: Finding) -> Self {
        self.and_check(act, Check::new(kind, "api", "check"), finding)
    }

    fn and_check(mut self, act: &'static str, check: Check, finding: Finding) -> Self {
        self.answers.entry(act).or_default().push((check, finding));
        self
    }

    fn interrupted_in(act: &'static str) -> Self {
        let cancelled = Finding::inconclusive(Reason::Cancelled, "interrupted");
        let stage = Self::answering(act, Kind::Health, cancelled);
        Self { interrupted_in: Some(act), ..stage }
    }

    fn act(&mut self, act: &'static str) -> Inspection {
        self.done.push(act.to_owned());
        self.is_interrupted |= self.interrupted_in == Some(act);
        let holds = || vec![(Check::new(Kind::Health, "api", "check"), Finding::pass("holds"))];
        inspection(self.answers.remove(act).unwrap_or_else(holds))
    }

    async fn deploys(mut self) -> (Ending, Vec<String>) {
        let ending = deploy(&mut self, true).await.unwrap();
        (ending, self.done)
    }

    async fn deploys_for_a_person(mut self) -> (Ending, Vec<String>) {
        let ending = deploy(&mut self, false).await.unwrap();
        (ending, self.done)
    }
}

impl Stage for Scripted {
    fn enter(&mut self, state: DeploymentState, _: &str) -> Result<(), StoreError> {
        self.done.push(format!("journal {}", state.word()));
        if self.journal_breaks_at != Some(state) {
            return Ok(());
        }
        let cause = std::io::Error::other("the disk is full");
        Err(StoreError::Io { file: "history.db".to_owned(), cause })
    }

    async fn check_before(&mut self) -> Inspection {
        self.act("check before")
    }

    async fn back_up(&mut self) -> Option<Inspection> {
        let backup = self.act("back up");
        (!self.has_nothing_running).then_some(backup)
    }

    async fn change(&mut self) -> Inspection {
        self.act("change")
    }

    async fn verify(&mut self) -> Inspection {
        self.act("verify")
    }

    async fn restore(&mut self) -> Inspection {
        self.act("restore")
    }

    async fn verify_restored(&mut self) -> Inspection {
        self.act("verify restored")
    }

    fn is_interrupted(&self) -> bool {
        self.is_interrupted
    }
}

fn inspection(answers: Vec<(Check, Finding)>) -> Inspection {
    let result = |(check, finding)| CheckResult::new(check, finding, 0.0, 0.0);
    let run = Run {
        schema: Run::SCHEMA,
        tool: "0.0.0".into(),
        command: "deploy".into(),
        project: "shop".into(),
        environment: "local".into(),
        phase: None,
        release: None,
        started: "2026-01-01T00:00:00Z".into(),
        elapsed_ms: 0.0,
        results: answers.into_iter().map(result).collect(),
    };
    let judgement = judge(&run, Policy::default());
    Inspection { run, judgement, decision: None }
}

fn failed() -> Finding {
    Finding::fail(Reason::Unhealthy, "does not hold")
}

fn unknown() -> Finding {
    Finding::inconclusive(Reason::Unreachable, "could not be measured")
}

const UNTIL_THE_CHANGE: [&str; 6] = [
    "journal preparing",
    "check before",
    "journal backing_up",
    "back up",
    "journal changing",
    "change",
];
const VERIFYING: [&str; 2] = ["journal verifying", "verify"];
const TAKING_BACK: [&str; 3] = ["journal rolling_back", "restore", "verify restored"];

fn until_the_change_and(acts: &[&[&'static str]]) -> Vec<&'static str> {
    [&UNTIL_THE_CHANGE[..], &acts.concat()].concat()
}

#[tokio::test]
async fn a_release_that_holds_is_promoted_and_each_state_is_journaled_before_it_is_done() {
    let (ending, done) = Scripted::default().deploys().await;
    assert_eq!((ending.state, ending.exit), (DeploymentState::Promoted, Exit::Holds));
    assert_eq!((ending.trigger, ending.because), (None, vec![]));
    assert_eq!(done, until_the_change_and(&[&VERIFYING]));
}

#[tokio::test]
async fn nothing_is_changed_when_a_check_before_the_change_says_no() {
    for (finding, exit) in [(failed(), Exit::Failed), (unknown(), Exit::Inconclusive)] {
        let stage = Scripted::answering("check before", Kind::Preflight, finding);
        let (ending, done) = stage.deploys().await;
        assert_eq!((ending.state, ending.exit), (DeploymentState::Held, exit));
        assert_eq!(done, ["journal preparing", "check before"]);
    }
}

#[tokio::test]
async fn nothing_is_changed_without_a_verified_backup() {
    for (finding, exit) in [(failed(), Exit::Failed), (unknown(), Exit::Inconclusive)] {
        let stage = Scripted::answering("back up", Kind::Backup, finding);
        let (ending, done) = stage.deploys().await;
        assert_eq!((ending.state, ending.exit), (DeploymentState::Held, exit));
        assert_eq!(done, UNTIL_THE_CHANGE[..4]);
    }
}

#[tokio::test]
async fn where_nothing_runs_there_is_nothing_to_back_up_and_the_deployment_goes_on() {
    let stage = Scripted { has_nothing_running: true, ..Scripted::default() };
    let (ending, done) = stage.deploys().await;
    assert_eq!(ending.exit, Exit::Holds);
    assert_eq!(done, until_the_change_and(&[&VERIFYING]));
}

#[tokio::test]
async fn a_journal_that_cannot_be_written_stops_a_deployment_before_the_change() {
    let states =
        [DeploymentState::Preparing, DeploymentState::BackingUp, DeploymentState::Changing];
    for state in states {
        let mut stage = Scripted { journal_breaks_at: Some(state), ..Scripted::default() };
        assert!(deploy(&mut stage, true).await.is_err());
        assert!(!stage.done.iter().any(|act| act == "change"), "{:?}", stage.done);
    }
}

#[tokio::test]
async fn a_journal_that_cannot_be_written_never_stops_a_rollback() {
    let failing = Scripted::answering("verify", Kind::Health, failed());
    let breaks_at = Some(DeploymentState::RollingBack);
    let stage = Scripted { journal_breaks_at: breaks_at, ..failing };
    let (ending, done) = stage.deploys().await;
    assert_eq!(ending.exit, Exit::RolledBack);
    assert!(ending.because[1].contains("the disk is full"), "{:?}", ending.because);
    assert_eq!(done, until_the_change_and(&[&VERIFYING, &TAKING_BACK]));
}

#[tokio::test]
async fn a_release_that_does_not_start_is_taken_back_and_the_old_one_verified() {
    let (ending, done) = Scripted::answering("change", Kind::Startup, failed()).deploys().await;
    assert_eq!((ending.state, ending.exit), (DeploymentState::RolledBack, Exit::RolledBack));
    assert_eq!(ending.trigger, Some(Trigger::StartFailure));
    assert_eq!(ending.because, ["startup/api/check: does not hold"]);
    assert_eq!(done, until_the_change_and(&[&TAKING_BACK]));
}

#[tokio::test]
async fn a_release_that_fails_the_gate_is_taken_back_for_the_specifications_reasons() {
    for (kind, trigger) in [
        (Kind::Health, Trigger::Health),
        (Kind::Load, Trigger::Performance),
        (Kind::Security, Trigger::Security),
        (Kind::E2e, Trigger::Validation),
        (Kind::Drift, Trigger::Validation),
    ] {
        let (ending, done) = Scripted::answering("verify", kind, failed()).deploys().await;
        assert_eq!((ending.exit, ending.trigger), (Exit::RolledBack, Some(trigger)), "{kind}");
        assert_eq!(done, until_the_change_and(&[&VERIFYING, &TAKING_BACK]), "{kind}");
    }
}

#[tokio::test]
async fn a_warning_is_not_the_reason_where_something_critical_failed() {
    let warning = Check::new(Kind::Security, "api", "header").with_severity(Severity::Warning);
    let stage = Scripted::answering("verify", Kind::E2e, failed());
    let (ending, _) = stage.and_check("verify", warning, failed()).deploys().await;
    assert_eq!(ending.trigger, Some(Trigger::Validation));
}

#[tokio::test]
async fn not_to_know_leaves_the_release_to_a_person_and_never_takes_it_back_by_itself() {
    for act in ["change", "verify"] {
        let (ending, done) = Scripted::answering(act, Kind::Load, unknown()).deploys().await;
        assert_eq!((ending.state, ending.exit), (DeploymentState::Awaiting, Exit::Inconclusive));
        assert_eq!(ending.because, ["load/api/check: could not be measured"]);
        assert_eq!(done.last().map(String::as_str), Some(act));
    }
}

#[tokio::test]
async fn an_interruption_before_the_change_changes_nothing() {
    let stage = Scripted { interrupted_in: Some("back up"), ..Scripted::default() };
    let (ending, done) = stage.deploys().await;
    assert_eq!((ending.state, ending.exit), (DeploymentState::Held, Exit::Inconclusive));
    assert_eq!(done, UNTIL_THE_CHANGE[..4]);
}

#[tokio::test]
async fn an_interruption_after_the_change_takes_the_release_back() {
    for (act, verifying) in [("change", &[][..]), ("verify", &VERIFYING[..])] {
        let (ending, done) = Scripted::interrupted_in(act).deploys().await;
        assert_eq!((ending.exit, ending.trigger), (Exit::RolledBack, Some(Trigger::Manual)));
        assert_eq!(ending.because, ["interrupted"]);
        assert_eq!(done, until_the_change_and(&[verifying, &TAKING_BACK]));
    }
}

#[tokio::test]
async fn a_person_decides_where_rollbacks_are_not_automatic() {
    for (act, kind) in [("change", Kind::Startup), ("verify", Kind::Health)] {
        let stage = Scripted::answering(act, kind, failed());
        let (ending, done) = stage.deploys_for_a_person().await;
        assert_eq!((ending.state, ending.exit), (DeploymentState::Awaiting, Exit::Locked));
        assert!(ending.trigger.is_some());
        assert_eq!(done.last().map(String::as_str), Some(act));
    }
}

#[tokio::test]
async fn an_interruption_is_a_persons_decision_even_where_rollbacks_are_not_automatic() {
    let (ending, _) = Scripted::interrupted_in("change").deploys_for_a_person().await;
    assert_eq!((ending.exit, ending.trigger), (Exit::RolledBack, Some(Trigger::Manual)));
}

#[tokio::test]
async fn a_rollback_that_cannot_be_verified_is_never_itself_rolled_back() {
    for finding in [failed(), unknown()] {
        let stage = Scripted::answering("verify", Kind::Health, failed());
        let stage = stage.and("verify restored", Kind::Health, finding);
        let (ending, done) = stage.deploys().await;
        assert_eq!(ending.exit, Exit::RollbackFailed);
        assert_eq!(ending.state, DeploymentState::RollbackFailed);
        assert_eq!(done, until_the_change_and(&[&VERIFYING, &TAKING_BACK]));
    }
}

#[tokio::test]
async fn an_old_release_that_does_not_start_is_not_asked_anything() {
    let stage = Scripted::answering("verify", Kind::Health, failed());
    let (ending, done) = stage.and("restore", Kind::Startup, failed()).deploys().await;
    assert_eq!(ending.exit, Exit::RollbackFailed);
    assert_eq!(done, until_the_change_and(&[&VERIFYING, &TAKING_BACK[..2]]));
}

#[tokio::test]
async fn a_rollback_that_was_asked_for_and_verified_is_a_success() {
    let mut stage = Scripted::default();
    let ending = go_back(&mut stage).await;
    assert_eq!((ending.exit, ending.trigger), (Exit::Holds, Some(Trigger::Manual)));
    assert_eq!(stage.done, TAKING_BACK);
}

#[tokio::test]
async fn a_rollback_that_was_asked_for_and_cannot_be_verified_needs_a_person() {
    let mut stage = Scripted::answering("verify restored", Kind::Health, unknown());
    let ending = go_back(&mut stage).await;
    assert_eq!(ending.exit, Exit::RollbackFailed);
    assert_eq!(ending.state, DeploymentState::RollbackFailed);
}
