use proptest::prelude::*;

use super::*;

fn run_of(results: Vec<CheckResult>) -> Run {
    Run {
        schema: Run::SCHEMA,
        tool: "0.0.0".into(),
        command: "gate".into(),
        project: "shop".into(),
        environment: "local".into(),
        phase: None,
        release: None,
        started: "2026-01-01T00:00:00Z".into(),
        elapsed_ms: 0.0,
        results,
    }
}

fn result(outcome: Outcome, severity: Severity) -> CheckResult {
    let check = Check::new(Kind::Drift, "api", "image").with_severity(severity);
    let finding = match outcome {
        Outcome::Pass => Finding::pass("holds"),
        Outcome::Fail => Finding::fail(Reason::Changed, "changed"),
        Outcome::Inconclusive => Finding::inconclusive(Reason::NoData, "no sample"),
        Outcome::Waived => Finding { outcome: Outcome::Waived, ..Finding::pass("accepted") },
        Outcome::Skipped => Finding::skipped(Reason::NotAllowed, "not here"),
    };
    CheckResult::new(check, finding, 0.0, 0.0)
}

fn verdict_of(results: Vec<CheckResult>) -> Verdict {
    judge(&run_of(results), Policy::default()).verdict
}

#[test]
fn nothing_measured_is_not_a_pass() {
    assert_eq!(verdict_of(vec![]), Verdict::Inconclusive);
    assert_eq!(
        verdict_of(vec![result(Outcome::Skipped, Severity::Critical)]),
        Verdict::Inconclusive
    );
}

#[test]
fn what_is_waived_is_no_pass_and_no_failure() {
    let waived = || result(Outcome::Waived, Severity::Critical);
    assert_eq!(verdict_of(vec![waived()]), Verdict::Inconclusive);
    assert_eq!(
        verdict_of(vec![waived(), result(Outcome::Pass, Severity::Critical)]),
        Verdict::Pass
    );
}

#[test]
fn a_failure_outranks_a_missing_measurement() {
    let verdict = verdict_of(vec![
        result(Outcome::Inconclusive, Severity::Critical),
        result(Outcome::Fail, Severity::Critical),
        result(Outcome::Pass, Severity::Critical),
    ]);
    assert_eq!(verdict, Verdict::Fail);
}

#[test]
fn a_warning_fails_only_where_the_environment_says_so() {
    let run = run_of(vec![
        result(Outcome::Fail, Severity::Warning),
        result(Outcome::Pass, Severity::Critical),
    ]);
    assert_eq!(judge(&run, Policy { warnings_fail: false }).verdict, Verdict::Pass);
    assert_eq!(judge(&run, Policy { warnings_fail: true }).verdict, Verdict::Fail);
}

#[test]
fn a_missing_measurement_never_rolls_back_by_itself() {
    for phase in [Phase::PreDeployment, Phase::Deployment, Phase::PostDeployment] {
        assert_eq!(decide(Verdict::Inconclusive, phase), Decision::Hold);
    }
}

#[test]
fn before_a_deployment_there_is_nothing_to_roll_back() {
    assert_eq!(decide(Verdict::Fail, Phase::PreDeployment), Decision::Hold);
    assert_eq!(decide(Verdict::Fail, Phase::PostDeployment), Decision::Rollback);
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    prop::sample::select(vec![
        Outcome::Pass,
        Outcome::Fail,
        Outcome::Inconclusive,
        Outcome::Waived,
        Outcome::Skipped,
    ])
}

proptest! {
    #[test]
    fn a_run_passes_only_if_every_critical_check_was_measured_and_holds(
        outcomes in prop::collection::vec(any_outcome(), 0..12),
    ) {
        let results = outcomes.iter().map(|o| result(*o, Severity::Critical)).collect();
        if verdict_of(results) == Verdict::Pass {
            prop_assert!(!outcomes.contains(&Outcome::Fail));
            prop_assert!(!outcomes.contains(&Outcome::Inconclusive));
            prop_assert!(outcomes.contains(&Outcome::Pass));
        }
    }

    #[test]
    fn to_waive_what_holds_or_is_unknown_never_improves_a_decision(
        outcomes in prop::collection::vec(any_outcome(), 0..12),
        which in any::<prop::sample::Index>(),
    ) {
        let decided = |outcomes: &[Outcome]| {
            let results = outcomes.iter().map(|o| result(*o, Severity::Critical)).collect();
            decide(verdict_of(results), Phase::PostDeployment)
        };
        let mut waived = outcomes.clone();
        let Some(at) = outcomes.len().checked_sub(1).map(|_| which.index(outcomes.len())) else {
            return Ok(());
        };
        let waiver = Waiver {
            check: "drift/api/image".into(),
            value: None,
            targets: vec!["local".into()],
            acceptance: Acceptance {
                reason: "a trial".into(),
                owner: "ana".into(),
                expires: "2026-06-01".parse().unwrap(),
                place: Place::new("waivers.yaml", 2, 5),
            },
        };
        let CheckResult { outcome, reason, message, .. } = result(outcomes[at], Severity::Critical);
        let finding = Finding { outcome, reason, ..Finding::pass(message) };
        waived[at] = waiver.weigh(finding, &"2026-01-01".parse().unwrap()).outcome;
        if outcomes[at] == Outcome::Fail {
            prop_assert_eq!(waived[at], Outcome::Waived);
        } else {
            prop_assert_eq!(waived[at], outcomes[at]);
        }
        if decided(&waived) == Decision::Promote {
            prop_assert!(waived.contains(&Outcome::Pass));
            prop_assert!(!waived.contains(&Outcome::Fail) && !waived.contains(&Outcome::Inconclusive));
        }
    }
}
