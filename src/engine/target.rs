//! What one environment shows of itself: the value that every planner takes.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

use super::release::running_release;
use super::{
    ComposeCli, ComposeError, ComposeFiles, ComposeModel, Container, Engine, EngineError,
    Possessions, Resolved, Written,
};
use crate::config::{Access, Compose, Service, Settings, Variables};
use crate::model::{Endpoint, Protocol, Secret, secrets_of_url};

/// Says why a target could not be looked at.
#[derive(Debug, Error)]
pub enum TargetError {
    /// The engine could not be asked.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Compose could not resolve the files.
    #[error(transparent)]
    Compose(#[from] ComposeError),
    /// The environment is reached without an engine.
    #[error(
        "environment `{0}` is reached by its URLs (`access: http`), and this needs its engine; name another with --env, or write `access: engine` in proofmark.yaml"
    )]
    NoEngine(String),
    /// The environment names no Compose project.
    #[error(
        "environment `{0}` has no Compose project; add `compose: {{ files: [compose.yaml] }}` to proofmark.yaml"
    )]
    NoProject(String),
    /// A password file could not be read.
    #[error("the password of `{service}` cannot be read from {file}: {cause}")]
    Password {
        /// The service.
        service: String,
        /// The file.
        file: String,
        /// What went wrong.
        cause: io::Error,
    },
    /// The variable that should hold the password of a service is not set, and no file does.
    #[error(
        "the password of `{service}` is not set; export {variable}, or name a `password_file` in proofmark.yaml"
    )]
    PasswordUnset {
        /// The service.
        service: String,
        /// The variable.
        variable: String,
    },
    /// Nobody says where a service answers.
    #[error(
        "service `{service}` publishes no port for its {port}/tcp, and proofmark.yaml gives it no `url`"
    )]
    NoEndpoint {
        /// The service.
        service: String,
        /// Its container port.
        port: u16,
    },
}

/// Is one environment as it shows itself now.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its settings.
    pub settings: Arc<Settings>,
    /// The process environment.
    pub variables: Arc<Variables>,
    /// Its engine.
    pub engine: Engine,
    /// What resolves its files.
    pub compose: ComposeCli,
    /// Its Compose project.
    pub project: Compose,
    /// What the files say for the running release; its paths may be as they are written.
    pub model: ComposeModel,
    /// The same with the paths of this host.
    pub resolved: Arc<Resolved>,
    /// What the files say wherever they lie and whatever runs: paths as written, `${release}` where
    /// the release stands.
    pub written: Written,
    /// The networks and volumes of its engine.
    pub possessions: Possessions,
    /// What runs, by service; empty when nothing of the project is there.
    pub containers: BTreeMap<String, Vec<Container>>,
    /// Where the services of the settings answer.
    pub endpoints: BTreeMap<String, Endpoint>,
    /// The release that runs; none when nothing does, or when services disagree.
    pub release: Option<String>,
}

impl Target {
    /// Looks at an environment without touching it.
    ///
    /// # Errors
    ///
    /// When the environment has no engine, it does not answer or the files are refused. That nothing
    /// runs is no error.
    pub async fn look(
        settings: Arc<Settings>,
        variables: Arc<Variables>,
    ) -> Result<Self, TargetError> {
        Self::seen(settings, variables, false).await
    }

    /// Looks as [`Target::look`] does, and asks for the hashes of the files meanwhile, so that whoever
    /// wants them does not wait for them.
    ///
    /// # Errors
    ///
    /// As [`Target::look`].
    pub async fn look_with_hashes(
        settings: Arc<Settings>,
        variables: Arc<Variables>,
    ) -> Result<Self, TargetError> {
        Self::seen(settings, variables, true).await
    }

    async fn seen(
        settings: Arc<Settings>,
        variables: Arc<Variables>,
        hashes: bool,
    ) -> Result<Self, TargetError> {
        if settings.access == Access::Http {
            return Err(TargetError::NoEngine(settings.environment.clone()));
        }
        let no_project = || TargetError::NoProject(settings.environment.clone());
        let project = settings.compose.clone().ok_or_else(no_project)?;
        let engine = Engine::connect(&variables).await?;
        let compose = ComposeCli::unasked(&variables)?;

        let files = ComposeFiles::of(&project, None);
        let mut resolved = Resolved::unasked(&compose, &project, None);
        // On the heap, or every future that looks at a target would carry the four of them.
        let version = Box::pin(compose.ask_version());
        let shown = Box::pin(ask_engine(&engine, &project.project));
        let written = Box::pin(compose.as_written(&files));
        let at_once = Box::pin(async {
            if hashes && project.release_variable.is_none() {
                // Kept where they are told; a refusal is told again to whoever wants them.
                let _ = resolved.hashes().await;
            }
        });
        let (version, shown, written, ()) = tokio::join!(version, shown, written, at_once);
        // What is too old refuses the files in words of its own.
        let version = version?;
        let ((containers, possessions), mut written) = (shown?, written?);
        let release = match &project.release_variable {
            Some(_) => running_release(&written, &containers),
            None => None,
        };
        if release.as_ref().is_some_and(|release| project.release_files.contains_key(release)) {
            let files = ComposeFiles::of(&project, release.as_deref());
            written = Box::pin(compose.as_written(&files)).await?;
        }
        let compose = compose.of_version(version);
        if release.is_some() {
            resolved = Resolved::unasked(&compose, &project, release.as_deref());
        }
        let resolved = Arc::new(resolved);
        // Each question to Compose costs as much as all that is asked of the engine.
        let model = match written.of_release(release.as_deref()) {
            Some(project) => ComposeModel::of(project).map_err(ComposeError::from)?,
            None => Box::pin(resolved.model()).await?.clone(),
        };
        let endpoints = endpoints(&settings, &model, &containers, &variables)?;
        Ok(Self {
            settings,
            variables,
            engine,
            compose,
            project,
            model,
            resolved,
            written,
            possessions,
            containers,
            endpoints,
            release,
        })
    }

