//! TCP connections: whether somebody listens, and what it says first.

use std::io;
use std::time::{Duration, Instant};

use thiserror::Error;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::Address;
use crate::model::show_duration;

/// How long a server that has begun to speak may pause before it counts as done.
const PAUSE: Duration = Duration::from_millis(100);
/// How much is read of what a server says, in bytes.
const MOST: usize = 64 << 10;

/// Is what came of a connection.
#[derive(Debug, Clone)]
pub struct TcpAnswer {
    /// What the server said; none where nobody listened to it, or it said nothing and closed.
    pub banner: Option<String>,
    /// Until the connection was there, or until the first of what was said.
    pub elapsed: Duration,
}

/// Says why there is no connection, or nothing said on it.
#[derive(Debug, Error)]
pub enum TcpError {
    /// Nothing listens there.
    #[error("cannot reach {0}: the connection is refused; is the service up?")]
    Refused(Address),
    /// There is no way to it, or the connection broke.
    #[error("cannot reach {address}: {cause}")]
    Unreachable {
        /// Where it should be.
        address: Address,
        /// What happened.
        cause: io::Error,
    },
    /// Nothing came in time.
    #[error("no answer from {address} within {}", show_duration(*.limit))]
    TimedOut {
        /// Where it should be.
        address: Address,
        /// How long was waited.
        limit: Duration,
    },
}

/// Connects, sends what there is to send, and listens where that is asked for.
///
/// # Errors
///
/// When there is no connection within `limit`, or nothing is said where one listens.
pub async fn tcp_exchange(
    address: &Address,
    send: Option<&str>,
    listens: bool,
    limit: Duration,
) -> Result<TcpAnswer, TcpError> {
    let exchanged = tokio::time::timeout(limit, async {
        let began = Instant::now();
        let mut stream = connect(address).await?;
        let mut elapsed = began.elapsed();
        let broke = |cause| told_apart(address, cause);
        if let Some(text) = send {
            stream.write_all(text.as_bytes()).await.map_err(broke)?;
        }
        let mut said = Vec::new();
        if listens {
            stream.read_buf(&mut said).await.map_err(broke)?;
            elapsed = began.elapsed();
            while !said.is_empty() && said.len() < MOST {
                match tokio::time::timeout(PAUSE, stream.read_buf(&mut said)).await {
                    Ok(Ok(1..)) => {}
                    Ok(Ok(0) | Err(_)) | Err(_) => break,
                }
            }
        }
        let banner =
            (!said.is_empty()).then(|| String::from_utf8_lossy(&said).trim_end().to_owned());
        Ok(TcpAnswer { banner, elapsed })
    });
    match exchanged.await {
        Ok(result) => result,
        Err(_) => Err(TcpError::TimedOut { address: address.clone(), limit }),
    }
}

/// Makes a connection, however long that takes.
pub(super) async fn connect(address: &Address) -> Result<TcpStream, TcpError> {
    let host = (address.host.as_str(), address.port);
    TcpStream::connect(host).await.map_err(|cause| told_apart(address, cause))
}

fn told_apart(address: &Address, cause: io::Error) -> TcpError {
    match cause.kind() {
        io::ErrorKind::ConnectionRefused => TcpError::Refused(address.clone()),
        _ => TcpError::Unreachable { address: address.clone(), cause },
    }
}
