//! Server-sent events: the first of a stream, or the first of its kind.

use std::pin::pin;
use std::time::{Duration, Instant};

use eventsource_stream::{EventStreamError, Eventsource as _};
use futures_util::StreamExt as _;
use reqwest::header::CONTENT_TYPE;
use thiserror::Error;

use super::http::told_apart;
use super::{Http, HttpError, HttpRequest};
use crate::model::show_duration;

/// Is one event of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerEvent {
    /// Its kind; `message` where the stream does not say.
    pub event: String,
    /// What it says.
    pub data: String,
    /// Its identity, or the last one that the stream gave before it; empty where it gave none.
    pub id: String,
}

/// Is what came of asking for a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventAnswer {
    /// The status of the response.
    pub status: u16,
    /// The media type of a response that is no stream of events; empty where it says none.
    pub no_stream: Option<String>,
    /// The event; none where the response is no stream of events, or the stream ended before it.
    pub event: Option<ServerEvent>,
    /// Until the event was there, or the head of a response without one.
    pub elapsed: Duration,
}

/// Says why there is no answer.
#[derive(Debug, Error)]
pub enum EventError {
    /// There is no response, or it broke.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The response is no stream of events that can be read.
    #[error("the events from {url} cannot be read: {cause}")]
    Unreadable {
        /// What was asked.
        url: String,
        /// What is wrong with them.
        cause: String,
    },
    /// The stream is there, and the event was not in time.
    #[error("no event from {url} within {}", show_duration(*.limit))]
    TimedOut {
        /// What was asked.
        url: String,
        /// How long was waited.
        limit: Duration,
    },
}

impl Http {
    /// Asks for a stream of events and, where `listens`, gives the first one that is a `wanted` one.
    ///
    /// # Errors
    ///
    /// When there is no answer within `limit`.
    pub async fn first_event(
        &self,
        request: &HttpRequest,
        wanted: Option<&str>,
        listens: bool,
        limit: Duration,
    ) -> Result<EventAnswer, EventError> {
        let url = &request.url;
        let builder = self.ready(request)?;
        let began = Instant::now();
        let answered = tokio::time::timeout(limit, async {
            let response = builder.send().await.map_err(|error| told_apart(url, &error))?;
            self.keep(&response);
            let status = response.status().as_u16();
            let media_type = response.headers().get(CONTENT_TYPE);
            let media_type = media_type.and_then(|it| it.to_str().ok()).unwrap_or_default();
            let is_stream = status == 200 && media_type.starts_with("text/event-stream");
            let no_stream = (!is_stream).then(|| media_type.to_owned());
            let mut found = None;
            if listens && is_stream {
                found = first(response, url, wanted).await?;
            }
            Ok(EventAnswer { status, no_stream, event: found, elapsed: began.elapsed() })
        });
        match answered.await {
            Ok(result) => result,
            Err(_) => Err(EventError::TimedOut { url: url.clone(), limit }),
        }
    }
}

async fn first(
    response: reqwest::Response,
    url: &str,
    wanted: Option<&str>,
) -> Result<Option<ServerEvent>, EventError> {
    let mut read = 0;
    let bytes = response.bytes_stream().map(|chunk| {
        let chunk = chunk.map_err(|error| told_apart(url, &error))?;
        read += chunk.len();
        if read > Http::LARGEST_BODY {
            return Err(HttpError::TooLarge { url: url.to_owned() });
        }
        Ok(chunk)
    });
    let mut events = pin!(bytes.eventsource());
    while let Some(event) = events.next().await {
        let event = event.map_err(|error| match error {
            EventStreamError::Transport(error) => EventError::Http(error),
            other => EventError::Unreadable { url: url.to_owned(), cause: other.to_string() },
        })?;
        if wanted.is_none_or(|wanted| event.event == wanted) {
            let eventsource_stream::Event { event, data, id, .. } = event;
            return Ok(Some(ServerEvent { event, data, id }));
        }
    }
    Ok(None)
}
