use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

use bollard::models::{
    ContainerConfig, ContainerInspectResponse, ContainerState, ContainerStateStatusEnum as Status,
    Health, HealthConfig, HealthStatusEnum, HealthcheckResult,
};
use tokio::time::Instant;

use super::container::{judge, restarts};
use super::endpoint::{Answer, Prober, Reading, Rule, ask};
use super::plan::completes;
use super::probe::{not_the_services_own, of_status};
use super::summary::summarise;
use super::{health_log, usage};
use crate::engine::{ComposeModel, Container, Usage};
use crate::model::{Bytes, Finding, Outcome, Percent, Reason};
use crate::protocol::HttpError;

const SECOND: i64 = 1_000_000_000;
const ASKED: &str = "2026-03-01T12:00:00Z";

fn seconds_after_asked(seconds: u64) -> SystemTime {
    health_log::instant(ASKED).unwrap() + Duration::from_secs(seconds)
}

fn container(state: ContainerState, check: Option<HealthConfig>) -> Container {
    let labels = [("com.docker.compose.service".to_owned(), "api".to_owned())].into();
    Container::read(ContainerInspectResponse {
        id: Some("a1".into()),
        state: Some(state),
        config: Some(ContainerConfig {
            labels: Some(labels),
            healthcheck: check,
            ..Default::default()
        }),
        ..Default::default()
    })
    .unwrap()
}

fn check_every_two_seconds() -> HealthConfig {
    HealthConfig {
        test: Some(vec!["CMD".into(), "true".into()]),
        interval: Some(2 * SECOND),
        timeout: Some(3 * SECOND),
        ..Default::default()
    }
}

fn running_with(status: HealthStatusEnum) -> Container {
    let entry = HealthcheckResult {
        end: Some(seconds_after_asked(0).into()),
        exit_code: Some(0),
        output: Some("curl: (22)\n  503\n".into()),
        ..Default::default()
    };
    let health = Health { status: Some(status), failing_streak: Some(3), log: Some(vec![entry]) };
    let state = ContainerState {
        status: Some(Status::RUNNING),
        health: Some(health),
        ..Default::default()
    };
    container(state, Some(check_every_two_seconds()))
}

fn ended(status: Status, exit_code: i64, oom_killed: bool) -> Container {
    let state = ContainerState {
        status: Some(status),
        exit_code: Some(exit_code),
        oom_killed: Some(oom_killed),
        ..Default::default()
    };
    container(state, None)
}

fn judged(container: &Container, completes: bool) -> Finding {
    judge(container, completes, seconds_after_asked(1)).unwrap()
}

#[test]
fn a_healthy_container_passes_and_a_starting_one_is_waited_for() {
    assert_eq!(judged(&running_with(HealthStatusEnum::HEALTHY), false).outcome, Outcome::Pass);
    let starting = running_with(HealthStatusEnum::STARTING);
    assert_eq!(judge(&starting, false, seconds_after_asked(1)), None);
}

#[test]
fn an_unhealthy_container_fails_with_what_its_check_last_said() {
    let finding = judged(&running_with(HealthStatusEnum::UNHEALTHY), false);
    assert_eq!((finding.outcome, finding.reason), (Outcome::Fail, Some(Reason::Unhealthy)));
    assert!(
        finding.message.ends_with("3 health checks in a row failed, the last said: curl: (22) 503")
    );
}

#[test]
fn a_health_log_older_than_three_intervals_and_a_timeout_tells_nothing() {
    let healthy = running_with(HealthStatusEnum::HEALTHY);
    let at = |seconds| judge(&healthy, false, seconds_after_asked(seconds)).unwrap();
    assert_eq!(at(9).outcome, Outcome::Pass);
    assert_eq!(at(10).outcome, Outcome::Inconclusive);
    assert_eq!(at(10).reason, Some(Reason::NotObserved));
}

#[test]
fn a_health_log_without_entries_is_no_pass() {
    let mut healthy = running_with(HealthStatusEnum::HEALTHY);
    healthy.inspect.state.as_mut().unwrap().health.as_mut().unwrap().log = Some(vec![]);
    assert_eq!(judged(&healthy, false).reason, Some(Reason::NotObserved));
}

