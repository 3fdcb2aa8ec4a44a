//! By which terms connections speak TLS.

use std::sync::{Arc, OnceLock};

use tokio_rustls::TlsConnector;

use crate::load::workload::Workload;
use crate::protocol::{TlsError, TlsOptions};

/// Is what a connection speaks TLS by.
///
/// It is read only where one does, and once for all: reading the root certificates costs as much as thousands of requests,
/// and most of the memory of a small load.
pub(super) struct Terms {
    options: TlsOptions,
    connector: OnceLock<TlsConnector>,
}

impl Terms {
    /// Gives the terms that there are, and which of them each request has.
    pub fn of(workload: &Workload) -> (Vec<Self>, Vec<usize>) {
        let mut known: Vec<Self> = Vec::new();
        let mut of_requests = Vec::with_capacity(workload.requests.len());
        for request in &workload.requests {
            let options = request.tls.clone().unwrap_or_default();
            let index = known.iter().position(|known| known.options == options);
            of_requests.push(index.unwrap_or(known.len()));
            if index.is_none() {
                known.push(Self { options, connector: OnceLock::new() });
            }
        }
        (known, of_requests)
    }

    /// Gives what shakes hands by them.
    ///
    /// # Errors
    ///
    /// When a file cannot be read as what it should be.
    pub fn connector(&self) -> Result<&TlsConnector, TlsError> {
        if let Some(connector) = self.connector.get() {
            return Ok(connector);
        }
        let config = self.options.client_config()?;
        Ok(self.connector.get_or_init(|| TlsConnector::from(Arc::new(config))))
    }
}
