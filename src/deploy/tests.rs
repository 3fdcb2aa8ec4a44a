use std::collections::VecDeque;

use super::script::{Ending, Stage, deploy, go_back};
use crate::gate::Inspection;
use crate::model::{
    Check, CheckResult, DeploymentState, Exit, Finding, Judgement, Kind, Policy, Reason, Run,
    Trigger, judge,
};
use crate::store::StoreError;

/// Answers each act with what was written for it, and writes down what was done.
#[derive(Default)]
struct Scripted {
    answers: VecDeque<(&'static str, Finding, Kind)>,
    done: Vec<String>,
    interrupted: bool,
}

impl Scripted {
    fn new(answers: impl IntoIterator<Item = (&'static str, Finding, Kind)>) -> Self {
        Self { answers: answers.into_iter().collect(), ..Self::default() }
    }

    fn answer(&mut self, act: &str) -> Inspection {
        self.done.push(act.to_owned());
        let written = self.answers.front().is_some_and(|(name, ..)| *name == act);
        let (finding, kind) = match self.answers.pop_front().filter(|_| written) {
            Some((_, finding, kind)) => (finding, kind),
            None => (Finding::pass("holds"), Kind::Health),
        };
        inspection(finding, kind)
    }

    async fn deploys(mut self, automatic: bool) -> (Ending, Vec<String>) {
        let ending = deploy(&mut self, automatic).await.unwrap();
        (ending, self.done)
    }
}

fn inspection(finding: Finding, kind: Kind) -> Inspection {
    let check = Check::new(kind, "api", "check");
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
        results: vec![CheckResult::new(check, finding, 0.0, 0.0)],
    };
    let judgement: Judgement = judge(&run, Policy::default());
    Inspection { run, judgement, decision: None }
}

impl Stage for Scripted {
    fn enter(&mut self, state: DeploymentState, _: &str) -> Result<(), StoreError> {
        self.done.push(format!("journal {}", state.word()));
        Ok(())
    }

    async fn check_before(&mut self) -> Inspection {
        self.answer("check before")
    }

    async fn back_up(&mut self) -> Inspection {
        self.answer("back up")
    }

    async fn change(&mut self) -> Inspection {
        self.answer("change")
    }

    async fn verify(&mut self) -> Inspection {
        self.answer("verify")
    }

    async fn restore(&mut self) -> Inspection {
        self.answer("restore")
    }

    async fn verify_restored(&mut self) -> Inspection {
        self.answer("verify restored")
    }

