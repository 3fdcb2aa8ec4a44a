//! What cases are performed on.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::config::{Service, Variables};
use crate::engine::{Engine, ServiceModel, View, only_through_engine};
use crate::model::Endpoint;
use crate::protocol::Http;

/// Is what cases need of a target: where services answer, what their images are, who can be asked.
///
/// Nothing of it has to run for a unit suite.
#[derive(Debug, Clone)]
pub struct Ground {
    pub(super) environment: String,
    pub(super) release: Option<String>,
    pub(super) services: BTreeMap<String, Service>,
    pub(super) endpoints: BTreeMap<String, Endpoint>,
    pub(super) startup_timeout: Duration,
    pub(super) variables: Arc<Variables>,
    /// None where the environment is reached by its URLs.
    pub(super) stack: Option<Stack>,
    pub(super) http: Http,
    pub(super) run: String,
}

/// Is what of a target shows only through its engine.
#[derive(Debug, Clone)]
pub(in crate::suite) struct Stack {
    pub engine: Engine,
    pub project: String,
    pub images: BTreeMap<String, String>,
}

impl Ground {
    /// Takes what is needed of a target; `run` is a text that no other run has, of lower-case letters
    /// and digits, so that `${unique}` fits into an address, a path and a bucket's name.
    #[must_use]
    pub fn of(view: View<'_>, run: &str) -> Self {
        let image =
            |(name, service): (&String, &ServiceModel)| (name.clone(), service.image.clone());
        let settings = view.settings();
        let stack = match view {
            View::Engine(target) => Some(Stack {
                engine: target.engine.clone(),
                project: target.project.project.clone(),
                images: target.model.services.iter().map(image).collect(),
            }),
            View::Http(_) => None,
        };
        Self {
            environment: settings.environment.clone(),
            release: view.release().map(str::to_owned),
            services: settings.services.clone(),
            endpoints: view.endpoints().clone(),
            startup_timeout: settings.deploy.startup_timeout,
            variables: Arc::clone(view.variables()),
            stack,
            http: Http::new(),
            run: run.to_owned(),
        }
    }

    /// Gives what shows only through the engine, or says why `what` does not.
    pub(in crate::suite) fn stack(&self, what: &str) -> Result<&Stack, String> {
        self.stack.as_ref().ok_or_else(|| only_through_engine(what, &self.environment))
    }

    /// Gives a text that no other attempt at any case of any run has; it begins with the run's.
    #[must_use]
    pub(in crate::suite) fn unique(&self, number: usize, attempt: u32) -> String {
        match attempt {
            1 => format!("{}-{number}", self.run),
            again => format!("{}-{number}-{again}", self.run),
        }
    }

    /// Gives the name of the environment.
    #[must_use]
    pub fn environment(&self) -> &str {
        &self.environment
    }
}
