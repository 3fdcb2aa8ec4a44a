//! Asks a service's health endpoint, once for what it answers and often for how long it takes.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use regex::Regex;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;

use super::headers::{self, HEADERS};
use super::rules::put;
use crate::engine::{Container, Target};
use crate::model::{Endpoint, Facts, Mask};

/// The path of the status that a health endpoint answers with.
pub(super) const STATUS: &str = "health.status";
/// The path of the media type that a health endpoint answers with.
pub(super) const CONTENT: &str = "health.content_type";
/// The name of the figure that says how long it takes.
pub(super) const RESPONSE: &str = "health.response_ms";

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Tells whether only an answer of the service can tell a fact.
pub(super) fn is_answered(path: &str) -> bool {
    path == STATUS || path == CONTENT || path.starts_with(HEADERS)
}

/// Is a health endpoint that can be asked.
#[derive(Debug, Clone)]
pub(super) struct Probe {
    /// The whole address.
    pub url: String,
    /// Whether the container's own health check names it, and the settings do not.
    pub is_derived: bool,
}

impl Probe {
    /// Gives the probe of a service that answers HTTP: at the health endpoint of its settings, else
    /// where its container's health check asks, on the host's side of the port.
    pub(super) fn of_service(target: &Target, service: &str) -> Option<Self> {
        let container = target.containers.get(service).and_then(|containers| containers.first());
        target
            .endpoints
            .get(service)
            .and_then(Self::of)
            .or_else(|| container.filter(|c| c.is_running()).and_then(Self::of_check))
    }

    /// Gives the probe of the health endpoint that the settings name.
    pub(super) fn of(endpoint: &Endpoint) -> Option<Self> {
        let path = endpoint.health.as_deref()?;
        endpoint
            .protocol
            .is_http()
            .then(|| Self { url: format!("{}{path}", endpoint.url), is_derived: false })
    }

    fn of_check(container: &Container) -> Option<Self> {
        let config = container.inspect.config.as_ref()?;
        let test = config.healthcheck.as_ref()?.test.as_deref()?;
        let (port, path) = probed(&test.join(" "))?;
        let at = container.published(port)?;
        Some(Self { url: format!("http://{at}{path}"), is_derived: true })
    }

    /// Gives the address as a person may read it: a path may carry a key.
    pub(super) fn shown(&self) -> String {
        Mask::default().text(&self.url)
    }

    /// Asks once and gives what a baseline records of the answer.
    pub(super) async fn facts(&self) -> Result<Facts, String> {
        let mut response = Clock::of(self)?.send().await?;
        let mut facts = Facts::new();
        put(&mut facts, STATUS, response.status().as_u16());
        let content_type = response.headers().get(CONTENT_TYPE);
        if let Some(text) = content_type.and_then(|value| value.to_str().ok()) {
            let media = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            put(&mut facts, CONTENT, media);
        }
        headers::facts(&mut facts, response.headers());
        drain(&mut response).await?;
        Ok(facts)
    }
}

/// Finds the port and the path that a health check asks of its own container, where it asks by HTTP.
fn probed(test: &str) -> Option<(u16, String)> {
    static URL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"http://(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)(?::(?P<port>\d+))?(?P<path>[/?][^\s'"\\`|;)>]*)?(?:$|[\s'"\\`|;)>])"#,
        )
        .expect("the pattern is a constant that a test compiles")
    });
    let found = URL.captures(test)?;
    let path = found.name("path").map_or("/", |path| path.as_str());
    // A variable is filled in only inside the container.
    let port = found.name("port").map_or(Some(80), |port| port.as_str().parse().ok())?;
    (!path.contains('$')).then(|| (port, path.to_owned()))
}

/// Times the answers of one endpoint.
pub(super) struct Clock {
    client: reqwest::Client,
    url: String,
}

