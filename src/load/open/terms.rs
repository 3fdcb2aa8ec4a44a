//! By which terms connections speak TLS.

use std::sync::{Arc, OnceLock};

use tokio_rustls::TlsConnector;

use crate::load::workload::{Workload, distinct};
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
        let options = workload.requests.iter().map(|it| it.tls.clone().unwrap_or_default());
        let (options, of_requests) = distinct(options);
        let terms = options.into_iter().map(|options| Self { options, connector: OnceLock::new() });
        (terms.collect(), of_requests)
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
