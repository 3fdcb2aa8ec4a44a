//! HTTP/1.1 requests, one at a time.

mod error;
mod request;

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use reqwest::cookie::CookieStore;
pub use reqwest::cookie::Jar as CookieJar;
use reqwest::header::{COOKIE, HeaderMap, SET_COOKIE};
use reqwest::{RequestBuilder, Url, redirect};

use super::tls::{TlsError, TlsOptions, trusting_nobody};
pub use error::HttpError;
pub(super) use error::told_apart;
pub use request::{FormPart, HttpBody, HttpRequest, Method};

/// Sends requests; cheap to clone, connections are kept open between them.
///
/// It follows no redirect unless told so and takes no proxy from the environment, so that a check
/// sees what the service itself answers.
#[derive(Debug, Clone)]
pub struct Http {
    clients: Arc<Clients>,
    /// What a case keeps for itself on connections that it shares with others.
    cookies: Option<Arc<CookieJar>>,
}

/// Holds the client for each kind of address.
#[derive(Debug)]
struct Clients {
    /// For addresses without TLS: it trusts nobody.
    open: reqwest::Client,
    /// For all others, made for the first of them: to read whom the host trusts takes as long as a hundred
    /// requests.
    secure: OnceLock<reqwest::Client>,
}

impl Clients {
    fn of(&self, page: Option<&Url>) -> &reqwest::Client {
        if page.is_some_and(|page| page.scheme() == "http") {
            return &self.open;
        }
        self.secure.get_or_init(|| built(usual().redirect(redirect::Policy::none())))
    }
}

/// Says what one client does otherwise than another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HttpOptions {
    /// How many redirects in a row are followed.
    pub redirects: usize,
    /// Whom it trusts and what it shows of itself; none for the host's own certificates.
    pub tls: Option<TlsOptions>,
}

/// Is what came back.
#[derive(Debug, Clone)]
pub struct HttpResponse {
    /// The status.
    pub status: u16,
    /// The address that answered, after the redirects that were followed.
    pub url: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Vec<u8>,
    /// From the first byte sent to the last one received, connecting included.
    pub elapsed: Duration,
}

impl Http {
    /// The largest body that is read, in bytes.
    pub const LARGEST_BODY: usize = 16 << 20;

    /// Makes a client that follows no redirect and keeps no cookie.
    #[must_use]
    pub fn new() -> Self {
        let open =
            usual().redirect(redirect::Policy::none()).tls_backend_preconfigured(trusting_nobody());
        let clients = Clients { open: built(open), secure: OnceLock::new() };
        Self { clients: Arc::new(clients), cookies: None }
    }

    /// Gives a client on the same connections that keeps cookies in `cookies` and sends them back as a
    /// browser does.
    #[must_use]
    pub fn keeping(&self, cookies: &Arc<CookieJar>) -> Self {
        Self { clients: Arc::clone(&self.clients), cookies: Some(Arc::clone(cookies)) }
    }

    /// Makes a client with connections of its own that keeps cookies as [`Http::keeping`] does, between
    /// redirects too.
    ///
    /// # Errors
    ///
    /// When a file that `options` name cannot be read as what it should be.
    pub fn with(options: &HttpOptions, cookies: &Arc<CookieJar>) -> Result<Self, TlsError> {
        let policy = match options.redirects {
            0 => redirect::Policy::none(),
            most => redirect::Policy::limited(most),
        };
        let mut builder = usual().redirect(policy).cookie_provider(Arc::clone(cookies));
        if let Some(tls) = &options.tls {
            builder = builder.tls_backend_preconfigured(tls.client_config()?);
        }
        // A redirect may lead from one kind of address to the other.
        let client = built(builder);
        let clients = Clients { open: client.clone(), secure: client.into() };
        Ok(Self { clients: Arc::new(clients), cookies: None })
    }

    /// Makes a request ready, with the cookies that belong to it.
    pub(super) fn ready(&self, request: &HttpRequest) -> Result<RequestBuilder, HttpError> {
        let page = Url::parse(&request.url).ok();
        let builder = request.on(self.clients.of(page.as_ref()), page.as_ref())?;
        let has_own = request.headers.iter().any(|(name, _)| name == COOKIE);
        let page = page.filter(|_| !has_own);
        let kept = page.and_then(|page| self.cookies.as_ref()?.cookies(&page));
        Ok(match kept {
            Some(kept) => builder.header(COOKIE, kept),
            None => builder,
        })
    }

    /// Keeps the cookies that a response sets.
    pub(super) fn keep(&self, response: &reqwest::Response) {
        if let Some(cookies) = &self.cookies {
            let set = &mut response.headers().get_all(SET_COOKIE).iter();
            cookies.set_cookies(set, response.url());
        }
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
        let mut body = Vec::new();
        let too_large = || HttpError::TooLarge { url: request.url.clone() };
        let response = self.stream(request, limit, |chunk| {
            body.extend_from_slice(chunk);
            if body.len() > Self::LARGEST_BODY { Err(too_large()) } else { Ok(()) }
        });
        let response = response.await?;
        Ok(HttpResponse { body, ..response })
    }

    /// Sends a request, hands each piece of the body to `take` as it comes, and gives the response without it.
    ///
    /// # Errors
    ///
    /// When there is no whole response within `limit`, and what `take` says.
    pub(super) async fn stream(
        &self,
        request: &HttpRequest,
        limit: Duration,
        mut take: impl FnMut(&[u8]) -> Result<(), HttpError>,
    ) -> Result<HttpResponse, HttpError> {
        let url = &request.url;
        let builder = self.ready(request)?;
        let began = Instant::now();
        let answered = tokio::time::timeout(limit, async {
            let mut response = builder.send().await.map_err(|error| told_apart(url, &error))?;
            self.keep(&response);
            let status = response.status().as_u16();
            let final_url = response.url().to_string();
            let headers = std::mem::take(response.headers_mut());
            while let Some(chunk) =
                response.chunk().await.map_err(|error| told_apart(url, &error))?
            {
                take(&chunk)?;
            }
            let (elapsed, body) = (began.elapsed(), Vec::new());
            Ok(HttpResponse { status, url: final_url, headers, body, elapsed })
        });
        match answered.await {
            Ok(result) => result,
            Err(_) => Err(HttpError::TimedOut { url: url.clone(), limit }),
        }
    }
}

fn built(builder: reqwest::ClientBuilder) -> reqwest::Client {
    builder.build().expect("the options are those that tests build with, and TLS is ready")
}

fn usual() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .no_proxy()
        .user_agent(concat!("proofmark/", env!("CARGO_PKG_VERSION")))
        // A pooled connection that the service closed meanwhile would fail the next check.
        .pool_idle_timeout(Duration::from_secs(2))
        // What is never sent twice need not be copied before it is sent.
        .retry(reqwest::retry::never().max_retries_per_request(0))
}

impl Default for Http {
    fn default() -> Self {
        Self::new()
    }
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
