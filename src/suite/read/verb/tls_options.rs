//! The map under `tls`: whom a connection trusts, and what it shows of itself.

use crate::config::{Content, Node};
use crate::model::Diagnostic;
use crate::protocol::{Identity, TlsOptions};
use crate::suite::read::Reader;
use crate::suite::read::written::Written;

impl Reader<'_> {
    /// Gives what a step says of `tls`, else what its suite says.
    pub(super) fn tls_of(&self, step: &Written<'_>) -> Result<Option<TlsOptions>, Diagnostic> {
        match step.get("tls") {
            Some(node) => self.tls_options(node).map(Some),
            None => Ok(self.tls.clone()),
        }
    }

    pub(in crate::suite::read) fn tls_options(
        &self,
        node: &Node,
    ) -> Result<TlsOptions, Diagnostic> {
        const KEYS: [&str; 4] = ["ca", "verify", "certificate", "key"];
        let written = self.map("tls", node)?;
        self.only_keys(&written, "`tls`", &KEYS)?;
        let verify = match written.get("verify").map(|node| (&node.value, node)) {
            None => true,
            Some((Content::Boolean(verify), _)) => *verify,
            Some((_, node)) => {
                return Err(self
                    .refuse(node.at, "`verify` takes a boolean")
                    .help("write `false` to trust any certificate"));
            }
        };
        Ok(TlsOptions { verify, ..self.trusted_and_shown(&written)? })
    }

    /// Reads `ca`, `certificate` and `key`.
    pub(super) fn trusted_and_shown(
        &self,
        written: &Written<'_>,
    ) -> Result<TlsOptions, Diagnostic> {
        let file = |key: &str| {
            let text = self.text_of(written, key)?;
            text.map(|text| self.project_file(&text)).transpose()
        };
        let identity = match (file("certificate")?, file("key")?) {
            (Some(certificate), Some(key)) => Some(Identity { certificate, key }),
            (None, None) => None,
            _ => {
                return Err(self
                    .refuse(written.at, "a client shows its certificate by means of its key")
                    .help("write both `certificate` and `key`"));
            }
        };
        Ok(TlsOptions { ca: file("ca")?, identity, ..TlsOptions::default() })
    }
}
