//! What cases are performed on.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::OnceCell;

use super::leaving::sweep;
use crate::config::{Service, Variables};
use crate::engine::{Engine, Resolved, View, only_through_engine};
use crate::model::Endpoint;
use crate::protocol::{Browsers, Http};
use crate::suite::snapshot::SnapshotUpdate;

/// Is what cases need of a target: where services answer, what their images are, who can be asked.
///
/// Nothing of it has to run for a unit suite.
#[derive(Debug, Clone)]
pub struct Ground {
    pub(super) environment: String,
    pub(super) release: Option<String>,
    pub(super) services: BTreeMap<String, Service>,
    pub(super) endpoints: Arc<BTreeMap<String, Endpoint>>,
    pub(super) startup_timeout: Duration,
    pub(super) variables: Arc<Variables>,
    /// None where the environment is reached by its URLs.
    pub(super) stack: Option<Stack>,
    pub(super) http: Http,
    pub(super) browsers: Arc<Browsers>,
    /// The folder of the project.
    pub(super) root: PathBuf,
    /// The folder of the pictures of pages that were not as they have to be.
    pub(super) evidence: PathBuf,
    /// What becomes of answers that are not as their snapshots.
    pub(super) update: SnapshotUpdate,
    pub(super) clock: fn() -> SystemTime,
    pub(super) run: String,
    /// Whether what killed runs left was removed already.
    pub(super) swept: Arc<OnceCell<()>>,
}

/// Is what of a target shows only through its engine.
#[derive(Debug, Clone)]
pub(in crate::suite) struct Stack {
    pub engine: Engine,
    pub project: String,
    /// What the Compose files say.
    pub resolved: Arc<Resolved>,
}

impl Ground {
    /// Takes what is needed of a target; `run` is a text that no other run has, of lower-case letters
    /// and digits, so that `${unique}` fits into an address, a path and a bucket's name.
    #[must_use]
    pub fn of(view: View<'_>, run: &str) -> Self {
        let settings = view.settings();
        let stack = match view {
            View::Engine(target) => Some(Stack {
                engine: target.engine.clone(),
                project: target.project.project.clone(),
                resolved: Arc::clone(&target.resolved),
            }),
            View::Http(_) => None,
        };
        Self {
            environment: settings.environment.clone(),
            release: view.release().map(str::to_owned),
            services: settings.services.clone(),
            endpoints: Arc::new(view.endpoints().clone()),
            startup_timeout: settings.deploy.startup_timeout,
            variables: Arc::clone(view.variables()),
            stack,
            http: Http::new(),
            browsers: Arc::new(Browsers::new(
                settings.browser.driver.clone(),
                usual(view.variables()),
            )),
            root: settings.root.clone(),
            evidence: settings.state.join("evidence"),
            update: SnapshotUpdate::Never,
            clock: SystemTime::now,
            run: run.to_owned(),
            swept: Arc::default(),
        }
    }

    /// Says what becomes of answers that are not as their snapshots.
    #[must_use]
    pub fn updating(self, update: SnapshotUpdate) -> Self {
        Self { update, ..self }
    }

    /// Gives what shows only through the engine, or says why `what` does not.
    pub(in crate::suite) fn stack(&self, what: &str) -> Result<&Stack, String> {
        self.stack.as_ref().ok_or_else(|| only_through_engine(what, &self.environment))
    }

    /// Removes once a run what runs left on this engine that were killed.
    pub(super) async fn sweep(&self, engine: &Engine) {
        self.swept.get_or_init(|| sweep(engine)).await;
    }

    /// Gives how long a service may take to come up.
    pub(in crate::suite) const fn startup_timeout(&self) -> Duration {
        self.startup_timeout
    }

    /// Gives a text that no other attempt at any case of any run has; it begins with the run's.
    #[must_use]
    pub(in crate::suite) fn unique(&self, number: usize, attempt: u32) -> String {
        match attempt {
            1 => format!("{}-{number}", self.run),
            again => format!("{}-{number}-{again}", self.run),
        }
    }

    /// Gives the variables that a program of this host needs to be found and to find its files.
    pub(super) fn usual_variables(&self) -> BTreeMap<String, String> {
        usual(&self.variables)
    }

    /// Gives where a service answers, where that is known.
    #[must_use]
    pub fn endpoint(&self, service: &str) -> Option<&Endpoint> {
        self.endpoints.get(service)
    }

    /// Gives the name of the environment.
    #[must_use]
    pub fn environment(&self) -> &str {
        &self.environment
    }
}

fn usual(variables: &Variables) -> BTreeMap<String, String> {
    let named = |name: &str| Some((name.to_owned(), variables.get(name)?.clone()));
    ["PATH", "HOME"].into_iter().filter_map(named).collect()
}