#[test]
fn a_health_check_that_the_engine_says_nothing_of_is_no_pass() {
    let state = ContainerState { status: Some(Status::RUNNING), ..Default::default() };
    let silent = container(state.clone(), Some(check_every_two_seconds()));
    assert_eq!(judged(&silent, false).reason, Some(Reason::NotObserved));
    assert_eq!(judged(&container(state, None), false).outcome, Outcome::Pass);
}

#[test]
fn a_container_that_ended_fails_with_its_exit_code_and_why_it_was_killed() {
    let finding = judged(&ended(Status::EXITED, 137, true), false);
    assert_eq!((finding.outcome, finding.reason), (Outcome::Fail, Some(Reason::Unhealthy)));
    assert_eq!(
        finding.message,
        "api-1 is exited, exit code 137, killed for using more memory than its limit"
    );
    assert_eq!(judged(&ended(Status::RESTARTING, 1, false), false).outcome, Outcome::Fail);
    let paused = judged(&ended(Status::PAUSED, 0, false), false);
    assert_eq!((paused.outcome, paused.message.as_str()), (Outcome::Fail, "api-1 is paused"));
}

#[test]
fn a_container_that_is_meant_to_end_passes_only_with_exit_code_zero() {
    assert_eq!(judged(&ended(Status::EXITED, 0, false), true).outcome, Outcome::Pass);
    assert_eq!(judged(&ended(Status::EXITED, 1, false), true).outcome, Outcome::Fail);
    assert_eq!(judged(&ended(Status::EXITED, 0, false), false).outcome, Outcome::Fail);
}

#[test]
fn a_container_without_a_status_is_no_pass() {
    assert_eq!(
        judged(&container(ContainerState::default(), None), false).reason,
        Some(Reason::NoData)
    );
}

#[test]
fn one_restart_is_a_failure_and_an_unknown_number_is_no_pass() {
    let mut container = running_with(HealthStatusEnum::HEALTHY);
    let mut with = |count| {
        container.inspect.restart_count = count;
        restarts(&container).outcome
    };
    assert_eq!(with(Some(0)), Outcome::Pass);
    assert_eq!(with(Some(1)), Outcome::Fail);
    assert_eq!(with(None), Outcome::Inconclusive);
}

#[test]
fn a_service_is_as_well_as_its_worst_container_and_never_well_without_one() {
    let fail = || Finding::fail(Reason::Unhealthy, "two is down");
    let unknown = || Finding::inconclusive(Reason::NoData, "one is unknown");
    let summary = summarise(vec![unknown(), fail(), Finding::pass("three is well")]);
    assert_eq!(summary, fail());
    assert_eq!(summarise(vec![Finding::pass("well"), unknown()]), unknown());
    assert_eq!(summarise(vec![]).reason, Some(Reason::NotObserved));
    let both = summarise(vec![Finding::pass("one is well"), Finding::pass("two is well")]);
    assert_eq!(both.message, "one is well; two is well");
}

#[test]
fn a_service_that_others_wait_to_see_completed_is_meant_to_end() {
    let model = ComposeModel::read(
        r#"{"name": "shop", "services": {
            "api": {"depends_on": {"migrate": {"condition": "service_completed_successfully"},
                                   "db": {"condition": "service_healthy"}}},
            "migrate": {}, "db": {}}}"#,
    )
    .unwrap();
    assert!(completes(&model, "migrate"));
    assert!(!completes(&model, "db") && !completes(&model, "api"));
}

/// Gives its answers one after another.
struct Script(VecDeque<Answer>);

impl Prober for Script {
    async fn probe(&mut self) -> Reading {
        let answer = self.0.pop_front().expect("no more probes than the rule asks for");
        Reading { answer, elapsed: Duration::from_millis(12) }
    }
}

fn well() -> Answer {
    of_status(200)
}

fn unwell() -> Answer {
    of_status(503)
}

