//! What HTTP steps send, follow and keep.

use tokio_util::sync::CancellationToken;

use super::perform;
use super::server::{Respond, response, server};
use crate::model::{CheckResult, Outcome, Reason};

async fn answered(respond: Respond, head: &str, steps: &str) -> (CheckResult, Vec<String>) {
    let (url, requests) = server(respond).await;
    let case = format!("- name: a case\n  steps:\n{steps}");
    let result = perform(&url, head, &case, &CancellationToken::new()).await;
    let requests = requests.lock().unwrap().clone();
    (result, requests)
}

fn echo(_: &str) -> String {
    response(200, "", "")
}

#[tokio::test]
async fn a_form_and_a_query_are_sent_encoded() {
    let (result, requests) = answered(
        echo,
        "",
        "
    - post: ${api}/search?page=1
      query: { q: 'mugs & more', tag: [a, b], stocked: true }
      form: { name: 'Ada L', amount: 3 }
      expect: { status: 299 }
",
    )
    .await;
    assert_eq!(result.outcome, Outcome::Fail, "{}", result.message);
    let (head, body) = requests[0].split_once("\r\n\r\n").unwrap();
    let first = head.lines().next().unwrap();
    assert_eq!(first, "POST /search?page=1&q=mugs+%26+more&tag=a&tag=b&stocked=true HTTP/1.1");
    assert!(head.contains("content-type: application/x-www-form-urlencoded"), "{head}");
    assert_eq!(body, "name=Ada+L&amount=3");
    assert!(result.steps[0].sent.ends_with("name=Ada L\namount=3"), "{}", result.steps[0].sent);
}

#[tokio::test]
async fn a_multipart_form_holds_texts_and_files_of_the_project() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/rustfmt.toml");
    let steps = format!(
        "
    - post: ${{api}}/upload
      multipart:
        title: a mug
        file: {{ file: {file}, name: mug.txt, type: text/plain }}
      expect: {{ status: 200 }}
"
    );
    let (result, requests) = answered(echo, "", &steps).await;
    assert_eq!(result.outcome, Outcome::Pass, "{}", result.message);
    let request = &requests[0];
    assert!(request.contains("content-type: multipart/form-data; boundary="), "{request}");
    assert!(request.contains("name=\"title\"\r\n\r\na mug\r\n"), "{request}");
    let file = "name=\"file\"; filename=\"mug.txt\"\r\nContent-Type: text/plain\r\n\r\nmax_width";
    assert!(request.contains(file), "{request}");
}

#[tokio::test]
async fn basic_authentication_is_sent_and_shown_nowhere() {
    let (result, requests) = answered(
        echo,
        "",
        "
    - options: ${api}/
      basic: [ada, lovelace]
      expect: { status: 200 }
",
    )
    .await;
    assert!(requests[0].starts_with("OPTIONS / "), "{}", requests[0]);
    assert!(requests[0].contains("authorization: Basic YWRhOmxvdmVsYWNl"), "{}", requests[0]);
    assert!(!serde_json::to_string(&result).unwrap().contains("YWRhOmxvdmVsYWNl"));
}

fn shop(request: &str) -> String {
    match request.split(" HTTP").next().unwrap() {
        "POST /sign-in" => response(
            303,
            "location: /account\r\nset-cookie: session=s3cret-session; Path=/; HttpOnly\r\n",
            "",
        ),
        "GET /account" if request.contains("cookie: session=s3cret-session") => {
            response(200, "", "signed in, order number 4711.")
        }
        "GET /loop" => response(302, "location: /loop\r\n", ""),
        _ => response(401, "", ""),
    }
}

#[tokio::test]
async fn a_cookie_goes_back_to_whom_it_came_from_and_is_known_to_one_case_only() {
    let case = "
    - get: ${api}/account
      expect: { status: 401 }
    - post: ${api}/sign-in
      expect: { status: 303, cookies: { session: { exists: true }, other: { exists: false } } }
      capture: { session: { cookie: session } }
    - get: ${api}/account
      expect: { status: 200 }
    - get: ${api}/elsewhere
      headers: { x-copy: '${session}' }
      expect: { status: 401 }
";
    let (result, requests) = answered(shop, "secrets: [session]", case).await;
    assert_eq!(result.outcome, Outcome::Pass, "{}", result.message);
    assert!(!requests[0].contains("cookie"), "{}", requests[0]);
    assert!(requests[3].contains("x-copy: s3cret-session"), "{}", requests[3]);
    let written = serde_json::to_string(&result).unwrap();
    assert!(!written.contains("s3cret-session"), "{written}");
}

#[tokio::test]
async fn the_value_of_a_cookie_is_not_shown_where_it_is_wrong() {
    let case = "
    - post: ${api}/sign-in
      expect: { cookies: { session: { matches: '^[0-9]+$' } } }
";
    let (result, _) = answered(shop, "", case).await;
    assert_eq!(
        result.message,
        "post ${api}/sign-in: expected cookie session to match `^[0-9]+$` but got ***"
    );
}

#[tokio::test]
async fn redirects_are_followed_only_where_the_step_says_so() {
    let case = "
    - post: ${api}/sign-in
      redirects: follow
      expect: { status: 200, url: { matches: '/account$' }, body: { contains: signed in } }
      capture: { number: { body: 'number (\\d+)' }, status: { status: true } }
    - get: ${api}/${number}/${status}
      expect: { status: 401 }
    - get: ${api}/loop
      redirects: { at_most: 2 }
      expect: { status: 200 }
";
    let (result, requests) = answered(shop, "", case).await;
    let asked: Vec<&str> = requests.iter().filter_map(|r| r.split(" HTTP").next()).collect();
    assert_eq!(
        asked,
        ["POST /sign-in", "GET /account", "GET /4711/200", "GET /loop", "GET /loop", "GET /loop",]
    );
    assert_eq!((result.outcome, result.reason), (Outcome::Fail, Some(Reason::Expectation)));
    assert!(result.message.contains("more redirects than may be followed"), "{}", result.message);
}

#[tokio::test]
async fn what_is_captured_of_a_text_has_to_be_found_in_it() {
    let case = "
    - get: ${api}/account
      expect: { status: 401 }
      capture: { number: { header: { content-length: '(7+)' } } }
    - get: ${api}/${number}
      expect: { status: 401 }
";
    let (result, requests) = answered(shop, "", case).await;
    assert_eq!((result.outcome, requests.len()), (Outcome::Fail, 1));
    assert!(result.message.contains("nothing to capture as `number`"), "{}", result.message);
}
