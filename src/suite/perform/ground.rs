//! What cases are performed on.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::config::{Service, Variables};
use crate::engine::{Engine, ServiceModel, Target};
use crate::model::Endpoint;
use crate::protocol::Http;

/// Is what cases need of a target: where services answer, what their images are, who can be asked.
///
/// Nothing of it has to run for a unit suite.
#[derive(Debug, Clone)]
pub struct Ground {
    pub(super) environment: String,
    pub(super) project: String,
    pub(super) release: Option<String>,
    pub(super) services: BTreeMap<String, Service>,
    pub(super) images: BTreeMap<String, String>,
    pub(super) endpoints: BTreeMap<String, Endpoint>,
    pub(super) startup_timeout: Duration,
    pub(super) variables: Arc<Variables>,
    pub(super) engine: Engine,
    pub(super) http: Http,
    pub(super) run: String,
}

impl Ground {
    /// Takes what is needed of a target; `run` is a text that no other run has, of lower-case letters
    /// and digits, so that `${unique}` fits into an address, a path and a bucket's name.
    #[must_use]
    pub fn of(target: &Target, run: &str) -> Self {
        let image =
            |(name, service): (&String, &ServiceModel)| (name.clone(), service.image.clone());
        Self {
            environment: target.settings.environment.clone(),
            project: target.project.project.clone(),
            release: target.release.clone(),
            services: target.settings.services.clone(),
            images: target.model.services.iter().map(image).collect(),
            endpoints: target.endpoints.clone(),
            startup_timeout: target.settings.deploy.startup_timeout,
            variables: Arc::clone(&target.variables),
            engine: target.engine.clone(),
            http: Http::new(),
            run: run.to_owned(),
        }
    }

    /// Gives a text that no other case of any run has; it begins with the run's.
    #[must_use]
    pub(in crate::suite) fn unique(&self, number: usize) -> String {
        format!("{}-{number}", self.run)
    }

    /// Gives the name of the environment.
    #[must_use]
    pub fn environment(&self) -> &str {
        &self.environment
    }
}
