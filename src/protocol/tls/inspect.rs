//! What a server shows of itself: its certificate, whether that can be verified, and until when.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use thiserror::Error;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::ServerCertVerifier as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

use super::{TlsError, TlsOptions, explained_refusal, provider};
use crate::model::show_duration;
use crate::protocol::Address;
use crate::protocol::tcp::{TcpError, connect};

/// The message `SSLRequest`: its length, and the code that stands where a version of the protocol would.
const POSTGRES_SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// Is what a server shows of itself.
#[derive(Debug, Clone)]
pub struct ServerCertificate {
    /// The version of the protocol, such as `TLSv1.3`.
    pub protocol: String,
    /// Whom the certificate names, as `CN=…, O=…`.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// The hosts that it holds for.
    pub names: Vec<String>,
    /// Until when it holds, in seconds since 1970.
    pub not_after: i64,
    /// Why it cannot be verified; none where it can.
    pub problem: Option<String>,
    /// How long connecting and showing it took.
    pub elapsed: Duration,
}

/// Says why nothing can be seen of a certificate.
#[derive(Debug, Error)]
pub enum InspectError {
    /// There is no connection.
    #[error(transparent)]
    Connection(#[from] TcpError),
    /// A file that the options name is not what it should be.
    #[error(transparent)]
    Options(#[from] TlsError),
    /// The server's name is none.
    #[error("`{0}` is not the name of a server")]
    Name(String),
    /// The server does not speak TLS, or does not come to terms with us.
    #[error("{address} does not come to terms over TLS: {cause}")]
    Handshake {
        /// Where the server is.
        address: Address,
        /// What happened.
        cause: io::Error,
    },
    /// What it shows is no certificate.
    #[error("{address} shows no certificate that can be read: {cause}")]
    Certificate {
        /// Where the server is.
        address: Address,
        /// What is wrong with it.
        cause: String,
    },
    /// The certificate was not there in time.
    #[error("no certificate from {address} within {}", show_duration(*.limit))]
    TimedOut {
        /// Where the server is.
        address: Address,
        /// How long was waited.
        limit: Duration,
    },
}

/// Says at which server one looks, and how.
#[derive(Debug, Clone)]
pub struct TlsQuestion {
    /// Where it listens.
    pub address: Address,
    /// The name that is asked for and verified, where it is not the host's.
    pub server_name: Option<String>,
    /// Whether it speaks as PostgreSQL does, where TLS begins only once it is asked for.
    pub is_postgres: bool,
    /// Whom the look trusts, and what it shows of itself.
    pub options: TlsOptions,
}

/// Looks at the certificate of a server, also where it cannot be verified at the time `now`.
///
/// # Errors
///
/// When there is none within `limit`.
pub async fn server_certificate(
    question: &TlsQuestion,
    now: SystemTime,
    limit: Duration,
) -> Result<ServerCertificate, InspectError> {
    let TlsQuestion { address, server_name, is_postgres, options } = question;
    let host = server_name.as_ref().unwrap_or(&address.host);
    let name =
        ServerName::try_from(host.to_owned()).map_err(|_| InspectError::Name(host.to_owned()))?;
    // Whatever it shows is looked at first, and verified afterwards.
    let any = TlsOptions { verify: false, ..options.clone() };
    let connector = TlsConnector::from(Arc::new(any.client_config()?));
    let began = Instant::now();
    let shown = tokio::time::timeout(limit, async {
        let mut stream = connect(address).await?;
        let handshake = |cause| InspectError::Handshake { address: address.clone(), cause };
        if *is_postgres {
            ask_postgres(&mut stream).await.map_err(handshake)?;
        }
        connector.connect(name.clone(), stream).await.map_err(handshake)
    });
    let Ok(shown) = shown.await else {
        return Err(InspectError::TimedOut { address: address.clone(), limit });
    };
    let stream = shown?;
    let elapsed = began.elapsed();
    let connection = stream.get_ref().1;
    let version = connection.protocol_version().map(|version| format!("{version:?}"));
    let [own, between @ ..] = connection.peer_certificates().unwrap_or_default() else {
        let cause = "it shows none".to_owned();
        return Err(InspectError::Certificate { address: address.clone(), cause });
    };
    let (_, read) = X509Certificate::from_der(own).map_err(|error| InspectError::Certificate {
        address: address.clone(),
        cause: error.to_string(),
    })?;
    Ok(ServerCertificate {
        protocol: version.unwrap_or_default().replace('_', "."),
        subject: read.subject().to_string(),
        issuer: read.issuer().to_string(),
        names: names(&read),
        not_after: read.validity().not_after.timestamp(),
        problem: problem(options, own, between, &name, now)?,
        elapsed,
    })
}

/// Asks PostgreSQL to go on over TLS.
async fn ask_postgres(stream: &mut TcpStream) -> io::Result<()> {
    stream.write_all(&POSTGRES_SSL_REQUEST).await?;
    match stream.read_u8().await? {
        b'S' => Ok(()),
        _ => Err(io::Error::other("the database has no TLS")),
    }
}

/// Says why a certificate cannot be verified.
fn problem(
    options: &TlsOptions,
    own: &CertificateDer<'_>,
    between: &[CertificateDer<'_>],
    name: &ServerName<'_>,
    now: SystemTime,
) -> Result<Option<String>, TlsError> {
    let trusted = Arc::new(options.trusted()?);
    let verifier = match WebPkiServerVerifier::builder_with_provider(trusted, provider()).build() {
        Ok(verifier) => verifier,
        Err(error) => return Ok(Some(error.to_string())),
    };
    let since_1970 = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let now = UnixTime::since_unix_epoch(since_1970);
    let outcome = verifier.verify_server_cert(own, between, name, &[], now);
    Ok(outcome.err().map(|error| explained_refusal(error.to_string())))
}

/// Gives the hosts that a certificate holds for.
fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(alternative)) = certificate.subject_alternative_name() else { return Vec::new() };
    let shown = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => match *bytes {
            [a, b, c, d] => Some(Ipv4Addr::new(*a, *b, *c, *d).to_string()),
            _ => Some(Ipv6Addr::from(<[u8; 16]>::try_from(*bytes).ok()?).to_string()),
        },
        _ => None,
    };
    alternative.value.general_names.iter().filter_map(shown).collect()
}
