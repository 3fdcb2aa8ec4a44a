//! The throw-away container of a unit suite: started by its first case, removed after its last.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bollard::models::PortBinding;
use testcontainers::core::IntoContainerPort as _;
use testcontainers::runners::AsyncRunner as _;
use testcontainers::{ContainerAsync, GenericImage, ImageExt as _};
use tokio::runtime::Handle;
use tokio::sync::Mutex;

use super::Ground;
use super::ground::Stack;
use crate::config::Service;
use crate::engine::{Container, Engine, EngineError, service_url};
use crate::model::{Endpoint, Finding, Protocol, Reason, show_duration};
use crate::protocol::{HttpError, HttpRequest, redis_command, sql_statement};
use crate::runner::Scope;
use crate::suite::case::Alone;
use crate::suite::draft::Names;

/// The label by which what a killed run left behind is found.
const LABEL: &str = "proofmark.throw-away";
/// How long to wait between two questions whether the service is up.
const PAUSE: Duration = Duration::from_millis(200);
/// How long one of those questions may take.
const PROBE: Duration = Duration::from_secs(2);
/// How many of the last lines are shown of a container that did not come up.
const LOG_LINES: usize = 10;

/// Is one service alone; the cases of a suite share it.
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
    /// Gone only while it is being removed.
    container: Option<ContainerAsync<GenericImage>>,
    entrance: Entrance,
    /// Where the container can be removed from, wherever it is dropped.
    runtime: Handle,
}

/// Says how a case gets to the service.
#[derive(Debug, Clone)]
pub(super) struct Entrance {
    pub endpoint: Endpoint,
    pub container: String,
    pub image: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _inside = self.runtime.enter();
        drop(self.container.take());
    }
}

impl Sandbox {
    pub(in crate::suite) fn new(suite: &str, alone: &Alone) -> Self {
        Self { alone: alone.clone(), suite: suite.to_owned(), state: Mutex::default() }
    }

