//! TCP, WebSocket and server-sent events, each with a server of a few lines.

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::StatusCode;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_util::sync::CancellationToken;

use super::perform;
use super::server::{response, server};
use crate::model::{CheckResult, Outcome, Reason};

async fn answered(url: &str, head: &str, steps: &str) -> CheckResult {
    let case = format!("- name: a case\n  steps:\n{steps}");
    perform(url, head, &case, &CancellationToken::new()).await
}

/// Starts a server that greets, and repeats what it is sent in capitals.
async fn greeter() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("greeter://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut word = [0; 4];
                let _ = socket.read_exact(&mut word).await;
                let said = String::from_utf8_lossy(&word).to_uppercase();
                let _ = socket.write_all(format!("220 {said} ").as_bytes()).await;
                let _ = socket.flush().await;
                let _ = socket.write_all(b"ready\r\n").await;
            });
        }
    });
    url
}

#[tokio::test]
async fn what_a_server_says_first_is_its_banner() {
    let steps = "
    - tcp: ${api}
      send: helo
      expect: { open: true, banner: '220 HELO ready' }
      capture: { code: { banner: '^(\\d+)' } }
    - tcp: ${api}
      send: '${code}x'
      expect: { banner: { contains: 220X } }
";
    let result = answered(&greeter().await, "", steps).await;
    assert_eq!(result.outcome, Outcome::Pass, "{}", result.message);
}

#[tokio::test]
async fn that_nobody_listens_is_an_answer_only_to_a_step_that_asks_for_it() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("nobody://{}", free.local_addr().unwrap());
    drop(free);
    let result = answered(&url, "", "    - { tcp: '${api}', expect: { open: false } }\n").await;
    assert_eq!(result.outcome, Outcome::Pass, "{}", result.message);
    let step = "    - { tcp: '${api}', expect: { banner: { exists: false } } }\n";
    let result = answered(&url, "", step).await;
    assert_eq!((result.outcome, result.reason), (Outcome::Inconclusive, Some(Reason::Unreachable)));
}

#[tokio::test]
async fn a_server_that_says_nothing_in_time_has_failed() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("silent://{}", silent.local_addr().unwrap());
    let step = "    - { tcp: '${api}', timeout: 50ms, expect: { banner: { exists: true } } }\n";
    let result = answered(&url, "", step).await;
    assert_eq!((result.outcome, result.reason), (Outcome::Fail, Some(Reason::TimedOut)));
}

/// Starts a WebSocket that wants a cookie or a key, and answers with how often it was asked.
async fn feed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut count = 0;
        while let Ok((socket, _)) = listener.accept().await {
            count += 1;
            tokio::spawn(async move {
                let letting_in = |request: &Request, response: Response| {
                    if request.headers().contains_key("x-key") {
                        return Ok(response);
                    }
                    let mut refusal = ErrorResponse::new(None);
                    *refusal.status_mut() = StatusCode::FORBIDDEN;
                    Err(refusal)
                };
                let opened = tokio_tungstenite::accept_hdr_async(socket, letting_in).await;
                let Ok(mut socket) = opened else { return };
                while let Some(Ok(message)) = socket.next().await {
                    let reply = match message.to_text().unwrap() {
                        "bye" => Message::Close(Some(CloseFrame {
                            code: 4001.into(),
                            reason: "as you wish".into(),
                        })),
                        text => Message::text(format!(r#"{{"count":{count},"asked":{text}}}"#)),
                    };
                    let _ = socket.send(Message::Ping(Vec::new().into())).await;
                    let _ = socket.send(reply).await;
                }
            });
        }
    });
    url
}

#[tokio::test]
async fn a_message_goes_over_a_websocket_and_one_comes_back() {
    let steps = "
    - websocket: ${api}/feed
      headers: { X-Key: s3cret-key }
      send: { order: 7 }
      expect: { status: 101, json: { $.asked.order: 7 }, message: { contains: count } }
      capture: { count: $.count }
    - websocket: ${api}/feed
      headers: { X-Key: s3cret-key }
      send: '\"${count}\"'
      until: { json: { $.count: 4, $.asked: '${count}' } }
      every: 1ms
      within: 5s
    - websocket: ${api}/feed
      headers: { X-Key: s3cret-key }
      send: bye
      expect: { closed: 4001 }
";
    let result =
        answered(&feed().await, "", &steps.replace("$.asked: '${count}'", "$.asked: '1'")).await;
    assert_eq!(result.outcome, Outcome::Pass, "{}", result.message);
    assert_eq!(result.steps[1].attempts, 3);
}

