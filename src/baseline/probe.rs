//! Asks a service's health endpoint, once for what it answers and often for how long it takes.

use std::time::{Duration, Instant};

use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;

use super::body::Figure;
use crate::model::{Endpoint, Facts, Millis, Protocol};

use super::container::put;

/// The path of the status that a health endpoint answers with.
pub(super) const STATUS: &str = "health.status";
/// The path of the media type that a health endpoint answers with.
pub(super) const CONTENT: &str = "health.content_type";
/// The name of the figure that says how long it takes.
pub(super) const RESPONSE: &str = "health.response_ms";

/// How often a health endpoint is asked for one figure.
const SAMPLES: usize = 20;
const PATIENCE: Duration = Duration::from_secs(10);

/// Is a health endpoint that can be asked.
#[derive(Debug, Clone)]
pub(super) struct Probe {
    /// The whole address.
    pub url: String,
}

/// Tells what came back.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    status: u16,
    content_type: Option<String>,
    elapsed: Duration,
}

impl Probe {
    /// Gives the probe of an HTTP service that has a health endpoint.
    pub(super) fn of(endpoint: &Endpoint) -> Option<Self> {
        let path = endpoint.health.as_deref()?;
        (endpoint.protocol == Protocol::Http)
            .then(|| Self { url: format!("{}{path}", endpoint.url) })
    }

    /// Asks once and gives what a baseline records of the answer.
    pub(super) async fn facts(&self) -> Result<Facts, String> {
        let answer = ask(&client()?, &self.url).await?;
        let mut facts = Facts::new();
        put(&mut facts, STATUS, answer.status);
        if let Some(content_type) = answer.content_type {
            put(&mut facts, CONTENT, content_type);
        }
        Ok(facts)
    }

    /// Asks one request after the other and gives how long they took, in milliseconds.
    ///
    /// The first is not counted: it opens the connection.
    pub(super) async fn figure(&self) -> Result<Figure, String> {
        let client = client()?;
        ask(&client, &self.url).await?;
        let mut samples = Vec::with_capacity(SAMPLES);
        for _ in 0..SAMPLES {
            samples.push(Millis::from(ask(&client, &self.url).await?.elapsed).0);
        }
        Figure::of(samples).ok_or_else(|| "no sample was taken".to_owned())
    }
}

/// Gives a client that goes where it is told: no proxy, and a redirect is an answer.
fn client() -> Result<reqwest::Client, String> {
    let client = reqwest::Client::builder().no_proxy().redirect(Policy::none()).timeout(PATIENCE);
    client.build().map_err(|cause| innermost(&cause))
}

async fn ask(client: &reqwest::Client, url: &str) -> Result<Answer, String> {
    let began = Instant::now();
    let response = client.get(url).send().await.map_err(|cause| innermost(&cause))?;
    let status = response.status().as_u16();
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type
        .map(|value| value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    response.bytes().await.map_err(|cause| innermost(&cause))?;
    Ok(Answer { status, content_type, elapsed: began.elapsed() })
}

/// Gives the cause that names what happened; the outer ones repeat the address.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// Answers every request on one port the same way.
    async fn answering(response: &'static str) -> Probe {
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
        Probe { url }
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
    async fn a_figure_holds_the_spread_of_its_samples() {
        let probe = answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        let figure = probe.figure().await.unwrap();
        assert!(figure.min <= figure.median && figure.median <= figure.max);
    }

    #[tokio::test]
    async fn a_refused_connection_is_named_by_its_cause() {
        let probe = Probe { url: "http://127.0.0.1:1/health".to_owned() };
        let cause = probe.facts().await.unwrap_err();
        assert!(cause.contains("refused"), "{cause}");
        assert!(probe.figure().await.is_err());
    }
}
