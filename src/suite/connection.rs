//! What steps ask on a connection of their own: TCP, TLS, WebSocket, server-sent events.

use reqwest::header::HeaderName;

use super::draft::Draft;
use crate::model::Template;
use crate::protocol::{HttpOptions, TlsOptions};

/// Is a connection, and what is said on it.
#[derive(Debug, Clone)]
pub struct TcpAction {
    /// The host and the port.
    pub address: Template,
    /// What is sent once it is there.
    pub send: Option<Template>,
    /// Whether the step wants to know what the server says.
    pub listens: bool,
    /// Whether the step wants to know if anybody listens at all.
    pub asks_open: bool,
}

/// Is a look at the certificate of a server.
#[derive(Debug, Clone)]
pub struct TlsAction {
    /// The host and the port.
    pub address: Template,
    /// The name that is asked for, where it is not the host's.
    pub server_name: Option<Template>,
    /// Whom the look trusts, and what it shows of itself.
    pub options: TlsOptions,
}

/// Is a WebSocket, and what is said on it.
#[derive(Debug, Clone)]
pub struct WebSocketAction {
    /// The whole address.
    pub url: Template,
    /// The headers of the request that opens it.
    pub headers: Vec<(HeaderName, Template)>,
    /// The message: a text as it stands, anything else as JSON.
    pub send: Option<Draft>,
    /// Whether the step wants a message back.
    pub listens: bool,
    /// Whom the connection trusts.
    pub tls: TlsOptions,
}

/// Is a stream of events.
#[derive(Debug, Clone)]
pub struct EventsAction {
    /// The whole address.
    pub url: Template,
    /// What is added to the address after its `?`.
    pub query: Vec<(String, Template)>,
    /// The headers.
    pub headers: Vec<(HeaderName, Template)>,
    /// The kind of event that is waited for; without one, any.
    pub event: Option<Template>,
    /// Whether the step wants an event.
    pub listens: bool,
    /// Which redirects are followed, and whom the connection trusts.
    pub options: HttpOptions,
}