    /// Gives the folder that the relative paths of its files start from, absolute.
    #[must_use]
    pub fn project_folder(&self) -> PathBuf {
        let files = ComposeFiles::of(&self.project, None);
        std::path::absolute(files.folder()).unwrap_or_else(|_| files.folder().to_owned())
    }

    /// Gives every secret that its endpoints are reached with.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        passwords(&self.endpoints)
    }
}

/// Gives what runs of a project, by service, and the networks and volumes that are there.
async fn ask_engine(
    engine: &Engine,
    project: &str,
) -> Result<(BTreeMap<String, Vec<Container>>, Possessions), EngineError> {
    let (listed, possessions) = tokio::try_join!(engine.containers(project), engine.possessions())?;
    let mut containers: BTreeMap<String, Vec<Container>> = BTreeMap::new();
    for container in listed {
        containers.entry(container.service.clone()).or_default().push(container);
    }
    Ok((containers, possessions))
}

fn endpoints(
    settings: &Settings,
    model: &ComposeModel,
    containers: &BTreeMap<String, Vec<Container>>,
    variables: &Variables,
) -> Result<BTreeMap<String, Endpoint>, TargetError> {
    let mut endpoints = BTreeMap::new();
    for (name, service) in &settings.services {
        let published = || published(name, service.port, model, containers);
        let url = service.url.clone().or_else(|| published().map(|at| service_url(service, at)));
        let Some(url) = url else {
            if containers.is_empty() {
                // A port that the engine chooses is known only once something runs.
                continue;
            }
            return Err(TargetError::NoEndpoint { service: name.clone(), port: service.port });
        };
        endpoints.insert(name.clone(), endpoint(name, service, url, variables)?);
    }
    Ok(endpoints)
}

/// Joins where a service answers with how it is talked to.
pub(super) fn endpoint(
    name: &str,
    service: &Service,
    url: String,
    variables: &Variables,
) -> Result<Endpoint, TargetError> {
    Ok(Endpoint {
        service: name.to_owned(),
        protocol: service.protocol,
        url,
        password: password(name, service, variables)?,
        signer: service.signer(),
        health: service.health.clone(),
    })
}

/// Gives every password that endpoints are reached with.
pub(super) fn passwords(endpoints: &BTreeMap<String, Endpoint>) -> Vec<String> {
    let own = endpoints.values().filter_map(|endpoint| endpoint.password.as_ref());
    let own = own.map(|password| password.reveal().to_owned());
    own.chain(endpoints.values().flat_map(|endpoint| secrets_of_url(&endpoint.url))).collect()
}

/// Gives where a service's port is: where a container publishes it, else where the files say.
fn published(
    service: &str,
    port: u16,
    model: &ComposeModel,
    containers: &BTreeMap<String, Vec<Container>>,
) -> Option<SocketAddr> {
    let mut running = containers.get(service).into_iter().flatten();
    running.find_map(|container| container.published(port)).or_else(|| {
        let published = model.services.get(service)?.published(port)?;
        Some(SocketAddr::from((Ipv4Addr::LOCALHOST, published)))
    })
}

/// Gives the address of a service in the form that its protocol has.
#[must_use]
pub fn service_url(service: &Service, at: SocketAddr) -> String {
    match service.protocol {
        Protocol::Http | Protocol::S3 | Protocol::Supabase => format!("http://{at}"),
        Protocol::Redis => format!("redis://{at}"),
        Protocol::Postgres => {
            let user = service.user.as_deref().unwrap_or("postgres");
            let database = service.database.as_deref().unwrap_or(user);
            format!("postgres://{user}@{at}/{database}")
        }
    }
}

fn password(
    name: &str,
    service: &Service,
    variables: &Variables,
) -> Result<Option<Secret>, TargetError> {
    let named = service.password_variable.as_ref();
    let given = named.and_then(|variable| variables.get(variable)).filter(|text| !text.is_empty());
    if let Some(given) = given {
        return Ok(Some(Secret::new(given)));
    }
    let Some(file) = &service.password_file else {
        return match named {
            None => Ok(None),
            Some(variable) => Err(TargetError::PasswordUnset {
                service: name.to_owned(),
                variable: variable.clone(),
            }),
        };
    };
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Some(Secret::new(text.trim_end_matches(['\r', '\n'])))),
        Err(cause) => Err(TargetError::Password {
            service: name.to_owned(),
            file: file.display().to_string(),
            cause,
        }),
    }
}
