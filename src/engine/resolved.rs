//! What Compose makes of files for one release, which not every question to a target needs.

use std::collections::BTreeMap;

use tokio::sync::OnceCell;

use super::{ComposeCli, ComposeError, ComposeModel};
use crate::config::Compose;

/// Gives what Compose makes of a project's files for one release; each is asked once, when it is first
/// wanted.
#[derive(Debug)]
pub struct Resolved {
    compose: ComposeCli,
    project: Compose,
    release: Option<String>,
    model: OnceCell<ComposeModel>,
    hashes: OnceCell<BTreeMap<String, String>>,
}

impl Resolved {
    pub(super) fn unasked(compose: &ComposeCli, project: &Compose, release: Option<&str>) -> Self {
        Self {
            compose: compose.clone(),
            project: project.clone(),
            release: release.map(str::to_owned),
            model: OnceCell::new(),
            hashes: OnceCell::new(),
        }
    }

    /// Gives the model, in which every path is one of this host.
    ///
    /// # Errors
    ///
    /// When Compose refuses the files.
    pub async fn model(&self) -> Result<&ComposeModel, ComposeError> {
        let ask = || self.compose.model(&self.project, self.release.as_deref());
        self.model.get_or_try_init(ask).await
    }

    /// Gives the hash that Compose would put on each service's containers.
    ///
    /// # Errors
    ///
    /// When Compose refuses the files.
    pub async fn hashes(&self) -> Result<&BTreeMap<String, String>, ComposeError> {
        let ask = || self.compose.hashes(&self.project, self.release.as_deref());
        self.hashes.get_or_try_init(ask).await
    }
}
