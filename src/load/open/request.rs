//! Requests as they are sent, and where to.

use std::net::SocketAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{ACCEPT, AUTHORIZATION, HOST, HeaderName, HeaderValue};
use reqwest::Url;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::suite::FilledLoadRequest;

/// Is what is sent.
pub(super) type Message = hyper::Request<Full<Bytes>>;

/// Is a request as it is sent.
#[derive(Debug)]
pub(super) struct Prepared {
    /// Which of the origins it goes to.
    pub origin: usize,
    pub message: Message,
    /// Whether it may be sent again where the connection ended before a response began (RFC 9110, 9.2.2).
    pub is_idempotent: bool,
}

impl Prepared {
    /// Makes what is sent of a request to an origin.
    ///
    /// # Errors
    ///
    /// What keeps it from being sent.
    pub fn new(request: &FilledLoadRequest, url: &Url, origin: usize) -> Result<Self, String> {
        let message = message(request, url)?;
        Ok(Self { origin, is_idempotent: message.method().is_idempotent(), message })
    }
}

/// Is where connections go to.
#[derive(Debug)]
pub(super) struct Origin {
    /// As it begins an address: `https://shop.example`.
    pub name: String,
    /// By which of the plan's terms its connections speak TLS: a client that shows another certificate is another one.
    pub terms: usize,
    /// Its addresses, looked up once.
    pub addresses: Vec<SocketAddr>,
    /// The name that its certificate has to hold for; none without TLS.
    pub tls: Option<ServerName<'static>>,
}

impl Origin {
    /// Finds the host of an address, to which connections speak TLS by `terms`.
    ///
    /// # Errors
    ///
    /// When there is none, or another protocol is named.
    pub fn of(url: &Url, terms: usize) -> Result<Self, String> {
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
        Ok(Self { name: url.origin().ascii_serialization(), terms, addresses, tls })
    }

    /// Gives the place of the origin of an address among those that are known; one to which nobody went before is
    /// looked up.
    ///
    /// # Errors
    ///
    /// As [`Origin::of`].
    pub fn place(known: &mut Vec<Arc<Self>>, url: &Url, terms: usize) -> Result<usize, String> {
        let name = url.origin().ascii_serialization();
        let is_same = |origin: &Arc<Self>| origin.terms == terms && origin.name == name;
        if let Some(index) = known.iter().position(is_same) {
            return Ok(index);
        }
        known.push(Arc::new(Self::of(url, terms)?));
        Ok(known.len() - 1)
    }
}

fn message(request: &FilledLoadRequest, url: &Url) -> Result<Message, String> {
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut message = hyper::Request::builder()
        .method(request.method.as_str())
        .uri(format!("{}{query}", url.path()));
    for (name, value) in &request.headers {
        message = message.header(name, value);
    }
    let body = request.body.as_ref().map(|body| Bytes::from(body.clone()));
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
    if !url.username().is_empty() {
        let pair = format!("{}:{}", url.username(), url.password().unwrap_or_default());
        add(AUTHORIZATION, format!("Basic {}", STANDARD.encode(pair)))?;
    }
    Ok(message)
}
