//! The throw-away containers of a unit suite: started by its first case, removed after its last.

mod composed;
mod container;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use testcontainers::core::IntoContainerPort as _;
use testcontainers::{ContainerAsync, GenericImage};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::Mutex;

use super::Ground;
use super::leaving::{is_made_on, labels_of_own};
use crate::engine::{ComposeError, ComposeModel, Engine, service_url};
use crate::model::{Endpoint, Finding, Outcome, Reason};
use crate::runner::Scope;
use crate::suite::case::Alone;
use crate::suite::draft::{Names, fill_template};
use composed::Composed;
use container::{Awaited, Launch, address_in, with_last_words};

pub(super) use container::{inspect, split_image};

/// Is one service with what it needs and nothing else; the cases of a suite share it.
#[derive(Debug)]
pub(in crate::suite) struct Sandbox {
    alone: Alone,
    suite: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    NotStarted,
    Up(Box<Running>),
    /// Why it did not come up, told to every case.
    Down(Finding),
}

#[derive(Debug)]
struct Running {
    /// Empty only while they are being removed.
    containers: Vec<ContainerAsync<GenericImage>>,
    /// The network that they share, and who made it.
    network: Option<(Engine, String)>,
    entrance: Entrance,
    /// Where the containers can be removed from, wherever they are dropped.
    runtime: Handle,
}

/// Says how a case gets to the services.
#[derive(Debug, Clone, Default)]
pub(super) struct Entrance {
    /// Where each answers.
    pub endpoints: BTreeMap<String, Endpoint>,
    /// The container of each.
    pub containers: BTreeMap<String, String>,
    /// The image of the service that the suite is about.
    pub image: String,
}

impl Running {
    fn nothing() -> Self {
        let entrance = Entrance::default();
        Self { containers: Vec::new(), network: None, entrance, runtime: Handle::current() }
    }

    /// Removes what was started last before what it needs.
    async fn remove(&mut self) {
        while let Some(container) = self.containers.pop() {
            // A container that is gone already is as good as removed.
            let _ = container.rm().await;
        }
        if let Some((engine, network)) = self.network.take() {
            // What an engine does not remove now, a later run finds by its label.
            let _ = engine.remove_network(&network).await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _inside = self.runtime.enter();
        while let Some(container) = self.containers.pop() {
            drop(container);
        }
        // Only a runtime of several threads may wait here; any other leaves it to a later run.
        let may_wait = self.runtime.runtime_flavor() == RuntimeFlavor::MultiThread;
        if let Some((engine, network)) = self.network.take().filter(|_| may_wait) {
            let removed = || self.runtime.block_on(engine.remove_network(&network));
            let _ = tokio::task::block_in_place(removed);
        }
    }
}

impl Sandbox {
    pub(in crate::suite) fn new(suite: &str, alone: &Alone) -> Self {
        Self { alone: alone.clone(), suite: suite.to_owned(), state: Mutex::default() }
    }

    /// Gives the way in, after starting the services if nobody has, or if they did not come up and the case
    /// is asked again.
    pub(super) async fn enter(
        &self,
        ground: &Ground,
        names: &impl Names,
        scope: &Scope,
    ) -> Result<Entrance, Finding> {
        let mut state = self.state.lock().await;
        let is_down = matches!(*state, State::Down(_)) && scope.attempt() > 1;
        if is_down || matches!(*state, State::NotStarted) {
            *state = match self.start(ground, names, scope).await {
                Ok(running) => State::Up(Box::new(running)),
                Err(finding) => State::Down(finding),
            };
        }
        match &*state {
            State::Up(running) => Ok(running.entrance.clone()),
            State::Down(finding) => Err(finding.clone()),
            State::NotStarted => unreachable!("it was started above, well or not"),
        }
    }

    /// Removes the containers if no other case holds the sandbox.
    pub(in crate::suite) async fn leave(self: Arc<Self>) {
        let Some(last) = Arc::into_inner(self) else { return };
        if let State::Up(mut running) = last.state.into_inner() {
            running.remove().await;
        }
    }

    async fn start(
        &self,
        ground: &Ground,
        names: &impl Names,
        scope: &Scope,
    ) -> Result<Running, Finding> {
        let stack = ground.stack(&format!("{} started alone", self.alone.service));
        let stack = stack.map_err(|unseen| Finding::inconclusive(Reason::NotObserved, unseen))?;
        let model = stack.resolved.model().await;
        let unknown =
            |cause: ComposeError| Finding::inconclusive(Reason::NotObserved, cause.to_string());
        let model = model.map_err(unknown)?;
        ground.sweep(&stack.engine).await;
        is_made_on(&stack.engine);
        let labels = labels_of_own(&self.suite);
        let network = (!self.alone.needs.is_empty()).then(|| self.network(ground));
        let mut running = Running::nothing();
        if let Some(network) = &network {
            let made = stack.engine.make_network(network, labels.clone()).await;
            made.map_err(|error| {
                Finding::inconclusive(Reason::EngineUnavailable, error.to_string())
            })?;
            running.network = Some((stack.engine.clone(), network.clone()));
        }
        for name in self.in_order(model) {
            let up = self.bring_up(
                name,
                (ground, &stack.engine, model),
                names,
                (&mut running, network.as_deref(), &labels),
                scope,
            );
            if let Err(finding) = up.await {
                running.remove().await;
                return Err(self.blaming(name, finding));
            }
        }
        Ok(running)
    }

    /// Names the network of the suite, unlike that of every other run.
    fn network(&self, ground: &Ground) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
        let suite: String = self.suite.chars().map(plain).collect();
        format!("proofmark-{}-{suite}", ground.run)
    }

