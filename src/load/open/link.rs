//! One connection to an origin, and one request at a time over it.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::HeaderMap;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, Connection, SendRequest};
use hyper_util::rt::TokioIo;
use rustix::io::Errno;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_util::either::Either;

use super::bell::Bell;
use super::clock::Clock;
use super::request::{Message, Origin};
use super::terms::Terms;
use crate::protocol::explained_refusal;

type Stream = TokioIo<Either<TcpStream, TlsStream<TcpStream>>>;

/// Is one connection.
///
/// It moves only while somebody waits for something on it, within the same task: one that wakes another would cost as
/// much again.
pub(super) struct Link {
    /// Which of the origins it goes to.
    pub origin: usize,
    sender: SendRequest<Full<Bytes>>,
    moved: Moved,
}

/// Is what has to be moved for anything to happen on a connection.
struct Moved {
    /// None once it is over.
    connection: Option<Connection<Stream, Full<Bytes>>>,
    bell: Bell,
}

/// Is a whole response.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// When its first byte was seen.
    pub first_byte: Duration,
}

/// Says why there is no whole response.
#[derive(Debug)]
pub(super) enum Lost {
    /// The connection was over before the request could be sent on it.
    Unsent,
    /// The connection ended before a response began.
    Unanswered(String),
    /// The connection ended within a response.
    BrokenOff(String),
    /// The target, or the way to it.
    Target(String),
    /// This host has not what it takes to open another connection.
    Own(String),
}

impl Link {
    /// Opens a connection to an origin; tells `taken` as soon as the other side took it, before a word is said over it.
    pub async fn open(
        index: usize,
        origin: &Origin,
        terms: &Terms,
        taken: impl FnOnce(),
    ) -> Result<Self, Lost> {
        let stream = TcpStream::connect(&*origin.addresses).await.map_err(|e| refused(&e))?;
        taken();
        // Waiting for more to send would add its own time to each request.
        stream.set_nodelay(true).map_err(|cause| refused(&cause))?;
        let stream = match &origin.tls {
            None => Either::Left(stream),
            Some(name) => {
                let connector = terms.connector().map_err(|cause| Lost::Own(cause.to_string()))?;
                let shaken = connector.connect(name.clone(), stream).await;
                Either::Right(shaken.map_err(|cause| Lost::Target(not_shaken(&cause)))?)
            }
        };
        // Head and body in one piece: a list of pieces costs more than copying a small body.
        let shaken = http1::Builder::new().writev(false).handshake(TokioIo::new(stream)).await;
        let (sender, connection) = shaken.map_err(|cause| Lost::Target(told(&cause)))?;
        let moved = Moved { connection: Some(connection), bell: Bell::new() };
        Ok(Self { origin: index, sender, moved })
    }

    /// Sends a request and reads its response to the last byte.
    pub async fn exchange(&mut self, message: Message, clock: &Clock) -> Result<Answer, Lost> {
        let Self { sender, moved, .. } = self;
        if !sender.is_ready() && moved.drive(pin!(sender.ready())).await.is_err() {
            return Err(Lost::Unsent);
        }
        let sending = pin!(sender.try_send_request(message));
        let response = match moved.drive(sending).await {
            Ok(response) => response,
            Err(mut lost) => {
                if lost.take_message().is_some() {
                    return Err(Lost::Unsent);
                }
                let cause = lost.into_error();
                let lost =
                    if ended_before_a_response(&cause) { Lost::Unanswered } else { Lost::Target };
                return Err(lost(told(&cause)));
            }
        };
        let first_byte = clock.now();
        let (head, body) = response.into_parts();
        let body = moved.drive(pin!(whole(body))).await;
        let body = body.map_err(|cause| Lost::BrokenOff(told(&cause)))?;
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body, first_byte })
    }

    /// Lets the connection notice that the other side ended it.
    pub fn look(&mut self, context: &Context<'_>) {
        let nothing = |_: &mut Context<'_>| Poll::<()>::Pending;
        let Moved { connection, bell } = &mut self.moved;
        let _pending = bell.ask(context, nothing, |context| look(connection, context));
    }

    /// Whether nothing can be sent on it any more.
    pub fn is_over(&self) -> bool {
        self.moved.connection.is_none() || self.sender.is_closed()
    }
}

/// Reads a body to its end; one that comes in one piece is not copied.
async fn whole(mut body: Incoming) -> hyper::Result<Bytes> {
    let mut whole = Bytes::new();
    let mut more: Vec<u8> = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        if whole.is_empty() && more.is_empty() {
            whole = data;
        } else {
            more.extend_from_slice(&std::mem::take(&mut whole));
            more.extend_from_slice(&data);
        }
    }
    Ok(if more.is_empty() { whole } else { more.into() })
}

impl Moved {
    /// Waits for `work`, and moves the connection meanwhile.
    ///
    /// It is pinned by whoever asks, or its state would be copied on the way, for each request anew.
    async fn drive<T>(&mut self, mut work: Pin<&mut impl Future<Output = T>>) -> T {
        let Self { connection, bell } = self;
        poll_fn(|context| {
            let work = |context: &mut Context<'_>| work.as_mut().poll(context);
            bell.ask(context, work, |context| look(connection, context))
        })
        .await
    }
}

fn look(connection: &mut Option<Connection<Stream, Full<Bytes>>>, context: &mut Context<'_>) {
    if let Some(open) = connection
        && let Poll::Ready(_) = Pin::new(open).poll(context)
    {
        *connection = None;
    }
}

/// Says why no connection could be opened, and whose fault that is.
fn refused(cause: &io::Error) -> Lost {
    match Errno::from_io_error(cause) {
        Some(Errno::ADDRNOTAVAIL) => Lost::Own(
            "this host has no free port left for another connection; offer less at a time"
                .to_owned(),
        ),
        Some(Errno::MFILE | Errno::NFILE) => {
            Lost::Own("this process may not open another connection; raise `ulimit -n`".to_owned())
        }
        _ => Lost::Target(format!("cannot connect: {cause}")),
    }
}

/// Says why there is a connection and no TLS over it.
fn not_shaken(cause: &io::Error) -> String {
    format!("cannot connect over TLS: {}", explained_refusal(cause.to_string()))
}

/// Whether a connection ended where a response should have begun, as one does that was kept alive for too long.
fn ended_before_a_response(cause: &hyper::Error) -> bool {
    let source =
        std::error::Error::source(cause).and_then(|cause| cause.downcast_ref::<io::Error>());
    let is_cut = |cause: &io::Error| {
        matches!(cause.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe)
    };
    cause.is_incomplete_message() || source.is_some_and(is_cut)
}

/// Says what went wrong with its cause, which hyper keeps apart.
fn told(cause: &hyper::Error) -> String {
    match std::error::Error::source(cause) {
        Some(source) => format!("{cause}: {source}"),
        None => cause.to_string(),
    }
}