#[tokio::test]
async fn a_websocket_that_is_refused_has_a_status_and_no_message() {
    let steps = "    - { websocket: '${api}/feed', expect: { status: 403 } }\n";
    let result = answered(&feed().await, "", steps).await;
    assert_eq!(result.outcome, Outcome::Pass, "{}", result.message);
    let steps = "    - { websocket: '${api}/feed', expect: { message: { exists: true } } }\n";
    let result = answered(&feed().await, "", steps).await;
    assert_eq!((result.outcome, result.reason), (Outcome::Fail, Some(Reason::Expectation)));
}

fn stream(request: &str) -> String {
    if request.starts_with("GET /none ") {
        return response(401, "", "sign in first");
    }
    if request.starts_with("GET /sign-in ") {
        return response(200, "set-cookie: session=7\r\n", "");
    }
    assert!(request.contains("accept: text/event-stream"), "{request}");
    let who = if request.contains("cookie: session=7") { "ada" } else { "nobody" };
    response(
        200,
        "content-type: text/event-stream; charset=utf-8\r\n",
        &format!(
            ": a comment\n\nevent: state\nid: 1\ndata: {{\"state\": \"pending\"}}\n\n\
             event: state\ndata: {{\"state\": \"late\"}}\n\nevent: who\ndata: {who}\n\n"
        ),
    )
}

#[tokio::test]
async fn the_first_event_or_the_first_of_its_kind_is_the_answer() {
    let steps = "
    - get: ${api}/sign-in
      expect: { status: 200 }
    - sse: ${api}/events
      expect: { status: 200, event: state, id: '1', json: { $.state: pending } }
      capture: { state: $.state }
    - sse: ${api}/events
      query: { state: '${state}' }
      event: who
      expect: { data: ada, id: '1' }
    - sse: ${api}/events
      event: never
      expect: { data: { exists: false } }
    - sse: ${api}/none
      expect: { status: 401 }
";
    let (url, requests) = server(stream).await;
    let result = answered(&url, "", steps).await;
    assert_eq!(result.outcome, Outcome::Pass, "{}", result.message);
    let asked = requests.lock().unwrap()[2].clone();
    assert!(asked.starts_with("GET /events?state=pending HTTP/1.1"), "{asked}");
}

#[tokio::test]
async fn of_a_response_that_is_no_stream_nothing_is_proved() {
    let no_stream = |request: &str| {
        let (status, headers) = match request {
            request if request.starts_with("GET /page ") => (200, "content-type: text/html\r\n"),
            request if request.starts_with("GET /bare ") => (200, ""),
            _ => (503, "content-type: text/plain\r\n"),
        };
        response(status, headers, "data: not an event")
    };
    let (url, _) = server(no_stream).await;
    for (path, expect, seen) in [
        ("page", "{ data: { exists: false } }", "200, text/html"),
        ("page", "{ status: 200 }", "200, text/html"),
        ("page", "{ time: { below: 10s } }", "200, text/html"),
        ("bare", "{ json: { $.error: { exists: false } } }", "200, of no media type"),
        ("away", "{ id: { exists: false } }", "503, text/plain"),
        ("away", "{ status: 503, event: { exists: false } }", "503, text/plain"),
    ] {
        let step = format!("    - {{ sse: '${{api}}/{path}', expect: {expect} }}\n");
        let result = answered(&url, "", &step).await;
        let told = (result.outcome, result.reason);
        assert_eq!(told, (Outcome::Fail, Some(Reason::Expectation)), "{path} {expect}");
        let seen = format!("the response is no stream of events: {seen}");
        assert!(result.message.contains(&seen), "{}", result.message);
    }
    let step = "    - { sse: '${api}/away', expect: { status: 503 } }\n";
    assert_eq!(answered(&url, "", step).await.outcome, Outcome::Pass);
}

#[tokio::test]
async fn an_event_that_does_not_come_in_time_has_failed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let _ = socket.read(&mut [0; 4096]).await;
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n: still here\n\n";
        let _ = socket.write_all(head.as_bytes()).await;
        std::future::pending::<()>().await;
    });
    let step = "    - { sse: '${api}/', timeout: 100ms, expect: { event: message } }\n";
    let result = answered(&url, "", step).await;
    assert_eq!((result.outcome, result.reason), (Outcome::Fail, Some(Reason::TimedOut)));
    assert!(result.message.contains("no event from"), "{}", result.message);
}
