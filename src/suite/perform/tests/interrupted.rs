//! Cases that are cut short, by hand or by their time limit.

use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{ORDER, perform, perform_with, server};
use crate::model::{CheckResult, Outcome, Reason};
use crate::runner::Options;

/// Interrupts a case once it has asked something so many times.
async fn interrupted_at(asked: &str, times: usize, case: &str) -> (CheckResult, Vec<String>) {
    let (url, events) = server().await;
    let stop = CancellationToken::new();
    let interrupt = async {
        while events.lock().unwrap().iter().filter(|event| *event == asked).count() < times {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        stop.cancel();
    };
    let (result, ()) = tokio::join!(perform(&url, "", case, &stop), interrupt);
    let events = events.lock().unwrap().clone();
    (result, events)
}

#[tokio::test]
async fn an_interrupted_case_is_cleaned_up_and_is_not_a_pass() {
    let case = ORDER.replace("/LAST", "/hangs");
    let (result, events) = interrupted_at("GET /hangs", 1, &case).await;
    assert_eq!((result.outcome, result.reason), (Outcome::Inconclusive, Some(Reason::Cancelled)));
    assert_eq!(events.last().map(String::as_str), Some("DELETE /orders/o-1"));
}

#[tokio::test]
async fn a_case_that_is_cut_short_while_it_waits_says_what_for_and_shows_the_last_answer() {
    let case = ORDER.replace("confirmed", "delivered");
    let (result, _) = interrupted_at("GET /orders/o-1", 2, &case).await;
    let lacks = r#"expected $.state to be "delivered" but got"#;
    let waited = format!("interrupted: get ${{api}}/orders/${{id}}: still waiting: {lacks}");
    assert!(result.message.starts_with(&waited), "{}", result.message);
    assert_eq!(result.evidence.expected.as_deref(), Some(r#"$.state to be "delivered""#));
    assert_eq!(result.evidence.source.as_deref(), Some("s.yaml:10:7"));
    let step = &result.steps[1];
    assert_eq!(step.failures[0], "interrupted");
    assert!(step.failures[1].starts_with(lacks), "{}", step.failures[1]);
    assert!(step.received.contains("\"state\""), "{}", step.received);
}

#[tokio::test]
async fn a_case_that_is_cut_short_before_anybody_answers_says_that_nobody_does() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let wait = "until: { status: 200 }, every: 1ms, within: 5s";
    let case = format!("- name: it is up\n  steps:\n    - {{ get: '${{api}}/', {wait} }}\n");
    let stop = CancellationToken::new();
    let interrupt = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        stop.cancel();
    };
    let (result, ()) = tokio::join!(perform(&url, "", &case, &stop), interrupt);
    let waited = "interrupted: get ${api}/: still waiting: cannot reach";
    assert!(result.message.starts_with(waited), "{}", result.message);
}

#[tokio::test]
async fn the_steps_of_a_cleanup_that_is_given_up_are_told_with_the_one_under_way() {
    let case = ORDER.replace("/LAST", "/hangs");
    let case = case.replace("delete: ${api}/orders/${id}", "delete: ${api}/hangs/${id}");
    let case = format!("{case}      timeout: 10m\n");
    let case =
        case.replace("- name: an order is placed", "- name: an order is placed\n  timeout: 500ms");
    let case = case.replace("within: 5s", "within: 400ms");
    let (url, _) = server().await;
    let options = Options { grace: Duration::from_millis(100), ..Options::default() };
    let result = perform_with(&url, "", &case, &options, &CancellationToken::new()).await;
    assert_eq!((result.outcome, result.reason), (Outcome::Inconclusive, Some(Reason::TimedOut)));
    assert!(result.message.contains("was given up"), "{}", result.message);
    let told: Vec<(&str, Outcome)> =
        result.steps.iter().map(|step| (step.name.as_str(), step.outcome)).collect();
    assert_eq!(
        told,
        [
            ("post ${api}/orders", Outcome::Pass),
            ("get ${api}/orders/${id}", Outcome::Pass),
            ("get ${api}/hangs", Outcome::Inconclusive),
            ("cleanup: delete ${api}/hangs/${id}", Outcome::Inconclusive),
        ]
    );
    assert_eq!(result.steps[3].failures, ["interrupted"]);
}
