//! Requests that are made once and sent often.

use std::collections::HashMap;
use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use reqwest::Url;
use serde_json::Value;
use tokio_rustls::rustls::pki_types::ServerName;

use super::super::LoadError;
use super::super::workload::Request;
use crate::suite::Expectation;

/// Is what is sent.
pub(super) type Message = hyper::Request<Full<Bytes>>;

/// Is a request as it is sent, and what its response has to be.
#[derive(Debug)]
pub(super) struct Prepared {
    /// Which of the origins it goes to.
    pub origin: usize,
    pub message: Message,
    pub expect: Expectation<Value>,
    /// Whether it may be sent again where the connection ended before a response began (RFC 9110, 9.2.2).
    pub is_idempotent: bool,
}

/// Is where connections go to.
#[derive(Debug)]
pub(super) struct Origin {
    /// Its addresses, looked up once.
    pub addresses: Vec<SocketAddr>,
    /// The name that its certificate has to hold for; none without TLS.
    pub tls: Option<ServerName<'static>>,
}

/// Makes every request, and gives the origins that they go to.
pub(super) fn prepare(requests: &[Request]) -> Result<(Vec<Prepared>, Vec<Origin>), LoadError> {
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut origins = Vec::new();
    let mut prepared = Vec::new();
    for request in requests {
        let refuse = |cause: String| LoadError::Request { name: request.name.clone(), cause };
        let url = Url::parse(&request.url).map_err(|cause| refuse(cause.to_string()))?;
        let origin = url.origin().ascii_serialization();
        let next = origins.len();
        let index = *known.entry(origin).or_insert(next);
        if index == next {
            origins.push(Origin::of(&url).map_err(refuse)?);
        }
        let message = message(request, &url).map_err(refuse)?;
        let is_idempotent = message.method().is_idempotent();
        let expect = request.expect.clone();
        prepared.push(Prepared { origin: index, message, expect, is_idempotent });
    }
    Ok((prepared, origins))
}

impl Origin {
    fn of(url: &Url) -> Result<Self, String> {
        let tls = match url.scheme() {
            "http" => None,
            "https" => {
                let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
                Some(ServerName::try_from(host).map_err(|cause| cause.to_string())?)
            }
            other => {
                return Err(format!(
                    "`{other}` is no protocol that load speaks; use http or https"
                ));
            }
        };
        let addresses =
            url.socket_addrs(|| None).map_err(|cause| format!("cannot find its host: {cause}"))?;
        Ok(Self { addresses, tls })
    }
}

fn message(request: &Request, url: &Url) -> Result<Message, String> {
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut message = hyper::Request::builder()
        .method(request.method.as_str())
        .uri(format!("{}{query}", url.path()));
    for (name, value) in &request.headers {
        message = message.header(name, value);
    }
    let body = request.json.as_ref().map(|json| Bytes::from(json.to_string()));
    let has_body = body.is_some();
    let message = message.body(Full::new(body.unwrap_or_default()));
    let mut message = message.map_err(|cause| cause.to_string())?;
    let headers = message.headers_mut();
    let mut add = |name: HeaderName, value: String| {
        let value = HeaderValue::try_from(value).map_err(|cause| cause.to_string())?;
        headers.entry(name).or_insert(value);
        Ok::<_, String>(())
    };
    let host = url.host_str().unwrap_or_default();
    add(HOST, url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))?;
    add(ACCEPT, "*/*".to_owned())?;
    if has_body {
        add(CONTENT_TYPE, "application/json".to_owned())?;
    }
    if !url.username().is_empty() {
        let pair = format!("{}:{}", url.username(), url.password().unwrap_or_default());
        add(AUTHORIZATION, format!("Basic {}", STANDARD.encode(pair)))?;
    }
    Ok(message)
}
