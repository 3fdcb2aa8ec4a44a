//! HTTP/1.1 requests, one at a time.

use std::error::Error as _;
use std::io;
use std::time::{Duration, Instant};

pub use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName};
use reqwest::redirect;
use thiserror::Error;

use crate::model::show_duration;

/// Sends requests; cheap to clone, connections are kept open between them.
///
/// It follows no redirect and takes no proxy from the environment, so that a check sees what the
/// service itself answers.
#[derive(Debug, Clone)]
pub struct Http {
    client: reqwest::Client,
}

/// Is what is sent.
#[derive(Debug, Clone)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The whole address.
    pub url: String,
    /// The headers; `host` and `content-length` are added.
    pub headers: Vec<(HeaderName, String)>,
    /// The body, where there is one.
    pub body: Option<Vec<u8>>,
}

/// Is what came back.
#[derive(Debug, Clone)]
pub struct HttpResponse {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Vec<u8>,
    /// From the first byte sent to the last one received, connecting included.
    pub elapsed: Duration,
}

/// Says why there is no response.
#[derive(Debug, Error)]
pub enum HttpError {
    /// The address is not one, or a header has a forbidden character.
    #[error("cannot ask `{url}`: {cause}")]
    Malformed {
        /// What was to be asked.
        url: String,
        /// What is wrong with it.
        cause: String,
    },
    /// The host has no address.
    #[error("cannot reach {url}: the host has no address ({cause})")]
    Unresolved {
        /// What was asked.
        url: String,
        /// What the resolver said.
        cause: String,
    },
    /// Nothing listens there.
    #[error("cannot reach {url}: the connection is refused; is the service up?")]
    Refused {
        /// What was asked.
        url: String,
    },
    /// No network leads there, which says nothing about the service.
    #[error("cannot reach {url}: {cause}")]
    NoRoute {
        /// What was asked.
        url: String,
        /// What the kernel said.
        cause: String,
    },
    /// The connection could not be made, or broke before the whole response was there.
    #[error("the connection to {url} broke: {cause}")]
    Broken {
        /// What was asked.
        url: String,
        /// The innermost cause.
        cause: String,
    },
    /// The response was not there in time.
    #[error("no response from {url} within {}", show_duration(*.limit))]
    TimedOut {
        /// What was asked.
        url: String,
        /// How long was waited.
        limit: Duration,
    },
    /// The body is larger than what is read.
    #[error("the body from {url} is larger than {} MiB", Http::LARGEST_BODY >> 20)]
    TooLarge {
        /// What was asked.
        url: String,
    },
}

impl HttpRequest {
    /// Asks for `url`.
    #[must_use]
    pub fn get(url: impl Into<String>) -> Self {
        Self { method: Method::GET, url: url.into(), headers: Vec::new(), body: None }
    }
}

impl Http {
    /// The largest body that is read, in bytes.
    pub const LARGEST_BODY: usize = 16 << 20;

    /// Makes a client.
    #[must_use]
    pub fn new() -> Self {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .user_agent(concat!("proofmark/", env!("CARGO_PKG_VERSION")))
            // A pooled connection that the service closed meanwhile would fail the next check.
            .pool_idle_timeout(Duration::from_secs(2))
            .build()
            .expect("the options are constants that a test builds with");
        Self { client }
    }

    /// Sends a request and gives the whole response.
    ///
    /// # Errors
    ///
    /// When there is no whole response within `limit`; any status is a response.
    pub async fn send(
        &self,
        request: &HttpRequest,
        limit: Duration,
    ) -> Result<HttpResponse, HttpError> {
        let HttpRequest { method, url, headers, body } = request;
        let mut builder = self.client.request(method.clone(), url);
        for (name, value) in headers {
            builder = builder.header(name, value);
        }
        if let Some(body) = body {
            builder = builder.body(body.clone());
        }
        let began = Instant::now();
        let answered = tokio::time::timeout(limit, async {
            let mut response = builder.send().await.map_err(|error| told_apart(url, &error))?;
            let mut body = Vec::new();
            let status = response.status().as_u16();
            let headers = std::mem::take(response.headers_mut());
            while let Some(chunk) =
                response.chunk().await.map_err(|error| told_apart(url, &error))?
            {
                body.extend_from_slice(&chunk);
                if body.len() > Self::LARGEST_BODY {
                    return Err(HttpError::TooLarge { url: url.clone() });
                }
            }
            Ok(HttpResponse { status, headers, body, elapsed: began.elapsed() })
        });
        match answered.await {
            Ok(result) => result,
            Err(_) => Err(HttpError::TimedOut { url: url.clone(), limit }),
        }
    }
}

impl Default for Http {
    fn default() -> Self {
        Self::new()
    }
}

fn told_apart(url: &str, error: &reqwest::Error) -> HttpError {
    let url = url.to_owned();
    let mut chain = vec![error.to_string()];
    let mut next = error.source();
    while let Some(cause) = next {
        match cause.downcast_ref::<io::Error>().map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionRefused) => return HttpError::Refused { url },
            Some(io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable) => {
                return HttpError::NoRoute { url, cause: cause.to_string() };
            }
            _ => {}
        }
        chain.push(cause.to_string());
        next = cause.source();
    }
    let innermost = chain.last().cloned().unwrap_or_default();
    if error.is_builder() {
        return HttpError::Malformed { url, cause: innermost };
    }
    // The connector says so only in the text of one link of the chain.
    if error.is_connect() && chain.iter().any(|link| link.contains("dns error")) {
        return HttpError::Unresolved { url, cause: innermost };
    }
    HttpError::Broken { url, cause: innermost }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// Answers one connection with `response`, then closes it, or never answers where there is none.
    async fn server(response: Option<&'static str>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let _ = socket.read(&mut [0; 4096]).await.unwrap();
            match response {
                Some(response) => socket.write_all(response.as_bytes()).await.unwrap(),
                None => std::future::pending().await,
            }
        });
        url
    }

    async fn ask(url: &str) -> Result<HttpResponse, HttpError> {
        Http::new().send(&HttpRequest::get(url), Duration::from_secs(5)).await
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_and_is_not_followed() {
        let redirect =
            "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 2\r\n\r\nno";
        let response = ask(&server(Some(redirect)).await).await.unwrap();
        assert_eq!((response.status, response.body.as_slice()), (302, b"no".as_slice()));
    }

    #[tokio::test]
    async fn refused_unresolved_broken_and_silent_are_told_apart() {
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let nobody = format!("http://{}/", free.local_addr().unwrap());
        drop(free);
        assert!(matches!(ask(&nobody).await, Err(HttpError::Refused { .. })));

        let unknown = ask("http://nobody.invalid/").await;
        assert!(matches!(unknown, Err(HttpError::Unresolved { .. })), "{unknown:?}");

        let cut = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf";
        let broken = ask(&server(Some(cut)).await).await;
        assert!(matches!(broken, Err(HttpError::Broken { .. })), "{broken:?}");

        let silent = HttpRequest::get(server(None).await);
        let timed_out = Http::new().send(&silent, Duration::from_millis(50)).await;
        assert!(matches!(timed_out, Err(HttpError::TimedOut { .. })), "{timed_out:?}");

        assert!(matches!(ask("no address").await, Err(HttpError::Malformed { .. })));
    }
}