impl Clock {
    /// Goes where it is told: no proxy, and a redirect is an answer.
    pub(super) fn of(probe: &Probe) -> Result<Self, String> {
        let client =
            reqwest::Client::builder().no_proxy().redirect(Policy::none()).timeout(PATIENCE);
        let client = client.build().map_err(|cause| innermost(&cause))?;
        Ok(Self { client, url: probe.url.clone() })
    }

    async fn send(&self) -> Result<reqwest::Response, String> {
        self.client.get(&self.url).send().await.map_err(|cause| innermost(&cause))
    }

    /// Asks once and gives how long the whole answer took.
    pub(super) async fn time(&self) -> Result<Duration, String> {
        let began = Instant::now();
        drain(&mut self.send().await?).await?;
        Ok(began.elapsed())
    }
}

/// How much of a body is read; what streams without an end answers all the same.
const LONGEST: usize = 1 << 20;

async fn drain(response: &mut reqwest::Response) -> Result<(), String> {
    let mut read = 0;
    while let Some(chunk) = response.chunk().await.map_err(|cause| innermost(&cause))? {
        read += chunk.len();
        if read > LONGEST {
            break;
        }
    }
    Ok(())
}

/// Gives the cause that names what happened; the outer ones repeat the address.
fn innermost(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no answer within {} s", PATIENCE.as_secs());
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
pub(super) mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// Answers every request on one port the same way.
    pub(in crate::baseline) async fn answering(response: &'static str) -> Probe {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/health", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut request = [0; 4096];
                    while stream.read(&mut request).await.is_ok_and(|read| read > 0) {
                        stream.write_all(response.as_bytes()).await.unwrap();
                    }
                });
            }
        });
        Probe { url, is_derived: false }
    }

    #[tokio::test]
    async fn status_and_media_type_are_recorded_and_the_charset_is_not() {
        let probe = answering(
            "HTTP/1.1 503 No\r\ncontent-type: Application/JSON; charset=utf-8\r\ncontent-length: 2\r\n\r\n{}",
        )
        .await;
        let facts = probe.facts().await.unwrap();
        assert_eq!(
            (&facts[STATUS].value, &facts[CONTENT].value),
            (&503.into(), &"application/json".into())
        );
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_and_is_not_followed() {
        let probe = answering(
            "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
        )
        .await;
        let facts = probe.facts().await.unwrap();
        assert_eq!((&facts[STATUS].value, facts.get(CONTENT)), (&302.into(), None));
    }

    #[tokio::test]
    async fn a_refused_connection_is_named_by_its_cause() {
        let probe = Probe { url: "http://127.0.0.1:1/health".to_owned(), is_derived: false };
        let cause = probe.facts().await.unwrap_err();
        assert!(cause.contains("refused"), "{cause}");
    }

    #[tokio::test]
    async fn an_endpoint_that_says_nothing_is_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/health", listener.local_addr().unwrap());
        let cause = Probe { url, is_derived: false }.facts().await.unwrap_err();
        assert_eq!(cause, "no answer within 5 s");
    }

    #[test]
    fn the_port_and_path_are_found_that_a_health_check_asks() {
        for (test, asked) in [
            ("CMD curl -f http://localhost:8000/health", Some((8000, "/health"))),
            (
                "CMD-SHELL wget -q --spider http://127.0.0.1/ready?deep=1 || exit 1",
                Some((80, "/ready?deep=1")),
            ),
            ("CMD-SHELL curl -sf 'http://localhost:9000' > /dev/null", Some((9000, "/"))),
            (
                "CMD python -c import urllib.request as r; r.urlopen('http://[::1]:80/a')",
                Some((80, "/a")),
            ),
            ("CMD-SHELL curl -f http://localhost:${PORT}/health", None),
            ("CMD-SHELL curl -f http://localhost:80/$PATH", None),
            ("CMD curl http://other:8000/health", None),
            ("CMD pg_isready -h localhost", None),
        ] {
            let asked = asked.map(|(port, path)| (port, path.to_owned()));
            assert_eq!(probed(test), asked, "{test}");
        }
    }
}
