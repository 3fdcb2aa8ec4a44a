//! Loads over TLS, against a server with an authority of its own.

use std::sync::atomic::Ordering;

use super::server::serve_over_tls;
use super::*;
use crate::load::tests::{case_in, workload as workload_of};
use crate::protocol::Identity;
use crate::protocol::authority::{Authority, named, shop};

/// Reads a workload of fifty arrivals over at most four connections, in a suite that says this of `tls`.
fn load(address: SocketAddr, tls: &str) -> Workload {
    let keys = format!(
        "\
requests:
  - {{ name: products, get: 'https://{address}/products', expect: {{ status: 200, body: '{{\"id\": 417}}' }} }}
arrivals: {{ rate: 100/s, for: 500ms, connections: 4 }}
"
    );
    workload_of(&case_in(tls, &keys, ""))
}

fn trusting(authority: &Authority) -> String {
    format!("tls: {{ ca: '{}' }}\n", authority.file("ca.pem").display())
}

#[tokio::test(flavor = "multi_thread")]
async fn arrivals_trust_whom_their_suite_trusts_and_shake_hands_once_a_connection() {
    let authority = Authority::new();
    let (address, handshakes) = serve_over_tls(Way::Good, authority.acceptor(&shop(), false)).await;
    let record = performed(&load(address, &trusting(&authority))).await;
    assert_eq!(record.requests[0].correct, 50, "{:?}", record.troubles);
    let connections = record.generator.connections.unwrap();
    assert!((1..=4).contains(&connections), "{connections}");
    assert_eq!(
        handshakes.load(Ordering::Relaxed),
        connections,
        "each is kept for the next request"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whom_the_suite_does_not_trust_fails_each_request_and_says_what_mends_it() {
    let (authority, other) = (Authority::new(), Authority::new());
    let (address, _) = serve_over_tls(Way::Good, authority.acceptor(&shop(), false)).await;
    // Without a word of the suite, the host's own authorities are asked, who know nothing of this one.
    for tls in [trusting(&other), String::new()] {
        let record = performed(&load(address, &tls)).await;
        assert_eq!((record.requests[0].failed, accounted(&record)), (50, 50));
        assert!(!record.got_any_response());
        let [trouble] = &record.troubles[..] else { panic!("{:?}", record.troubles) };
        assert!(trouble.starts_with("products: cannot connect over TLS: "), "{trouble}");
        assert!(trouble.contains("with `tls: { ca: file }`"), "{trouble}");
    }
    let record = performed(&load(address, "tls: { verify: false }\n")).await;
    assert_eq!(record.requests[0].correct, 50, "{:?}", record.troubles);

    let elsewhere = named("bank", vec!["bank.example".to_owned()]);
    let (address, _) = serve_over_tls(Way::Good, authority.acceptor(&elsewhere, false)).await;
    let record = performed(&load(address, &trusting(&authority))).await;
    assert_eq!(record.requests[0].failed, 50);
    assert!(record.troubles[0].contains("bank.example"), "{:?}", record.troubles);
}

#[tokio::test(flavor = "multi_thread")]
async fn arrivals_show_the_certificate_that_their_suite_names() {
    let authority = Authority::new();
    let (address, handshakes) = serve_over_tls(Way::Good, authority.acceptor(&shop(), true)).await;
    let file = |name| authority.file(name).display().to_string();
    let shown = format!(
        "tls: {{ ca: '{}', certificate: '{}', key: '{}' }}\n",
        file("ca.pem"),
        file("client.pem"),
        file("client.key")
    );
    let record = performed(&load(address, &shown)).await;
    assert_eq!(record.requests[0].correct, 50, "{:?}", record.troubles);
    assert_eq!(Some(handshakes.load(Ordering::Relaxed)), record.generator.connections);

    let record = performed(&load(address, &trusting(&authority))).await;
    assert_eq!((record.requests[0].failed, accounted(&record)), (50, 50));
    assert!(!record.got_any_response(), "{:?}", record.troubles);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_trust_others_have_connections_of_their_own() {
    let authority = Authority::new();
    let (address, _) = serve_over_tls(Way::Good, authority.acceptor(&shop(), true)).await;
    let mut both = load(address, &trusting(&authority));
    let mut known = both.requests[0].clone();
    known.name = "known".to_owned();
    let (certificate, key) = (authority.file("client.pem"), authority.file("client.key"));
    let tls = known.tls.as_mut().unwrap();
    tls.identity = Some(Identity { certificate, key });
    both.requests.push(known);
    both.journeys.push(journey("known", 1, 1));
    arrivals(&mut both).connections = 1;
    let record = performed(&both).await;
    let [stranger, known] = &record.requests[..] else { panic!("two requests") };
    assert_eq!((stranger.correct, known.failed), (0, 0), "{:?}", record.troubles);
    assert!(stranger.failed > 0 && known.correct > 0, "{record:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_certificate_ends_the_load_before_its_first_request() {
    let authority = Authority::new();
    let tls = format!("tls: {{ ca: '{}' }}\n", authority.file("client.key").display());
    let mut refused = load("127.0.0.1:1".parse().unwrap(), &tls);
    let arrivals = arrivals(&mut refused).clone();
    let error = perform(&refused, &arrivals, &CancellationToken::new(), |_| ()).await.unwrap_err();
    assert!(matches!(error, LoadError::Tls(_)), "{error}");
    assert!(error.to_string().contains("client.key"), "{error}");
}
