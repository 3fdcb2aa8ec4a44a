//! Speaks to services: HTTP, event streams, WebSocket, SQL, Redis, objects in buckets, TLS, TCP, pages in a
//! browser; and to programs on this host.
//!
//! Each protocol is one file with one question-and-answer call, a time limit on the whole of it, and
//! an error that keeps apart *the service could not be reached* from *the service refused*.

mod address;
mod browser;
mod event_stream;
mod http;
mod object;
mod owner;
mod program;
mod redis;
mod sql;
mod tcp;
mod tls;
mod websocket;

pub use address::{Address, AddressError};
pub use browser::{
    Browser, BrowserError, Browsers, Elements, Gesture, Keys, KeysError, Page, remove_profiles,
    stale_profiles,
};
pub use event_stream::{EventAnswer, EventError, ServerEvent};
pub use http::{
    CookieJar, FormPart, Http, HttpBody, HttpError, HttpOptions, HttpRequest, HttpResponse, Method,
};
pub use object::{
    ListedObject, ObjectAnswer, ObjectCall, ObjectContent, ObjectError, ObjectPlace, StoredObject,
    object_exchange, sha256,
};
pub use owner::{NoOwner, Owner};
pub use program::{Ended, Printed, Program, ProgramError, kill_programs};
pub use redis::{RedisError, redis_command};
pub use sql::{Rows, SqlError, sql_statement};
pub use tcp::{TcpAnswer, TcpError, tcp_exchange};
#[cfg(test)]
pub(crate) use tls::authority;
pub use tls::{
    Identity, InspectError, ServerCertificate, TlsError, TlsOptions, TlsQuestion,
    explained_refusal, server_certificate,
};
pub use websocket::{WebSocketAnswer, WebSocketError, WebSocketRequest, websocket_exchange};
