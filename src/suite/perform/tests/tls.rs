//! Certificates, looked at and shown, by a server with an authority of its own.

use std::path::Path;

use rcgen::CertificateParams;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::perform;
use super::server::response;
use crate::model::{CheckResult, Outcome, Reason};
use crate::protocol::authority::{Authority, shop};

/// Starts a server that demands a certificate of its clients where `mutual`; gives its address.
async fn server(authority: &Authority, params: CertificateParams, mutual: bool) -> String {
    let acceptor = authority.acceptor(&params, mutual);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if starts_as_postgres(&mut socket).await {
                    let _ = socket.write_all(b"S").await;
                }
                let Ok(mut stream) = acceptor.accept(socket).await else { return };
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(response(200, "", "").as_bytes()).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    address
}

/// Takes `SSLRequest` off a connection that begins with it; TLS itself begins with the byte 22.
async fn starts_as_postgres(socket: &mut TcpStream) -> bool {
    let mut first = [0];
    let _ = socket.peek(&mut first).await;
    first == [0] && socket.read_exact(&mut [0; 8]).await.is_ok()
}

async fn answered(step: &str) -> CheckResult {
    let case = format!("- name: a case\n  steps:\n    - {step}\n");
    perform("http://127.0.0.1:1", "", &case, &CancellationToken::new()).await
}

fn shown(file: &Path) -> String {
    file.display().to_string()
}

#[tokio::test]
async fn a_certificate_is_verified_by_the_authority_that_the_step_names() {
    let authority = Authority::new();
    let mut params = shop();
    params.not_after = rcgen::date_time_ymd(2026, 2, 1);
    let address = server(&authority, params, false).await;
    let ca = shown(&authority.file("ca.pem"));
    let result = answered(&format!(
        "{{ tls: '{address}', ca: '{ca}', expect: {{ verified: true, days_left: 31,
            not_after: '2026-02-01T00:00:00Z', subject: {{ contains: CN=shop }},
            issuer: {{ contains: authority }}, names: [shop.example, 127.0.0.1],
            protocol: TLSv1.3, problem: {{ exists: false }} }} }}"
    ))
    .await;
    assert_eq!(result.outcome, Outcome::Pass, "{}", result.message);
}

#[tokio::test]
async fn a_certificate_that_cannot_be_verified_is_still_looked_at() {
    let authority = Authority::new();
    let mut params = shop();
    params.not_after = rcgen::date_time_ymd(2025, 12, 30);
    let expired = server(&authority, params, false).await;
    let ca = shown(&authority.file("ca.pem"));
    let result = answered(&format!(
        "{{ tls: '{expired}', ca: '{ca}', expect: {{ verified: false, days_left: -2,
            problem: {{ contains: expired }} }} }}"
    ))
    .await;
    assert_eq!(result.outcome, Outcome::Pass, "{}", result.message);

    let elsewhere = server(&authority, shop(), false).await;
    let result = answered(&format!(
        "{{ tls: '{elsewhere}', ca: '{ca}', server_name: bank.example,
            expect: {{ verified: true }} }}"
    ))
    .await;
    assert_eq!(
        result.message.split(": ").last(),
        Some("expected verified to be true but got false")
    );
    let received = &result.steps[0].received;
    assert!(received.contains("problem: ") && received.contains("bank.example"), "{received}");
}

#[tokio::test]
async fn a_database_is_asked_for_tls_in_its_own_protocol() {
    let authority = Authority::new();
    let address = server(&authority, shop(), false).await;
    let ca = shown(&authority.file("ca.pem"));
    let result = answered(&format!(
        "{{ tls: 'postgres://shop@{address}/shop', ca: '{ca}', expect: {{ verified: true }} }}"
    ))
    .await;
    assert_eq!(result.outcome, Outcome::Pass, "{}", result.message);

    let without = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = without.local_addr().unwrap();
    let step = format!("{{ tls: 'postgres://{address}/shop', expect: {{ verified: true }} }}");
    let refuse = async {
        let (mut socket, _) = without.accept().await.unwrap();
        socket.read_exact(&mut [0; 8]).await.unwrap();
        socket.write_all(b"N").await.unwrap();
    };
    let (result, ()) = tokio::join!(answered(&step), refuse);
    assert_eq!((result.outcome, result.reason), (Outcome::Fail, Some(Reason::Expectation)));
    assert!(result.message.contains("the database has no TLS"), "{}", result.message);
}

#[tokio::test]
async fn what_speaks_no_tls_fails_and_what_is_not_there_is_unknown() {
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = plain.local_addr().unwrap();
    let step = format!("{{ tls: '{address}', expect: {{ verified: false }} }}");
    let serve = async {
        let (mut socket, _) = plain.accept().await.unwrap();
        socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    };
    let (result, ()) = tokio::join!(answered(&step), serve);
    assert_eq!((result.outcome, result.reason), (Outcome::Fail, Some(Reason::Expectation)));
    assert!(result.message.contains("does not come to terms over TLS"), "{}", result.message);

    drop(plain);
    let result = answered(&step).await;
    assert_eq!((result.outcome, result.reason), (Outcome::Inconclusive, Some(Reason::Unreachable)));
}

#[tokio::test]
async fn a_request_trusts_and_shows_what_its_step_names() {
    let authority = Authority::new();
    let address = server(&authority, shop(), true).await;
    let file = |name| shown(&authority.file(name));
    let get = |tls: String| {
        format!("{{ get: 'https://{address}/', tls: {{ {tls} }}, expect: {{ status: 200 }} }}")
    };
    let (ca, certificate, key) = (file("ca.pem"), file("client.pem"), file("client.key"));
    let identity = format!("certificate: '{certificate}', key: '{key}'");

    let result = answered(&get(format!("ca: '{ca}', {identity}"))).await;
    assert_eq!(result.outcome, Outcome::Pass, "{}", result.message);
    let result = answered(&get(format!("verify: false, {identity}"))).await;
    assert_eq!(result.outcome, Outcome::Pass, "{}", result.message);
    for stranger in [format!("ca: '{ca}'"), identity] {
        let result = answered(&get(stranger)).await;
        assert_eq!(result.outcome, Outcome::Inconclusive, "{}", result.message);
    }
}

#[tokio::test]
async fn a_file_that_is_no_certificate_is_named() {
    let authority = Authority::new();
    let address = server(&authority, shop(), false).await;
    let key = shown(&authority.file("client.key"));
    let result = answered(&format!(
        "{{ get: 'https://{address}/', tls: {{ ca: '{key}' }}, expect: {{ status: 200 }} }}"
    ))
    .await;
    assert_eq!((result.outcome, result.reason), (Outcome::Inconclusive, Some(Reason::NoData)));
    assert!(result.message.contains("client.key"), "{}", result.message);
}