    /// Gives the way in, after starting the service if nobody has.
    pub(super) async fn enter(
        &self,
        ground: &Ground,
        names: &impl Names,
        scope: &Scope,
    ) -> Result<Entrance, Finding> {
        let mut state = self.state.lock().await;
        if let State::NotStarted = *state {
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

    /// Removes the container if no other case holds the sandbox.
    pub(in crate::suite) async fn leave(self: Arc<Self>) {
        let Some(last) = Arc::into_inner(self) else { return };
        if let State::Up(mut running) = last.state.into_inner()
            && let Some(container) = running.container.take()
        {
            // A container that is gone already is as good as removed.
            let _ = container.rm().await;
        }
    }

    async fn start(
        &self,
        ground: &Ground,
        names: &impl Names,
        scope: &Scope,
    ) -> Result<Running, Finding> {
        let Alone { service: name, environment, .. } = &self.alone;
        let stack = ground.stack(&format!("{name} started alone"));
        let Stack { engine, images, .. } =
            stack.map_err(|unseen| Finding::inconclusive(Reason::NotObserved, unseen))?;
        let service = ground.services.get(name);
        let image = images.get(name);
        let (Some(service), Some(image)) = (service, image) else {
            let message = format!("the Compose files have no service `{name}` to start alone");
            return Err(Finding::inconclusive(Reason::Precondition, message));
        };
        match engine.image_id(image).await {
            Ok(Some(_)) => {}
            Ok(None) => {
                let message =
                    format!("the image {image} is not on this engine; build or pull it first");
                return Err(Finding::inconclusive(Reason::Precondition, message));
            }
            Err(error) => {
                return Err(Finding::inconclusive(Reason::EngineUnavailable, error.to_string()));
            }
        }
        let password = ground.endpoints.get(name).and_then(|endpoint| endpoint.password.clone());
        let lookup = |key: &str| match (key, &password) {
            ("password", Some(password)) => Some(password.reveal().into()),
            _ => names.value(key),
        };
        let mut variables = Vec::with_capacity(environment.len());
        for (key, template) in environment {
            let value = crate::suite::draft::fill_template(template, &lookup)
                .map_err(|error| Finding::inconclusive(Reason::NoData, error.to_string()))?;
            variables.push((key.clone(), value));
        }
        let container = self
            .launch(image, service.port, variables)
            .await
            .map_err(|error| Finding::inconclusive(Reason::EngineUnavailable, error))?;
        let port = container.get_host_port_ipv4(service.port.tcp()).await;
        let port = port.map_err(|error| {
            let message = format!("{image} was started alone and ended at once: {error}");
            Finding::fail(Reason::StartFailed, message)
        });
        let running = |port: u16| Running {
            entrance: Entrance {
                endpoint: Endpoint {
                    service: name.clone(),
                    protocol: service.protocol,
                    url: service_url(service, ([127, 0, 0, 1], port).into()),
                    password: password.clone(),
                    health: service.health.clone(),
                },
                container: container.id().to_owned(),
                image: image.clone(),
            },
            container: None,
            runtime: Handle::current(),
        };
        let mut running = match port {
            Ok(port) => running(port),
            Err(finding) => {
                let finding = self.with_last_words(engine, container.id(), finding).await;
                let _ = container.rm().await;
                return Err(finding);
            }
        };
        running.container = Some(container);
        if let Err(finding) = self.ready((ground, engine), service, &running.entrance, scope).await
        {
            if let Some(container) = running.container.take() {
                let _ = container.rm().await;
            }
            return Err(finding);
        }
        Ok(running)
    }

    /// Starts the container, published on loopback only.
    async fn launch(
        &self,
        image: &str,
        port: u16,
        variables: Vec<(String, String)>,
    ) -> Result<ContainerAsync<GenericImage>, String> {
        let (repository, tag) = split_image(image).unwrap_or((image, "latest"));
        let binding =
            PortBinding { host_ip: Some("127.0.0.1".to_owned()), host_port: Some(String::new()) };
        let request = GenericImage::new(repository, tag)
            .with_exposed_port(port.tcp())
            .with_label(LABEL, &self.suite)
            .with_host_config_modifier(move |host| {
                host.publish_all_ports = Some(false);
                let key = format!("{port}/tcp");
                host.port_bindings = Some([(key, Some(vec![binding.clone()]))].into());
            });
        let request =
            variables.into_iter().fold(request, |r, (key, value)| r.with_env_var(key, value));
        request.start().await.map_err(|error| format!("cannot start {image} alone: {error}"))
    }

    /// Waits until the service answers.
    async fn ready(
        &self,
        (ground, engine): (&Ground, &Engine),
        service: &Service,
        entrance: &Entrance,
        scope: &Scope,
    ) -> Result<(), Finding> {
        let end = Instant::now() + ground.startup_timeout;
        loop {
            let Err(cause) = self.probe(ground, service, &entrance.endpoint).await else {
                return Ok(());
            };
            let name = &self.alone.service;
            let inspected = inspect(engine, &entrance.container, name).await;
            let gone = match inspected {
                Ok(Some(container)) if container.is_running() => None,
                Ok(Some(container)) => Some(container.status()),
                Ok(None) => Some("gone".to_owned()),
                Err(error) => {
                    return Err(Finding::inconclusive(
                        Reason::EngineUnavailable,
                        error.to_string(),
                    ));
                }
            };
            let finding = match gone {
                Some(status) => Finding::fail(
                    Reason::StartFailed,
                    format!("{} did not come up alone: its container is {status}", entrance.image),
                ),
                None if Instant::now() >= end => Finding::fail(
                    Reason::StartFailed,
                    format!(
                        "{} did not come up alone within {}: {cause}",
                        entrance.image,
                        show_duration(ground.startup_timeout)
                    ),
                ),
                None => {
                    tokio::select! {
                        () = tokio::time::sleep(PAUSE) => continue,
                        () = scope.stopped() => {
                            let message = format!("stopped before {} was up", entrance.image);
                            return Err(Finding::inconclusive(Reason::Cancelled, message));
                        }
                    }
                }
            };
            return Err(self.with_last_words(engine, &entrance.container, finding).await);
        }
    }

    /// Asks once whether the service answers.
    async fn probe(
        &self,
        ground: &Ground,
        service: &Service,
        endpoint: &Endpoint,
    ) -> Result<(), String> {
        match service.protocol {
            Protocol::Http => {
                let path = self.alone.ready.as_deref();
                let url = format!("{}{}", endpoint.url, path.unwrap_or("/"));
                let answer: Result<_, HttpError> =
                    ground.http.send(&HttpRequest::get(url), PROBE).await;
                match answer {
                    Ok(response) if path.is_some() && response.status != 200 => {
                        Err(format!("it answers {}", response.status))
                    }
                    Ok(_) => Ok(()),
                    Err(error) => Err(error.to_string()),
                }
            }
            Protocol::Postgres => {
                let answer = sql_statement(endpoint, "select 1", &[], PROBE).await;
                answer.map(drop).map_err(|error| error.to_string())
            }
            Protocol::Redis => {
                let answer = redis_command(endpoint, &["PING".to_owned()], PROBE).await;
                answer.map(drop).map_err(|error| error.to_string())
            }
        }
    }

    /// Adds the last lines that the container wrote: most often they say what is missing.
    async fn with_last_words(&self, engine: &Engine, container: &str, finding: Finding) -> Finding {
        match engine.logs(container, LOG_LINES).await {
            Ok(logs) => {
                let expected = format!("{} answers", self.alone.service);
                finding.comparing(expected, logs.trim_end().to_owned())
            }
            Err(_) => finding,
        }
    }
}

/// Looks afresh at a throw-away container, which has none of Compose's labels; none when it is gone.
pub(super) async fn inspect(
    engine: &Engine,
    id: &str,
    service: &str,
) -> Result<Option<Container>, EngineError> {
    match engine.docker().inspect_container(id, None).await {
        Ok(inspect) => {
            let image = inspect.config.as_ref().and_then(|config| config.image.clone());
            Ok(Some(Container {
                id: id.to_owned(),
                service: service.to_owned(),
                number: 1,
                config_hash: None,
                image: image.unwrap_or_default(),
                digest: None,
                inspect,
            }))
        }
        Err(bollard::errors::Error::DockerResponseServerError { status_code: 404, .. }) => Ok(None),
        Err(cause) => Err(EngineError::Refused {
            what: "inspect a throw-away container".to_owned(),
            cause: cause.to_string(),
        }),
    }
}

/// Splits `registry:5000/shop/api:1.0.0` where its tag begins; none where it has no tag.
pub(super) fn split_image(image: &str) -> Option<(&str, &str)> {
    image.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'))
}
