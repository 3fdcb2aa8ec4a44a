//! A small server that is good, bad or dead in a chosen way.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::time::{sleep, sleep_until};
use tokio_rustls::TlsAcceptor;

use crate::model::Chance;

pub(super) const GOOD: &str = "HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{\"id\": 417}";
const CHUNKED: &str =
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{\"id\r\n7\r\n\": 417}\r\n0\r\n\r\n";
const CLOSING: &str =
    "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 11\r\n\r\n{\"id\": 417}";
const WRONG: &str = "HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{\"id\": 418}";
const BROKEN: &str = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";

/// How a server behaves.
#[derive(Debug, Clone)]
pub(super) enum Way {
    Good,
    /// Freezes for that time, so long after the first request.
    Stalls {
        after: Duration,
        lasts: Duration,
    },
    /// Takes connections and answers nothing.
    Silent,
    /// Sends the head at once and the body so much later.
    SlowBody(Duration),
    WrongBody,
    /// Closes the connection within the body.
    BreaksOff,
    /// Closes the connection after each response without having said so.
    Forgetful,
    /// Says that it closes the connection, and does.
    Closing,
    Chunked,
    /// Serves one request at a time, and takes so long for each.
    Narrow(Duration),
    /// Gives a seat to who comes in, and serves only at that seat.
    Seated,
    /// Each request in another way, with that seed.
    Mixed(u64),
}

/// Serves until the runtime ends; gives the address.
pub(super) async fn serve(way: Way) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = Arc::new(Server::new(way));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let server = Arc::clone(&server);
            tokio::spawn(async move {
                stream.set_nodelay(true).ok()?;
                server.talk(stream).await
            });
        }
    });
    address
}

/// Serves over TLS until the runtime ends; gives the address, and how many handshakes were begun so far.
pub(super) async fn serve_over_tls(
    way: Way,
    acceptor: TlsAcceptor,
) -> (SocketAddr, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = Arc::new(Server::new(way));
    let begun = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&begun);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (server, acceptor) = (Arc::clone(&server), acceptor.clone());
            counted.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(async move {
                stream.set_nodelay(true).ok()?;
                server.talk(acceptor.accept(stream).await.ok()?).await
            });
        }
    });
    (address, begun)
}

/// Gives an address that nobody listens on.
pub(super) async fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

/// Is what a server reads from and writes to.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

struct Server {
    way: Way,
    first: OnceLock<Instant>,
    /// Whose turn it is, and how many requests came before.
    turn: Mutex<u64>,
}

impl Server {
    fn new(way: Way) -> Self {
        Self { way, first: OnceLock::new(), turn: Mutex::new(0) }
    }

    /// Answers one request after the other until either side has had enough.
    async fn talk(&self, mut stream: impl Stream) -> Option<()> {
        let mut read = Vec::new();
        loop {
            while !read.ends_with(b"\r\n\r\n") {
                if stream.read_buf(&mut read).await.ok()? == 0 {
                    return None;
                }
            }
            let head = String::from_utf8(std::mem::take(&mut read)).ok()?;
            self.answer(&head, &mut stream).await?;
        }
    }

    /// Answers; none closes the connection.
    async fn answer(&self, head: &str, stream: &mut impl Stream) -> Option<()> {
        let first = *self.first.get_or_init(Instant::now);
        match &self.way {
            Way::Good => say(stream, GOOD).await,
            Way::Stalls { after, lasts } => {
                if (*after..*after + *lasts).contains(&first.elapsed()) {
                    sleep_until((first + *after + *lasts).into()).await;
                }
                say(stream, GOOD).await
            }
            Way::Silent => std::future::pending().await,
            Way::SlowBody(pause) => {
                let (head, body) = GOOD.split_once("\r\n\r\n").unwrap();
                say(stream, &format!("{head}\r\n\r\n")).await?;
                sleep(*pause).await;
                say(stream, body).await
            }
            Way::WrongBody => say(stream, WRONG).await,
            Way::BreaksOff => {
                say(stream, "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{").await.and(None)
            }
            Way::Forgetful => say(stream, GOOD).await.and(None),
            Way::Closing => say(stream, CLOSING).await.and(None),
            Way::Chunked => say(stream, CHUNKED).await,
            Way::Narrow(takes) => {
                let _turn = self.turn.lock().await;
                sleep(*takes).await;
                say(stream, GOOD).await
            }
            Way::Seated if head.starts_with("GET /in ") => {
                let (first, rest) = GOOD.split_once("\r\n").unwrap();
                say(stream, &format!("{first}\r\nset-cookie: seat=7; Path=/\r\n{rest}")).await
            }
            Way::Seated => {
                let is_seated =
                    head.contains("cookie: seat=7") && head.starts_with("GET /buy/417 ");
                say(stream, if is_seated { GOOD } else { BROKEN }).await
            }
            Way::Mixed(seed) => {
                let mut turn = self.turn.lock().await;
                *turn += 1;
                let drawn = Chance::after(*seed, *turn).below(20);
                drop(turn);
                match drawn {
                    0 => std::future::pending().await,
                    1 => say(stream, BROKEN).await,
                    2 => say(stream, WRONG).await,
                    3 => say(stream, CLOSING).await.and(None),
                    4 => say(stream, GOOD).await.and(None),
                    5 => None,
                    6 => say(stream, "HTTP/1.1 200 OK\r\ncontent-le").await.and(None),
                    7 => say(stream, "no protocol\r\n\r\n").await,
                    8 => say(stream, CHUNKED).await,
                    9 => {
                        sleep(Duration::from_millis(30)).await;
                        say(stream, GOOD).await
                    }
                    _ => say(stream, GOOD).await,
                }
            }
        }
    }
}

async fn say(stream: &mut impl Stream, text: &str) -> Option<()> {
    stream.write_all(text.as_bytes()).await.ok()?;
    stream.flush().await.ok()
}