fn unknown() -> Answer {
    let error = HttpError::Unresolved { url: "http://api".into(), cause: "no name".into() };
    not_the_services_own(&error).unwrap()
}

/// Asks by the rule of five and gives how many probes were not needed too.
async fn asked(answers: impl IntoIterator<Item = Answer>) -> (Finding, usize) {
    let mut script = Script(answers.into_iter().collect());
    let rule = Rule { failures: 5, interval: Duration::from_secs(1) };
    (ask(&mut script, rule).await, script.0.len())
}

#[tokio::test(start_paused = true)]
async fn five_failures_in_a_row_fail_and_no_sixth_is_asked_for() {
    let began = Instant::now();
    let (finding, left) = asked(std::iter::repeat_n(unwell(), 6)).await;
    assert_eq!((finding.outcome, finding.reason), (Outcome::Fail, Some(Reason::Unhealthy)));
    assert_eq!(
        finding.message,
        "5 probes in a row failed: answered 503 (12 ms, 12 ms, 12 ms, 12 ms, 12 ms)"
    );
    assert_eq!((left, began.elapsed()), (1, Duration::from_secs(4)));
}

#[tokio::test(start_paused = true)]
async fn four_failures_and_then_an_answer_pass_and_are_told() {
    let (finding, _) = asked([unwell(), unwell(), of_status(404), unwell(), well()]).await;
    assert_eq!(finding.outcome, Outcome::Pass);
    assert_eq!(
        finding.message,
        "answered 200 in 12 ms; before that failed: \
         answered 503 (12 ms, 12 ms); answered 404 (12 ms); answered 503 (12 ms)"
    );
}

#[tokio::test(start_paused = true)]
async fn one_good_answer_is_enough() {
    let (finding, left) = asked([well(), unwell()]).await;
    assert_eq!((finding.outcome, left), (Outcome::Pass, 1));
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_did_not_find_out_breaks_the_row_of_failures() {
    let (finding, _) = asked([unwell(), unwell(), unknown(), unwell(), unwell()]).await;
    assert_eq!(finding.outcome, Outcome::Inconclusive);
    assert_eq!(finding.reason, Some(Reason::Unreachable));
}

#[test]
fn a_redirect_is_not_well_and_no_route_is_not_the_services_failure() {
    assert!(matches!(of_status(204), Answer::Well(_)));
    assert!(matches!(of_status(302), Answer::Unwell(_)));
    let url = || "http://api".to_owned();
    let no_route = HttpError::NoRoute { url: url(), cause: "no route".into() };
    assert!(not_the_services_own(&no_route).is_some());
    assert!(not_the_services_own(&HttpError::Refused { url: url() }).is_none());
}

#[test]
fn a_share_at_its_threshold_holds_and_above_it_fails() {
    let reading = |memory, memory_limit| Usage {
        cpu: Percent(80.1),
        memory: Bytes(memory),
        memory_limit,
        pids: None,
    };
    let memory = |used, limit: Option<u64>| {
        usage::memory("api-1", &reading(used, limit.map(Bytes)), Percent(80.0))
    };
    assert_eq!(memory(80, Some(100)).outcome, Outcome::Pass);
    assert_eq!(memory(81, Some(100)).reason, Some(Reason::ThresholdExceeded));
    let unlimited = memory(81, None);
    assert_eq!(
        (unlimited.outcome, unlimited.reason),
        (Outcome::Skipped, Some(Reason::NotObserved))
    );
    assert_eq!(usage::cpu("api-1", &reading(1, None), Percent(80.0)).outcome, Outcome::Fail);
}

#[test]
fn a_disk_that_cannot_be_seen_is_no_pass() {
    assert_eq!(usage::disk(Some(Percent(90.0)), Percent(90.0)).outcome, Outcome::Pass);
    assert_eq!(usage::disk(Some(Percent(90.1)), Percent(90.0)).outcome, Outcome::Fail);
    assert_eq!(usage::disk(None, Percent(90.0)).reason, Some(Reason::NotObserved));
}
