//! Cases performed on a server of a few lines, which remembers what it was asked, in order.

mod command;
mod connections;
mod http;
mod interrupted;
mod objects;
mod server;
mod snapshot;
mod tls;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::Ground;
use crate::config::{Service, Settings, Source, Variables};
use crate::model::{CheckResult, Endpoint, Outcome, Reason, Redactor, Secret};
use crate::protocol::{Browsers, Http};
use crate::runner::{self, Options};
use crate::suite::{Fixtures, Level, SnapshotUpdate, planned_cases, read_suite};

pub(super) type Events = Arc<Mutex<Vec<String>>>;

/// Answers `METHOD /path` with a status and a body; one without an answer hangs.
fn answer(asked: &str, before: usize) -> Option<(u16, &'static str)> {
    Some(match asked {
        "POST /orders" => (201, r#"{"id":"o-1","state":"pending","token":"s3cret-token"}"#),
        "GET /orders/o-1" if before < 2 => (200, r#"{"state":"pending"}"#),
        "GET /orders/o-1" => (200, r#"{"state":"confirmed"}"#),
        "GET /token" => (200, r#"{"token":"s3cret-token"}"#),
        "GET /rejected" => (200, r#"{"state":"rejected"}"#),
        "DELETE /orders/o-1" => (204, ""),
        "GET /hangs" | "DELETE /hangs/o-1" => return None,
        _ => (404, r#"{"detail":"not found"}"#),
    })
}

async fn serve(mut socket: TcpStream, events: Events) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match socket.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    let asked = head.split(" HTTP/").next().unwrap().to_owned();
    let before = {
        let mut events = events.lock().unwrap();
        let before = events.iter().filter(|event| **event == asked).count();
        events.push(asked.clone());
        before
    };
    let Some((status, body)) = answer(&asked, before) else {
        return std::future::pending().await;
    };
    let length = body.len();
    let response = format!(
        "HTTP/1.1 {status} x\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    let _ = socket.write_all(response.as_bytes()).await;
}

/// Starts the server and gives where it listens and what it is asked.
pub(super) async fn server() -> (String, Events) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let events = Events::default();
    let asked = Arc::clone(&events);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(serve(socket, Arc::clone(&asked)));
        }
    });
    (url, events)
}

pub(super) fn settings() -> Settings {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("proofmark.yaml");
    let text = "\
project: p
base: { allow: { run: [sh, no-such-program] } }
environments:
  local:
    services:
      api: { port: 8000 }
      pictures: { protocol: s3, user: shop, region: eu-central-1 }
      papers: { protocol: supabase }
";
    std::fs::write(&file, text).unwrap();
    crate::config::load(&file, "local", &Variables::new()).unwrap()
}

pub(super) fn ground(url: &str) -> Arc<Ground> {
    let services = settings().services;
    let endpoint = |(name, service): (&String, &Service)| {
        let endpoint = Endpoint {
            service: name.clone(),
            protocol: service.protocol,
            url: url.to_owned(),
            password: Some(Secret::new("the-key-of-the-store")).filter(|_| name != "api"),
            signer: service.signer(),
            health: None,
        };
        (name.clone(), endpoint)
    };
    let endpoints = Arc::new(services.iter().map(endpoint).collect());
    let path = ("PATH".to_owned(), "/usr/bin:/bin".to_owned());
    Arc::new(Ground {
        environment: "local".to_owned(),
        release: Some("1.0.0".to_owned()),
        services,
        endpoints,
        startup_timeout: Duration::from_secs(1),
        variables: Arc::new([path].into()),
        stack: None,
        http: Http::new(),
        browsers: Arc::new(Browsers::new("no-driver-here".into(), BTreeMap::new())),
        root: std::env::temp_dir(),
        evidence: std::env::temp_dir().join("evidence"),
        update: SnapshotUpdate::Never,
        // Midnight of the first of January 2026.
        clock: || SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600),
        run: "r".to_owned(),
        swept: Arc::default(),
    })
}

/// Performs the one case of a suite whose text from `cases:` on is `case`.
async fn perform(url: &str, head: &str, case: &str, stop: &CancellationToken) -> CheckResult {
    perform_with(url, head, case, &Options::default(), stop).await
}

async fn perform_with(
    url: &str,
    head: &str,
    case: &str,
    options: &Options,
    stop: &CancellationToken,
) -> CheckResult {
    let text = format!("suite: s\nlevel: e2e\n{head}\ncases:\n{case}");
    let suite =
        read_suite(&Source::new("s.yaml", text), Level::E2e, &settings(), &Fixtures::default())
            .unwrap();
    let ground = ground(url);
    let tasks = planned_cases(&[suite]).into_iter().map(|case| case.task(&ground)).collect();
    let mut results = runner::run(tasks, options, Redactor::default(), stop, |_| {}).await;
    assert_eq!(results.len(), 1);
    results.remove(0)
}

async fn answered(head: &str, case: &str) -> (CheckResult, Vec<String>) {
    let (url, events) = server().await;
    let result = perform(&url, head, case, &CancellationToken::new()).await;
    let events = events.lock().unwrap().clone();
    (result, events)
}

const ORDER: &str = "\
- name: an order is placed
  steps:
    - post: ${api}/orders
      expect: { status: 201 }
      capture: { id: $.id }
    - get: ${api}/orders/${id}
      until: { json: { $.state: confirmed } }
      give_up_if: { json: { $.state: rejected } }
      every: 1ms
      within: 5s
    - get: ${api}/LAST
      expect: { status: 404 }
  cleanup:
    - delete: ${api}/orders/${id}
      expect: { status: 204 }
";

#[tokio::test]
async fn steps_run_in_order_a_waiting_one_repeats_and_the_cleanup_comes_last() {
    let (result, events) = answered("", ORDER).await;
    assert_eq!(result.outcome, Outcome::Pass, "{}", result.message);
    assert_eq!(
        events,
        [
            "POST /orders",
            "GET /orders/o-1",
            "GET /orders/o-1",
            "GET /orders/o-1",
            "GET /LAST",
            "DELETE /orders/o-1",
        ]
    );
    let attempts: Vec<u32> = result.steps.iter().map(|step| step.attempts).collect();
    assert_eq!(attempts, [1, 3, 1, 1]);
}

#[tokio::test]
async fn after_a_step_that_fails_none_follows_but_the_cleanup() {
    let case = ORDER.replace("expect: { status: 404 }", "expect: { status: 200 }");
    let case = case.replacen("/LAST", "/fails", 1);
    let (result, events) = answered("", &case).await;
    assert_eq!((result.outcome, result.reason), (Outcome::Fail, Some(Reason::Expectation)));
    assert_eq!(result.message, "get ${api}/fails: expected status to be 200 but got 404");
    assert_eq!(result.evidence.source.as_deref(), Some("s.yaml:15:7"));
    assert_eq!(events.last().map(String::as_str), Some("DELETE /orders/o-1"));
}

#[tokio::test]
async fn what_was_never_made_is_not_cleaned_up_and_that_is_no_failure() {
    let case = ORDER.replace("post: ${api}/orders", "post: ${api}/nowhere");
    let (result, events) = answered("", &case).await;
    assert_eq!(events, ["POST /nowhere"]);
    let outcomes: Vec<Outcome> = result.steps.iter().map(|step| step.outcome).collect();
    assert_eq!(outcomes, [Outcome::Fail, Outcome::Skipped]);
    assert!(result.steps[1].failures[0].starts_with("not needed: `${id}` has no value"));
    assert!(!result.message.contains("cleanup"), "{}", result.message);
}

#[tokio::test]
async fn what_was_made_otherwise_than_it_has_to_be_is_cleaned_up() {
    let case = ORDER.replacen("status: 201", "status: 200", 1);
    let (result, events) = answered("", &case).await;
    assert_eq!(events, ["POST /orders", "DELETE /orders/o-1"]);
    assert_eq!((result.outcome, result.reason), (Outcome::Fail, Some(Reason::Expectation)));
}

#[tokio::test]
async fn what_was_made_while_waiting_in_vain_is_cleaned_up() {
    let never = "until: { status: 200 }\n      every: 1ms\n      within: 20ms";
    let case = ORDER.replacen("expect: { status: 201 }", never, 1);
    let (result, events) = answered("", &case).await;
    assert_eq!(events.last().map(String::as_str), Some("DELETE /orders/o-1"));
    assert_eq!((result.outcome, result.reason), (Outcome::Fail, Some(Reason::Expectation)));
}

#[tokio::test]
async fn what_was_only_found_otherwise_than_waited_for_is_left_alone() {
    let found = "get: ${api}/orders/o-1\n      until: { json: { $.state: delivered } }\n      \
                 every: 1ms\n      within: 20ms\n      capture: { id: $.state }";
    let whole = "post: ${api}/orders\n      expect: { status: 201 }\n      capture: { id: $.id }";
    let (result, events) = answered("", &ORDER.replacen(whole, found, 1)).await;
    assert!(!events.iter().any(|event| event.starts_with("DELETE")), "{events:?}");
    assert_eq!(result.steps.last().unwrap().outcome, Outcome::Skipped);
}

#[tokio::test]
async fn a_cleanup_that_fails_fails_a_case_that_held() {
    let case = ORDER.replace("delete: ${api}/orders/${id}", "delete: ${api}/gone/${id}");
    let (result, _) = answered("", &case).await;
    assert_eq!((result.outcome, result.reason), (Outcome::Fail, Some(Reason::CleanupFailed)));
}

#[tokio::test]
async fn waiting_ends_at_once_when_there_is_nothing_to_wait_for() {
    let case = ORDER.replace("/orders/${id}\n      until", "/rejected?${id}\n      until");
    let case = case.replace("/rejected?${id}", "/rejected");
    let (result, events) = answered("", &case).await;
    assert_eq!((result.outcome, result.reason), (Outcome::Fail, Some(Reason::Expectation)));
    assert!(result.message.contains("gave up"), "{}", result.message);
    assert_eq!(events, ["POST /orders", "GET /rejected", "DELETE /orders/o-1"]);
}

#[tokio::test]
async fn a_state_that_is_never_reached_is_reported_with_what_was_last_seen() {
    let case = ORDER.replace("confirmed", "delivered").replace("within: 5s", "within: 200ms");
    let (result, _) = answered("", &case).await;
    assert_eq!((result.outcome, result.reason), (Outcome::Fail, Some(Reason::Expectation)));
    assert!(result.message.contains("still not so after 200ms"), "{}", result.message);
    assert_eq!(result.evidence.expected.as_deref(), Some(r#"$.state to be "delivered""#));
}

fn one_step(step: &str) -> String {
    format!("- name: one step\n  steps:\n    - {step}\n")
}

#[tokio::test]
async fn a_service_that_is_not_there_is_unknown_and_one_that_hangs_has_failed() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let step = one_step("{ get: '${api}/', expect: { status: 200 } }");
    let result = perform(&url, "", &step, &CancellationToken::new()).await;
    assert_eq!((result.outcome, result.reason), (Outcome::Inconclusive, Some(Reason::Unreachable)));

    let step = one_step("{ get: '${api}/hangs', timeout: 50ms, expect: { status: 200 } }");
    let (result, _) = answered("", &step).await;
    assert_eq!((result.outcome, result.reason), (Outcome::Fail, Some(Reason::TimedOut)));
}

#[tokio::test]
async fn without_an_engine_a_look_at_a_container_is_unknown() {
    let (result, _) =
        answered("", &one_step("{ container: api, expect: { state: running } }")).await;
    assert_eq!((result.outcome, result.reason), (Outcome::Inconclusive, Some(Reason::NotObserved)));
}

#[tokio::test]
async fn a_secret_that_is_not_set_is_named_and_nothing_is_asked() {
    let step = one_step("{ get: '${api}/?${API_KEY}', expect: { status: 404 } }");
    let (result, events) = answered("secrets: [API_KEY]", &step).await;
    assert_eq!((result.outcome, result.reason), (Outcome::Inconclusive, Some(Reason::NoData)));
    assert!(result.message.contains("API_KEY"), "{}", result.message);
    assert!(events.is_empty());
}

#[tokio::test]
async fn a_captured_secret_is_nowhere_in_the_result() {
    let case = "\
- name: a token is used
  steps:
    - post: ${api}/orders
      expect: { status: 201 }
      capture: { token: $.token }
    - post: ${api}/elsewhere
      json: { token: '${token}' }
      expect: { status: 201, body: { contains: '${token}' } }
";
    let late = "expect: { status: 201, time: { below: 1us } }\n      capture";
    let never = "until: { status: 404 }\n      every: 1ms\n      within: 20ms\n      capture";
    let kept = "expect: { status: 201, snapshot: order }\n      capture";
    let as_it_has_to_be = "expect: { status: 201 }\n      capture";
    for expected in [as_it_has_to_be, late, never, kept] {
        let case = case.replacen(as_it_has_to_be, expected, 1);
        let (result, _) = answered("secrets: [token]", &case).await;
        let written = serde_json::to_string(&result).unwrap();
        assert_ne!(result.outcome, Outcome::Pass);
        assert!(!written.contains("s3cret-token"), "{written}");
        // Of an answer that is waited for, the last may be none.
        assert!(expected == never || written.contains("***"), "{written}");
    }
}

#[tokio::test]
async fn a_suite_for_other_environments_is_skipped_and_asks_nothing() {
    let step = one_step("{ get: '${api}/', expect: { status: 404 } }");
    let (result, events) = answered("targets: [staging, production]", &step).await;
    assert_eq!((result.outcome, result.reason), (Outcome::Skipped, Some(Reason::NotAllowed)));
    assert!(events.is_empty());
}

#[tokio::test]
async fn each_row_is_a_case_and_a_lone_name_keeps_its_type() {
    let case = "\
- name: it answers
  each: [{ path: nowhere, status: 404 }]
  steps:
    - get: ${api}/${path}
      expect: { status: '${status}' }
";
    let (result, events) = answered("", case).await;
    assert_eq!(result.check.id, "e2e/s/it answers (path: nowhere, status: 404)");
    assert_eq!(result.outcome, Outcome::Pass, "{}", result.message);
    assert_eq!(events, ["GET /nowhere"]);
}
