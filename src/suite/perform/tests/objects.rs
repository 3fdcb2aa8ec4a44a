//! What is asked of object stores, what their refusals mean, and what of it is shown.

use tokio_util::sync::CancellationToken;

use super::perform;
use super::server::{Respond, response, server};
use crate::model::{CheckResult, Outcome, Reason};

async fn answered(respond: Respond, steps: &str) -> (CheckResult, Vec<String>) {
    let (url, requests) = server(respond).await;
    let case = format!("- name: a case\n  steps:\n{steps}");
    let result = perform(&url, "", &case, &CancellationToken::new()).await;
    let requests = requests.lock().unwrap().clone();
    (result, requests)
}

fn error(code: &str) -> String {
    let xml = format!(
        "<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>a &quot;b&quot;</Message></Error>"
    );
    response(404, "", &xml)
}

#[tokio::test]
async fn an_object_is_put_under_its_key_with_what_is_said_of_it() {
    let (result, requests) = answered(
        |_| response(200, "etag: \"abc\"\r\n", ""),
        "
    - put_object: mugs/a b/ü+1.json
      on: pictures
      json: { sku: mug-01 }
      metadata: { Origin: suite }
      expect: { size: 16, etag: abc, sha256: { length: 64 } }
",
    )
    .await;
    assert_eq!(result.outcome, Outcome::Pass, "{}", result.message);
    let (head, body) = requests[0].split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("PUT /mugs/a%20b/%C3%BC%2B1.json?"), "{head}");
    assert!(head.contains("x-amz-meta-origin: suite"), "{head}");
    assert!(head.contains("content-type: application/json"), "{head}");
    assert_eq!(body, r#"{"sku":"mug-01"}"#);
}

#[tokio::test]
async fn an_object_that_is_not_there_fails_unless_the_step_asks() {
    let steps = "
    - get_object: mugs/1.json
      on: pictures
      expect: { size: 1 }
";
    let (result, _) = answered(|_| error("NoSuchKey"), steps).await;
    let said = "get_object mugs/1.json: there is no object `1.json` in the bucket `mugs`";
    assert_eq!((result.outcome, &*result.message), (Outcome::Fail, said));
    let (result, _) =
        answered(|_| error("NoSuchKey"), &steps.replace("size: 1", "found: false")).await;
    assert_eq!(result.outcome, Outcome::Pass, "{}", result.message);
}

#[tokio::test]
async fn a_refusal_fails_unless_the_step_asks_and_a_key_that_is_none_says_nothing_of_the_object() {
    let steps = "
    - list_objects: mugs
      on: pictures
      expect: { count: 0 }
";
    let (result, _) = answered(|_| error("NoSuchBucket"), steps).await;
    let said = "list_objects mugs: the object store refuses: NoSuchBucket: a \"b\"";
    assert_eq!((result.outcome, &*result.message), (Outcome::Fail, said));
    let asked = steps.replace("count: 0", "error: NoSuchBucket");
    let (result, _) = answered(|_| error("NoSuchBucket"), &asked).await;
    assert_eq!(result.outcome, Outcome::Pass, "{}", result.message);

    let (result, _) = answered(|_| error("SignatureDoesNotMatch"), steps).await;
    assert_eq!(result.outcome, Outcome::Inconclusive);
    assert_eq!(result.reason, Some(Reason::Unreachable));
    assert!(result.message.contains("`password_file`"), "{}", result.message);
}

#[tokio::test]
async fn a_server_of_another_protocol_is_told_from_one_that_refuses() {
    let (result, _) = answered(
        |_| response(200, "", "<html></html>"),
        "
    - list_objects: mugs
      on: pictures
      expect: { count: 0 }
",
    )
    .await;
    assert_eq!(result.outcome, Outcome::Fail);
    assert!(result.message.contains("does not answer as S3 does"), "{}", result.message);
}

#[tokio::test]
async fn a_signed_address_is_used_and_never_shown() {
    let (result, requests) = answered(
        |_| response(418, "", "no tea"),
        "
    - sign_object: mugs/plan.txt
      on: pictures
      expect: { found: true }
      capture: { address: { url: true } }
    - get: ${address}
      expect: { status: 200, url: nowhere }
",
    )
    .await;
    assert_eq!(result.outcome, Outcome::Fail);
    let (_, rest) = requests[0].split_once("X-Amz-Signature=").unwrap();
    let signature: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
    let shown = format!("{result:?}");
    assert!(!shown.contains(&signature) && !shown.contains("X-Amz-Credential"), "{shown}");
}

/// Answers as a folder of Supabase Storage with 1,001 objects and a folder in it, which holds one more.
fn folders(request: &str) -> String {
    let entry =
        |name: &str, id: &str| format!(r#"{{"name":"{name}","id":{id},"metadata":{{"size":3}}}}"#);
    let whole = match request.split_once("\r\n\r\n").unwrap().1 {
        wish if wish.contains(r#""prefix":"notes/old""#) => vec![entry("last", "1")],
        wish if wish.contains(r#""offset":0"#) => {
            (0..1000).map(|at| entry(&at.to_string(), "1")).collect()
        }
        _ => vec![entry("1000", "1"), entry("old", "null")],
    };
    response(200, "", &format!("[{}]", whole.join(",")))
}

#[tokio::test]
async fn folders_of_supabase_are_listed_page_after_page_with_those_below() {
    let (result, requests) = answered(
        folders,
        "
    - list_objects: papers/notes/
      on: papers
      expect: { count: 1002, keys: { contains: notes/old/last }, json: { \"$[0].size\": 3 } }
",
    )
    .await;
    assert_eq!(result.outcome, Outcome::Pass, "{}", result.message);
    assert_eq!(requests.len(), 3);
    assert!(requests[0].starts_with("POST /object/list/papers "), "{}", requests[0]);
    assert!(requests[0].contains("authorization: Bearer the-key-of-the-store"), "{}", requests[0]);
}

#[tokio::test]
async fn a_refusal_of_supabase_has_its_status_in_its_body() {
    fn refuse(request: &str) -> String {
        let (status, error, message) = match request.split(' ').nth(1).unwrap() {
            "/object/info/papers/none" => ("404", "not_found", "Object not found"),
            "/object/info/nobody/none" => ("404", "Bucket not found", "Bucket not found"),
            "/object/info/papers/policy" => {
                ("403", "Unauthorized", "new row violates row-level security policy")
            }
            _ => ("403", "Unauthorized", "Invalid Compact JWS"),
        };
        let body =
            format!(r#"{{"statusCode":"{status}","error":"{error}","message":"{message}"}}"#);
        response(400, "", &body)
    }
    for (place, outcome) in [
        ("papers/none", Outcome::Pass),
        ("nobody/none", Outcome::Fail),
        ("papers/policy", Outcome::Fail),
        ("papers/key", Outcome::Inconclusive),
    ] {
        let steps = format!(
            "\n    - head_object: {place}\n      on: papers\n      expect: {{ found: false }}\n"
        );
        let (result, _) = answered(refuse, &steps).await;
        assert_eq!(result.outcome, outcome, "{place}: {}", result.message);
    }
}
