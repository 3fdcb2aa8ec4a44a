//! What users send with: clients that trust whom the suite trusts, and what they say of a request that failed.

use std::time::Duration;

use reqwest::redirect;

use super::LoadError;
use super::workload::{Workload, distinct};
use crate::protocol::{TlsOptions, explained_refusal};

/// Gives the client of each request: one for all users and for all requests that speak TLS by the same terms, because
/// each of its own reads the root certificates once more.
pub(super) fn clients(workload: &Workload) -> Result<Vec<reqwest::Client>, LoadError> {
    let (terms, of_requests) = distinct(workload.requests.iter().map(|it| it.tls.as_ref()));
    let clients = terms.into_iter().map(|terms| client(terms, workload.request_limit));
    let clients: Vec<reqwest::Client> = clients.collect::<Result<_, _>>()?;
    Ok(of_requests.into_iter().map(|index| clients[index].clone()).collect())
}

fn client(
    terms: Option<&TlsOptions>,
    request_limit: Duration,
) -> Result<reqwest::Client, LoadError> {
    let mut builder = reqwest::Client::builder().redirect(redirect::Policy::none()).no_proxy();
    // Less than the whole request may take, so that it shows which of the two did.
    builder = builder.connect_timeout(request_limit.mul_f64(0.9));
    if let Some(terms) = terms {
        builder = builder.tls_backend_preconfigured(terms.client_config().map_err(LoadError::Tls)?);
    }
    builder.build().map_err(|cause| LoadError::Goose(cause.to_string()))
}

/// Says what went wrong by its innermost cause, without the address, which may hold what nobody should read.
pub(super) fn reason(cause: reqwest::Error) -> String {
    let is_connect = cause.is_connect();
    let cause = cause.without_url();
    let mut innermost: &dyn std::error::Error = &cause;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    let innermost = explained_refusal(innermost.to_string());
    if is_connect { format!("cannot connect: {innermost}") } else { innermost }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::load::tests::{case_in, workload};
    use crate::protocol::authority::{Authority, shop};

    #[tokio::test]
    async fn users_trust_whom_their_suite_trusts_and_share_the_connections_that_do() {
        let authority = Authority::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let acceptor = authority.acceptor(&shop(), false);
        let handshakes = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&handshakes);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                counted.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(async move {
                    while stream.read(&mut [0; 4096]).await.is_ok_and(|read| read > 0) {
                        let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await;
                    }
                });
            }
        });
        let keys = format!(
            "\
requests:
  - {{ name: known, get: 'https://{address}/', expect: {{ status: 204 }} }}
  - {{ name: also, get: 'https://{address}/also', expect: {{ status: 204 }} }}
  - {{ name: other, get: 'https://{address}/', tls: {{ verify: true }}, expect: {{ status: 204 }} }}
users: 1
hold: 1s
"
        );
        let ca = format!("tls: {{ ca: '{}' }}\n", authority.file("ca.pem").display());
        let clients = clients(&workload(&case_in(&ca, &keys, ""))).unwrap();
        let [known, also, other] = &clients[..] else { panic!("one for each request") };
        let ask = |client: &reqwest::Client| client.get(format!("https://{address}/")).send();
        for client in [known, also, known] {
            assert_eq!(ask(client).await.unwrap().status(), 204);
        }
        assert_eq!(handshakes.load(Ordering::Relaxed), 1);
        let said = reason(ask(other).await.unwrap_err());
        assert!(said.starts_with("cannot connect: its certificate"), "{said}");
    }

    #[tokio::test]
    async fn what_cannot_be_reached_is_told_with_its_cause_and_without_its_address() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/?key=s3cret", listener.local_addr().unwrap());
        drop(listener);
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let said = reason(client.get(url).send().await.unwrap_err());
        assert!(said.starts_with("cannot connect: Connection refused"), "{said}");
        assert!(!said.contains("s3cret"), "{said}");
    }
}
