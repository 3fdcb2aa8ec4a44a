//! One throw-away container: started on loopback, waited for, looked at.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use bollard::models::PortBinding;
use testcontainers::core::{Host, IntoContainerPort as _};
use testcontainers::runners::AsyncRunner as _;
use testcontainers::{ContainerAsync, ContainerRequest, GenericImage, ImageExt as _};

use super::composed::Composed;
use crate::engine::{Container, Engine, EngineError};
use crate::model::{Endpoint, Finding, Protocol, Reason, show_duration};
use crate::protocol::{Http, HttpError, HttpRequest, redis_command, sql_statement};
use crate::runner::Scope;

/// The label by which what a killed run left behind is found.
const LABEL: &str = "proofmark.throw-away";
/// How long to wait between two questions whether the service is up.
const PAUSE: Duration = Duration::from_millis(200);
/// How long one of those questions may take.
const PROBE: Duration = Duration::from_secs(2);
/// How many of the last lines are shown of a container that did not come up.
const LOG_LINES: usize = 10;

/// Says what is started.
pub(super) struct Launch<'l> {
    pub image: &'l str,
    pub port: u16,
    pub composed: Composed,
    /// The network that it shares with those it needs, and where those answer there.
    pub network: Option<(&'l str, &'l [(String, IpAddr)])>,
    /// The suite, by which a person finds what a killed run left behind.
    pub suite: &'l str,
}

impl Launch<'_> {
    /// Starts the container, published on loopback only.
    pub(super) async fn start(self) -> Result<ContainerAsync<GenericImage>, String> {
        let Self { image, port, composed, network, suite } = self;
        let (repository, tag) = split_image(image).unwrap_or((image, "latest"));
        let mut generic = GenericImage::new(repository, tag).with_exposed_port(port.tcp());
        if let Some(entrypoint) = &composed.entrypoint {
            generic = generic.with_entrypoint(entrypoint);
        }
        let mut request: ContainerRequest<GenericImage> = generic.with_label(LABEL, suite);
        for (name, value) in &composed.environment {
            request = request.with_env_var(name, value);
        }
        if !composed.command.is_empty() {
            request = request.with_cmd(composed.command.clone());
        }
        if let Some(user) = &composed.user {
            request = request.with_user(user);
        }
        if let Some(folder) = &composed.working_dir {
            request = request.with_working_dir(folder);
        }
        if let Some(check) = &composed.healthcheck {
            request = request.with_health_check(check.clone());
        }
        if let Some((network, neighbours)) = network {
            request = request.with_network(network);
            for (name, address) in neighbours {
                request = request.with_host(name, Host::Addr(*address));
            }
        }
        let binding =
            PortBinding { host_ip: Some("127.0.0.1".to_owned()), host_port: Some(String::new()) };
        let request = request.with_host_config_modifier(move |host| {
            composed.apply(host);
            host.publish_all_ports = Some(false);
            let key = format!("{port}/tcp");
            host.port_bindings = Some([(key, Some(vec![binding.clone()]))].into());
        });
        request.start().await.map_err(|error| format!("cannot start {image}: {error}"))
    }
}

/// Is a service that was started and has to answer before a case asks it.
pub(super) struct Awaited<'a> {
    pub engine: &'a Engine,
    pub http: &'a Http,
    pub endpoint: &'a Endpoint,
    pub container: &'a str,
    pub image: &'a str,
    /// The path that answers once it is up.
    pub ready: Option<&'a str>,
    /// Whether the container's own health check says when it is up, where it has one.
    pub by_health: bool,
}

impl Awaited<'_> {
    /// Waits until the service answers.
    pub(super) async fn up(&self, within: Duration, scope: &Scope) -> Result<(), Finding> {
        let end = Instant::now() + within;
        loop {
            let found = inspect(self.engine, self.container, &self.endpoint.service).await;
            let container = found.map_err(|error| {
                Finding::inconclusive(Reason::EngineUnavailable, error.to_string())
            })?;
            let status = container.as_ref().map_or_else(|| "gone".to_owned(), Container::status);
            let Some(container) = container.filter(Container::is_running) else {
                let message = format!("{} did not come up: its container is {status}", self.image);
                return Err(self.with_last_words(message).await);
            };
            let Err(cause) = self.answers(&container).await else { return Ok(()) };
            if Instant::now() >= end {
                let within = show_duration(within);
                let message = format!("{} did not come up within {within}: {cause}", self.image);
                return Err(self.with_last_words(message).await);
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = scope.stopped() => {
                    let message = format!("stopped before {} was up", self.image);
                    return Err(Finding::inconclusive(Reason::Cancelled, message));
                }
            }
        }
    }

    async fn answers(&self, container: &Container) -> Result<(), String> {
        let health = container.health().and_then(|health| health.status);
        match health.filter(|_| self.by_health).map(|health| health.to_string()) {
            Some(health) if health == "healthy" => Ok(()),
            Some(health) => Err(format!("its health check says {health}")),
            None => self.probe().await,
        }
    }

    /// Asks once whether the service answers.
    async fn probe(&self) -> Result<(), String> {
        match self.endpoint.protocol {
            Protocol::Http | Protocol::S3 | Protocol::Supabase => {
                let url = format!("{}{}", self.endpoint.url, self.ready.unwrap_or("/"));
                let answer: Result<_, HttpError> =
                    self.http.send(&HttpRequest::get(url), PROBE).await;
                match answer {
                    Ok(response) if self.ready.is_some() && response.status != 200 => {
                        Err(format!("it answers {}", response.status))
                    }
                    Ok(_) => Ok(()),
                    Err(error) => Err(error.to_string()),
                }
            }
            Protocol::Postgres => {
                let answer = sql_statement(self.endpoint, "select 1", &[], PROBE).await;
                answer.map(drop).map_err(|error| error.to_string())
            }
            Protocol::Redis => {
                let answer = redis_command(self.endpoint, &["PING".to_owned()], PROBE).await;
                answer.map(drop).map_err(|error| error.to_string())
            }
        }
    }

    async fn with_last_words(&self, message: String) -> Finding {
        let finding = Finding::fail(Reason::StartFailed, message);
        with_last_words(self.engine, self.container, &self.endpoint.service, finding).await
    }
}

/// Adds the last lines that a container wrote: most often they say what is missing.
pub(super) async fn with_last_words(
    engine: &Engine,
    container: &str,
    service: &str,
    finding: Finding,
) -> Finding {
    match engine.logs(container, LOG_LINES).await {
        Ok(logs) => finding.comparing(format!("{service} answers"), logs.trim_end().to_owned()),
        Err(_) => finding,
    }
}

/// Looks afresh at a throw-away container, which has none of Compose's labels; none when it is gone.
pub(in crate::suite::perform) async fn inspect(
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

/// Gives where a container answers in a network that it is in.
pub(super) fn address_in(container: &Container, network: &str) -> Option<IpAddr> {
    let networks = container.inspect.network_settings.as_ref()?.networks.as_ref()?;
    networks.get(network)?.ip_address.as_ref()?.parse().ok()
}

/// Splits `registry:5000/shop/api:1.0.0` where its tag begins; none where it has no tag.
pub(in crate::suite::perform) fn split_image(image: &str) -> Option<(&str, &str)> {
    image.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'))
}
