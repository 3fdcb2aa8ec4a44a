//! Transport security: whom to trust, and what to show of oneself.

mod any_certificate;
#[cfg(test)]
pub(crate) mod authority;
mod inspect;
mod words;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use any_certificate::AnyCertificate;
pub use inspect::{InspectError, ServerCertificate, TlsQuestion, server_certificate};
pub use words::explained_refusal;

/// Says whom a client trusts and what it shows of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TlsOptions {
    /// The certificates that are trusted in place of the host's own.
    pub ca: Option<PathBuf>,
    /// The client's certificate and its key.
    pub identity: Option<Identity>,
    /// Whether a certificate that cannot be verified ends the connection.
    pub verify: bool,
}

/// Names the files by which a client shows who it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The certificate, and those between it and its authority.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// Says why a connection cannot be made as the options want it.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file is not there or is not what it should be.
    #[error("cannot read {what} from {file}: {cause}")]
    File {
        /// What it should hold.
        what: &'static str,
        /// The file.
        file: String,
        /// What is wrong with it.
        cause: pem::Error,
    },
    /// The file holds no certificate at all.
    #[error("there is no certificate in {0}; it takes PEM, with `-----BEGIN CERTIFICATE-----`")]
    NoCertificate(String),
    /// The certificate and the key do not go together.
    #[error("the client cannot show {certificate}: {cause}")]
    Identity {
        /// The file of the certificate.
        certificate: String,
        /// Why not.
        cause: tokio_rustls::rustls::Error,
    },
}

impl Default for TlsOptions {
    fn default() -> Self {
        Self { ca: None, identity: None, verify: true }
    }
}

impl TlsOptions {
    /// Gives what a client is made of that keeps to the options.
    ///
    /// # Errors
    ///
    /// When a file cannot be read as what it should be.
    pub fn client_config(&self) -> Result<ClientConfig, TlsError> {
        let provider = provider();
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("the provider speaks every version that is a default");
        let builder = if self.verify {
            builder.with_root_certificates(self.trusted()?)
        } else {
            let verifier = Arc::new(AnyCertificate::new(provider));
            builder.dangerous().with_custom_certificate_verifier(verifier)
        };
        let Some(Identity { certificate, key }) = &self.identity else {
            return Ok(builder.with_no_client_auth());
        };
        let chain = certificates(certificate)?;
        let private = PrivateKeyDer::from_pem_file(key).map_err(|cause| TlsError::File {
            what: "a private key",
            file: key.display().to_string(),
            cause,
        })?;
        builder.with_client_auth_cert(chain, private).map_err(|cause| TlsError::Identity {
            certificate: certificate.display().to_string(),
            cause,
        })
    }

    /// Gives the certificates that are trusted.
    fn trusted(&self) -> Result<RootCertStore, TlsError> {
        let trusted = match &self.ca {
            Some(file) => certificates(file)?,
            None => rustls_native_certs::load_native_certs().certs,
        };
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(trusted);
        Ok(store)
    }
}

/// Gives what a client is made of that never speaks TLS.
pub(super) fn trusting_nobody() -> ClientConfig {
    ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("the provider speaks every version that is a default")
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth()
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let unreadable =
        |cause| TlsError::File { what: "a certificate", file: file.display().to_string(), cause };
    let certificates: Vec<_> = CertificateDer::pem_file_iter(file)
        .map_err(unreadable)?
        .collect::<Result<_, _>>()
        .map_err(unreadable)?;
    if certificates.is_empty() {
        return Err(TlsError::NoCertificate(file.display().to_string()));
    }
    Ok(certificates)
}