    /// Gives what is started, each after what Compose says it depends on, and the service itself last.
    fn in_order<'m>(&'m self, model: &'m ComposeModel) -> Vec<&'m str> {
        fn visit<'m>(
            name: &'m str,
            wanted: &BTreeSet<&str>,
            model: &'m ComposeModel,
            ordered: &mut Vec<&'m str>,
        ) {
            if !wanted.contains(name) || ordered.contains(&name) {
                return;
            }
            let depends_on = model.services.get(name).map(|service| service.depends_on.keys());
            depends_on.into_iter().flatten().for_each(|on| visit(on, wanted, model, ordered));
            ordered.push(name);
        }
        let wanted: BTreeSet<&str> = self.alone.needs.iter().map(String::as_str).collect();
        let mut ordered = Vec::with_capacity(wanted.len() + 1);
        self.alone.needs.iter().for_each(|need| visit(need, &wanted, model, &mut ordered));
        ordered.push(&self.alone.service);
        ordered
    }

    /// Tells the suite's own service from one that it needs: only the first is on trial.
    fn blaming(&self, name: &str, finding: Finding) -> Finding {
        if name == self.alone.service || finding.outcome != Outcome::Fail {
            return finding;
        }
        let message = format!("`{name}`, which the suite needs: {}", finding.message);
        let evidence = finding.evidence;
        Finding { evidence, ..Finding::inconclusive(Reason::Precondition, message) }
    }

    /// Starts one service beside those that run, and waits until it answers.
    async fn bring_up(
        &self,
        name: &str,
        (ground, engine, model): (&Ground, &Engine, &ComposeModel),
        names: &impl Names,
        (running, network, labels): (&mut Running, Option<&str>, &[(String, String)]),
        scope: &Scope,
    ) -> Result<(), Finding> {
        let (Some(service), Some(composed)) = (ground.services.get(name), model.services.get(name))
        else {
            let message = format!("the Compose files have no service `{name}` to start");
            return Err(Finding::inconclusive(Reason::Precondition, message));
        };
        let image = composed.image.as_str();
        is_there(engine, image).await?;
        let is_own = name == self.alone.service;
        let password = ground.endpoints.get(name).and_then(|endpoint| endpoint.password.clone());
        let mut composed = match network {
            Some(_) => Composed::of(model, name)
                .map_err(|cause| Finding::inconclusive(Reason::Precondition, cause))?,
            None => Composed::default(),
        };
        if is_own {
            let lookup = |key: &str| match (key, &password) {
                ("password", Some(password)) => Some(password.reveal().into()),
                _ => names.value(key),
            };
            for (key, template) in &self.alone.environment {
                let value = fill_template(template, &lookup)
                    .map_err(|error| Finding::inconclusive(Reason::NoData, error.to_string()))?;
                composed.environment.push((key.clone(), value));
            }
        }
        let neighbours = neighbours(engine, running, network).await;
        let network = network.map(|network| (network, &neighbours[..]));
        let port = service.port;
        let launch = Launch { image, port, composed, network, labels };
        let container = launch
            .start()
            .await
            .map_err(|error| Finding::inconclusive(Reason::EngineUnavailable, error))?;
        let id = container.id().to_owned();
        let at = container.get_host_port_ipv4(port.tcp()).await;
        running.containers.push(container);
        let at = match at {
            Ok(at) => at,
            Err(error) => {
                let message = format!("{image} was started and ended at once: {error}");
                let finding = Finding::fail(Reason::StartFailed, message);
                return Err(with_last_words(engine, &id, name, finding).await);
            }
        };
        let endpoint = Endpoint {
            service: name.to_owned(),
            protocol: service.protocol,
            url: service_url(service, ([127, 0, 0, 1], at).into()),
            password,
            signer: service.signer(),
            health: service.health.clone(),
        };
        let awaited = Awaited {
            engine,
            http: &ground.http,
            endpoint: &endpoint,
            container: &id,
            image,
            ready: if is_own { self.alone.ready.as_deref() } else { service.health.as_deref() },
            by_health: !is_own,
        };
        awaited.up(ground.startup_timeout, scope).await?;
        let entrance = &mut running.entrance;
        entrance.endpoints.insert(name.to_owned(), endpoint);
        entrance.containers.insert(name.to_owned(), id);
        image.clone_into(&mut entrance.image);
        Ok(())
    }
}

/// Says what is missing where an image is not on the engine.
async fn is_there(engine: &Engine, image: &str) -> Result<(), Finding> {
    match engine.image_id(image).await {
        Ok(Some(_)) => Ok(()),
        Ok(None) => {
            let message =
                format!("the image {image} is not on this engine; build or pull it first");
            Err(Finding::inconclusive(Reason::Precondition, message))
        }
        Err(error) => Err(Finding::inconclusive(Reason::EngineUnavailable, error.to_string())),
    }
}

/// Gives where those that run answer in their network, by the names that they have in the stack.
async fn neighbours(
    engine: &Engine,
    running: &Running,
    network: Option<&str>,
) -> Vec<(String, IpAddr)> {
    let Some(network) = network else { return Vec::new() };
    let mut found = Vec::with_capacity(running.entrance.containers.len());
    for (name, id) in &running.entrance.containers {
        let container = inspect(engine, id, name).await.ok().flatten();
        // One that went away since is missed by the service that is started now, which says so.
        if let Some(address) = container.and_then(|it| address_in(&it, network)) {
            found.push((name.clone(), address));
        }
    }
    found
}
