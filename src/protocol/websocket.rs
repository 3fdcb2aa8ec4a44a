//! WebSocket: one message there, one message back.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::Url;
use reqwest::cookie::CookieStore as _;
use reqwest::header::{COOKIE, HeaderName, HeaderValue, SET_COOKIE};
use thiserror::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::http::HeaderMap;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{Connector, connect_async_tls_with_config};

use super::{CookieJar, Http, TlsError, TlsOptions};
use crate::model::show_duration;

/// Is what is asked of a WebSocket.
#[derive(Debug, Clone)]
pub struct WebSocketRequest {
    /// The address, with `ws://` or `wss://`.
    pub url: String,
    /// The headers of the request that opens it.
    pub headers: Vec<(HeaderName, String)>,
    /// The message that is sent, where there is one.
    pub send: Option<String>,
    /// Whether to wait for a message.
    pub listens: bool,
    /// Whom the connection trusts.
    pub tls: TlsOptions,
}

/// Is what came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebSocketAnswer {
    /// 101 where it was opened, else how that was refused.
    pub status: u16,
    /// The first message.
    pub message: Option<String>,
    /// The code with which the server closed it in place of a message.
    pub closed: Option<u16>,
    /// Until the message was there, or the answer to opening it.
    pub elapsed: Duration,
}

/// Says why there is no answer.
#[derive(Debug, Error)]
pub enum WebSocketError {
    /// The address is not one, or a header has a forbidden character.
    #[error("cannot ask `{url}`: {cause}")]
    Malformed {
        /// What was to be asked.
        url: String,
        /// What is wrong with it.
        cause: String,
    },
    /// A file that the options name is not what it should be.
    #[error(transparent)]
    Options(#[from] TlsError),
    /// The server could not be reached, or the connection broke.
    #[error("cannot reach {url}: {cause}")]
    Unreachable {
        /// What was asked.
        url: String,
        /// What happened.
        cause: String,
    },
    /// The server answers something else than the protocol wants.
    #[error("{url} does not keep to the protocol: {cause}")]
    Broken {
        /// What was asked.
        url: String,
        /// What it did.
        cause: String,
    },
    /// The answer was not there in time.
    #[error("no message from {url} within {}", show_duration(*.limit))]
    TimedOut {
        /// What was asked.
        url: String,
        /// How long was waited.
        limit: Duration,
    },
}

/// Opens a WebSocket with the cookies of `cookies`, sends, and gives the first message.
///
/// # Errors
///
/// When there is no answer within `limit`; a refusal to open it is one.
pub async fn websocket_exchange(
    asked: &WebSocketRequest,
    cookies: &CookieJar,
    limit: Duration,
) -> Result<WebSocketAnswer, WebSocketError> {
    match tokio::time::timeout(limit, exchange(asked, cookies)).await {
        Ok(result) => result,
        Err(_) => Err(WebSocketError::TimedOut { url: asked.url.clone(), limit }),
    }
}

async fn exchange(
    asked: &WebSocketRequest,
    cookies: &CookieJar,
) -> Result<WebSocketAnswer, WebSocketError> {
    let url = &asked.url;
    let (page, request) = request(asked, cookies)?;
    let tls = match page.scheme() {
        "https" => Connector::Rustls(Arc::new(asked.tls.client_config()?)),
        _ => Connector::Plain,
    };
    let config = WebSocketConfig::default()
        .max_message_size(Some(Http::LARGEST_BODY))
        .max_frame_size(Some(Http::LARGEST_BODY));
    let began = Instant::now();
    let opened = connect_async_tls_with_config(request, Some(config), false, Some(tls)).await;
    let answer = |status, message, closed| {
        let elapsed = began.elapsed();
        Ok(WebSocketAnswer { status, message, closed, elapsed })
    };
    let (mut socket, response) = match opened {
        Ok(opened) => opened,
        Err(Error::Http(response)) => {
            keep(response.headers(), &page, cookies);
            return answer(response.status().as_u16(), None, None);
        }
        Err(error) => return Err(told_apart(url, error)),
    };
    let status = response.status().as_u16();
    keep(response.headers(), &page, cookies);
    if let Some(text) = &asked.send {
        let sent = socket.send(Message::text(text.clone())).await;
        sent.map_err(|error| told_apart(url, error))?;
    }
    let (mut message, mut closed) = (None, None);
    while asked.listens && message.is_none() {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => message = Some(text.to_string()),
            Some(Ok(Message::Binary(bytes))) => {
                message = Some(String::from_utf8_lossy(&bytes).into_owned());
            }
            Some(Ok(Message::Close(frame))) => {
                closed = frame.map(|frame| frame.code.into());
                break;
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
            Some(Err(error)) => return Err(told_apart(url, error)),
            None => break,
        }
    }
    let answer = answer(status, message, closed);
    // The answer is there; whether the server hears the farewell does not change it.
    let _ = socket.close(None).await;
    answer
}

/// Makes the request that opens it, and names the page that its cookies belong to.
fn request(
    asked: &WebSocketRequest,
    cookies: &CookieJar,
) -> Result<(Url, Request), WebSocketError> {
    let url = &asked.url;
    let malformed = |cause: String| WebSocketError::Malformed { url: url.clone(), cause };
    let page = url.replacen("ws", "http", 1);
    let page = Url::parse(&page).map_err(|error| malformed(error.to_string()))?;
    let mut request =
        url.as_str().into_client_request().map_err(|error| malformed(error.to_string()))?;
    for (name, value) in &asked.headers {
        let value = HeaderValue::from_str(value).map_err(|error| malformed(error.to_string()))?;
        request.headers_mut().insert(name.clone(), value);
    }
    if let Some(kept) = cookies.cookies(&page).filter(|_| !request.headers().contains_key(COOKIE)) {
        request.headers_mut().insert(COOKIE, kept);
    }
    Ok((page, request))
}

fn keep(headers: &HeaderMap, page: &Url, cookies: &CookieJar) {
    cookies.set_cookies(&mut headers.get_all(SET_COOKIE).iter(), page);
}

fn told_apart(url: &str, error: Error) -> WebSocketError {
    let url = url.to_owned();
    match error {
        Error::Io(cause) if cause.kind() == io::ErrorKind::ConnectionRefused => {
            let cause = "the connection is refused; is the service up?".to_owned();
            WebSocketError::Unreachable { url, cause }
        }
        Error::Url(cause) => WebSocketError::Malformed { url, cause: cause.to_string() },
        Error::Io(_) | Error::Tls(_) | Error::ConnectionClosed | Error::AlreadyClosed => {
            WebSocketError::Unreachable { url, cause: error.to_string() }
        }
        other => WebSocketError::Broken { url, cause: other.to_string() },
    }
}