    fn is_interrupted(&self) -> bool {
        self.interrupted
    }
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

fn after_the_change(acts: &[&'static str]) -> Vec<&'static str> {
    [&UNTIL_THE_CHANGE, acts].concat()
}

#[tokio::test]
async fn a_release_that_holds_is_promoted_and_each_state_is_journaled_before_it_is_done() {
    let (ending, done) = Scripted::new([]).deploys(true).await;
    assert_eq!((ending.state, ending.exit), (DeploymentState::Promoted, Exit::Holds));
    assert_eq!(done, after_the_change(&["journal verifying", "verify"]));
}

#[tokio::test]
async fn nothing_is_changed_when_a_check_before_the_change_says_no() {
    for (finding, exit) in [(failed(), Exit::Failed), (unknown(), Exit::Inconclusive)] {
        let stage = Scripted::new([("check before", finding, Kind::Preflight)]);
        let (ending, done) = stage.deploys(true).await;
        assert_eq!((ending.state, ending.exit), (DeploymentState::Held, exit));
        assert_eq!(done, ["journal preparing", "check before"]);
    }
}

#[tokio::test]
async fn nothing_is_changed_without_a_verified_backup() {
    // The first answer is for an act that comes later, so the check before passes.
    let mut stage = Scripted::new([]);
    stage.answers = [
        ("check before", Finding::pass("holds"), Kind::Preflight),
        ("back up", failed(), Kind::Backup),
    ]
    .into();
    let (ending, done) = stage.deploys(true).await;
    assert_eq!((ending.state, ending.exit), (DeploymentState::Held, Exit::Failed));
    assert_eq!(done.last().map(String::as_str), Some("back up"));
}

/// Answers that hold, up to the act whose answer is given.
fn holding_until(
    act: &'static str,
    finding: Finding,
    kind: Kind,
) -> Vec<(&'static str, Finding, Kind)> {
    let acts = ["check before", "back up", "change", "verify", "restore", "verify restored"];
    let before = acts.into_iter().take_while(|other| *other != act);
    let mut answers: Vec<_> =
        before.map(|act| (act, Finding::pass("holds"), Kind::Health)).collect();
    answers.push((act, finding, kind));
    answers
}

#[tokio::test]
async fn a_release_that_does_not_start_is_taken_back_and_the_old_one_verified() {
    let stage = Scripted::new(holding_until("change", failed(), Kind::Startup));
    let (ending, done) = stage.deploys(true).await;
    assert_eq!((ending.state, ending.exit), (DeploymentState::RolledBack, Exit::RolledBack));
    assert_eq!(ending.trigger, Some(Trigger::StartFailure));
    assert_eq!(done, after_the_change(&["journal rolling_back", "restore", "verify restored"]));
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
        let stage = Scripted::new(holding_until("verify", failed(), kind));
        let (ending, _) = stage.deploys(true).await;
        assert_eq!(ending.exit, Exit::RolledBack, "{kind}");
        assert_eq!(ending.trigger, Some(trigger), "{kind}");
    }
}

#[tokio::test]
async fn not_to_know_leaves_the_release_to_a_person_and_never_takes_it_back_by_itself() {
    let stage = Scripted::new(holding_until("verify", unknown(), Kind::Load));
    let (ending, done) = stage.deploys(true).await;
    assert_eq!((ending.state, ending.exit), (DeploymentState::Awaiting, Exit::Inconclusive));
    assert!(!done.iter().any(|act| act == "restore"), "{done:?}");
}

#[tokio::test]
async fn an_interruption_after_the_change_takes_the_release_back() {
    let mut stage = Scripted::new(holding_until("verify", unknown(), Kind::Load));
    stage.interrupted = true;
    let (ending, _) = stage.deploys(true).await;
    assert_eq!((ending.exit, ending.trigger), (Exit::RolledBack, Some(Trigger::Manual)));
}

#[tokio::test]
async fn a_person_decides_where_rollbacks_are_not_automatic() {
    let stage = Scripted::new(holding_until("verify", failed(), Kind::Health));
    let (ending, done) = stage.deploys(false).await;
    assert_eq!((ending.state, ending.exit), (DeploymentState::Awaiting, Exit::Locked));
    assert!(!done.iter().any(|act| act == "restore"), "{done:?}");
}

#[tokio::test]
async fn a_rollback_that_cannot_be_verified_is_never_itself_rolled_back() {
    for finding in [failed(), unknown()] {
        let mut answers = holding_until("verify", failed(), Kind::Health);
        answers.push(("restore", Finding::pass("holds"), Kind::Startup));
        answers.push(("verify restored", finding, Kind::Health));
        let (ending, done) = Scripted::new(answers).deploys(true).await;
        assert_eq!(ending.exit, Exit::RollbackFailed);
        assert_eq!(ending.state, DeploymentState::RollbackFailed);
        assert_eq!(done.iter().filter(|act| *act == "restore").count(), 1);
    }
}

#[tokio::test]
async fn a_rollback_that_was_asked_for_and_verified_is_a_success() {
    let mut stage = Scripted::new([]);
    let ending = go_back(&mut stage).await.unwrap();
    assert_eq!((ending.exit, ending.trigger), (Exit::Holds, Some(Trigger::Manual)));
    assert_eq!(stage.done, ["journal rolling_back", "restore", "verify restored"]);
}
