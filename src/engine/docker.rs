//! The Docker Engine, asked with a deadline on every question.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::future::Future;
use std::time::Duration;

use bollard::errors::Error as BollardError;
use bollard::query_parameters::{
    ListContainersOptionsBuilder, LogsOptionsBuilder, TagImageOptionsBuilder,
};
use bollard::{API_DEFAULT_VERSION, Docker};
use futures_util::{StreamExt, TryStreamExt, stream};
use thiserror::Error;

use super::Container;
use crate::config::Variables;
use crate::model::{Bytes, Percent};

const DEFAULT_SOCKET: &str = "unix:///var/run/docker.sock";
/// How long the engine may take to answer at all.
const CONNECT: Duration = Duration::from_secs(5);
/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(30);
/// How many containers are inspected at once.
const INSPECTIONS: usize = 8;

/// Says why the engine could not be asked.
#[derive(Debug, Error)]
pub enum EngineError {
    /// Nobody answers at the address.
    #[error(
        "the Docker engine does not answer at {address}: {cause}; start it with `systemctl start docker`, or set DOCKER_HOST to where it listens"
    )]
    Unreachable {
        /// The address that was tried.
        address: String,
        /// What went wrong.
        cause: String,
    },
    /// It answered and refused, or the answer could not be read.
    #[error("the Docker engine refused to {what}: {cause}")]
    Refused {
        /// What it was asked to do.
        what: String,
        /// Its own words.
        cause: String,
    },
    /// It answered before, and does not any more.
    #[error(
        "the Docker engine went away when asked to {what}: {cause}; see `systemctl status docker`"
    )]
    Lost {
        /// What it was asked to do.
        what: String,
        /// What became of the connection.
        cause: String,
    },
    /// It did not answer in time.
    #[error(
        "the Docker engine did not answer within {0:?} when asked to {1}; `docker info` shows whether it hangs"
    )]
    TimedOut(Duration, String),
}

/// Is the Docker Engine of one environment; cheap to clone.
#[derive(Debug, Clone)]
pub struct Engine {
    docker: Docker,
}

/// Tells what the engine is and has.
#[derive(Debug, Clone, PartialEq)]
pub struct EngineFacts {
    /// Its version.
    pub version: String,
    /// The newest API version that it speaks.
    pub api: String,
    /// Its cores.
    pub cpus: u64,
    /// Its memory.
    pub memory: Bytes,
    /// How full the disk of its root directory is; none where that is on another host.
    pub disk: Option<Percent>,
}

impl Engine {
    /// Reaches the engine that `DOCKER_HOST` names, or the usual socket, and settles on an API
    /// version that both sides speak.
    ///
    /// # Errors
    ///
    /// When nobody answers within five seconds.
    pub async fn connect(variables: &Variables) -> Result<Self, EngineError> {
        let address = variables
            .get("DOCKER_HOST")
            .filter(|host| !host.is_empty())
            .map_or(DEFAULT_SOCKET, |h| h);
        let unreachable =
            |cause: String| EngineError::Unreachable { address: address.to_owned(), cause };
        let docker = reach(address).map_err(|cause| unreachable(cause.to_string()))?;
        match tokio::time::timeout(CONNECT, docker.negotiate_version()).await {
            Ok(Ok(docker)) => Ok(Self { docker }),
            Ok(Err(cause)) => Err(unreachable(cause.to_string())),
            Err(_) => Err(unreachable(format!("no answer within {} s", CONNECT.as_secs()))),
        }
    }

    /// Gives the client for what has no method here.
    #[must_use]
    pub fn docker(&self) -> &Docker {
        &self.docker
    }

    /// Gives the containers of a Compose project, stopped ones too, one-off ones left out, ordered
    /// by service and number.
    pub async fn containers(&self, project: &str) -> Result<Vec<Container>, EngineError> {
        let filters = HashMap::from([(
            "label",
            vec![
                format!("com.docker.compose.project={project}"),
                "com.docker.compose.oneoff=False".to_owned(),
            ],
        )]);
        let options = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
        let listed = bounded("list containers", self.docker.list_containers(Some(options))).await?;
        let mut containers: Vec<Container> = stream::iter(listed)
            .filter_map(|summary| async move { summary.id })
            .map(|id| async move { self.inspect(&id).await })
            .buffer_unordered(INSPECTIONS)
            .try_filter_map(|container| async move { Ok(container) })
            .try_collect()
            .await?;
        let images = containers.iter().filter_map(|container| container.inspect.image.clone());
        let digests: BTreeMap<String, Option<String>> =
            stream::iter(images.collect::<BTreeSet<_>>())
                .map(|image| async move {
                    let digest = self.image_digest(&image).await?;
                    Ok::<_, EngineError>((image, digest))
                })
                .buffer_unordered(INSPECTIONS)
                .try_collect()
                .await?;
        for container in &mut containers {
            let digest = container.inspect.image.as_ref().and_then(|image| digests.get(image));
            container.digest = digest.cloned().flatten();
        }
        containers.sort_by(|a, b| (&a.service, a.number).cmp(&(&b.service, b.number)));
        Ok(containers)
    }

    /// Looks at one container afresh; none when it is gone, or is not Compose's.
    pub async fn container(&self, id: &str) -> Result<Option<Container>, EngineError> {
        let Some(mut container) = self.inspect(id).await? else { return Ok(None) };
        if let Some(image) = &container.inspect.image {
            container.digest = self.image_digest(image).await?;
        }
        Ok(Some(container))
    }

    /// Looks at one container without its image.
    async fn inspect(&self, id: &str) -> Result<Option<Container>, EngineError> {
        match bounded("inspect a container", self.docker.inspect_container(id, None)).await {
            Ok(inspect) => Ok(Container::read(inspect)),
            Err(EngineError::Refused { cause, .. }) if cause.contains("o such container") => {
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    /// Gives the last `tail` lines that a container wrote.
    pub async fn logs(&self, id: &str, tail: usize) -> Result<String, EngineError> {
        let options =
            LogsOptionsBuilder::new().stdout(true).stderr(true).tail(&tail.to_string()).build();
        let lines = self.docker.logs(id, Some(options)).try_fold(String::new(), |mut all, line| {
            all.push_str(&line.to_string());
            std::future::ready(Ok(all))
        });
        bounded("read logs", lines).await
    }

    /// Gives the identity of a local image; none when it is not there.
    pub async fn image_id(&self, image: &str) -> Result<Option<String>, EngineError> {
        match bounded("inspect an image", self.docker.inspect_image(image)).await {
            Ok(inspect) => Ok(inspect.id),
            Err(EngineError::Refused { cause, .. }) if cause.contains("o such image") => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// Gives the digest that a registry gave an image; none where it was built here, or is gone.
    async fn image_digest(&self, id: &str) -> Result<Option<String>, EngineError> {
        match bounded("inspect an image", self.docker.inspect_image(id)).await {
            Ok(inspect) => Ok(inspect
                .repo_digests
                .unwrap_or_default()
                .first()
                .and_then(|name| name.split_once('@').map(|(_, digest)| digest.to_owned()))),
            Err(EngineError::Refused { cause, .. }) if cause.contains("o such image") => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// Points the tag `name` at the image `id`.
    pub async fn tag_image(&self, id: &str, name: &str) -> Result<(), EngineError> {
        let (repository, tag) = split_tag(name);
        let options = TagImageOptionsBuilder::new().repo(repository).tag(tag).build();
        bounded("tag an image", self.docker.tag_image(id, Some(options))).await
    }

    /// Tells what the engine is and has.
    pub async fn facts(&self) -> Result<EngineFacts, EngineError> {
        let info = bounded("describe itself", self.docker.info()).await?;
        let version = bounded("tell its version", self.docker.version()).await?;
        let unsigned = |number: Option<i64>| u64::try_from(number.unwrap_or_default()).unwrap_or(0);
        Ok(EngineFacts {
            version: version.version.unwrap_or_default(),
            api: version.api_version.unwrap_or_default(),
            cpus: unsigned(info.ncpu),
            memory: Bytes(unsigned(info.mem_total)),
            disk: info.docker_root_dir.as_deref().and_then(disk_share),
        })
    }
}

fn reach(address: &str) -> Result<Docker, BollardError> {
    let seconds = ANSWER.as_secs();
    match address.strip_prefix("unix://") {
        Some(socket) => Docker::connect_with_unix(socket, seconds, API_DEFAULT_VERSION),
        None => Docker::connect_with_host(address).map(|docker| docker.with_timeout(ANSWER)),
    }
}

/// Waits for an answer, and no longer than [`ANSWER`].
pub(super) async fn bounded<T>(
    what: &str,
    answer: impl Future<Output = Result<T, BollardError>>,
) -> Result<T, EngineError> {
    match tokio::time::timeout(ANSWER, answer).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(BollardError::RequestTimeoutError)) | Err(_) => {
            Err(EngineError::TimedOut(ANSWER, what.to_owned()))
        }
        Ok(Err(cause)) => {
            let (what, words) = (what.to_owned(), innermost(&cause));
            Err(match cause {
                BollardError::HyperLegacyError { .. }
                | BollardError::HyperResponseError { .. }
                | BollardError::IOError { .. } => EngineError::Lost { what, cause: words },
                _ => EngineError::Refused { what, cause: words },
            })
        }
    }
}

/// Gives the words of the first cause: the links before it only say that there is one.
fn innermost(error: &BollardError) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

/// Splits `registry:5000/shop/api:1.0.0` where its tag begins; without one the tag is `latest`.
fn split_tag(name: &str) -> (&str, &str) {
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, tag),
        _ => (name, "latest"),
    }
}

/// Tells how full the file system of `folder` is, where this host has that folder.
fn disk_share(folder: &str) -> Option<Percent> {
    let stat = rustix::fs::statvfs(folder).ok()?;
    let used = stat.f_blocks.checked_sub(stat.f_bfree)?;
    // As df does: the blocks that only root may use count as neither used nor free.
    let usable = used + stat.f_bavail;
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 52 bits")]
    (usable > 0).then(|| Percent(used as f64 * 100.0 / usable as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_a_registrys_name_is_not_a_tag() {
        assert_eq!(split_tag("shop/api:1.0.0"), ("shop/api", "1.0.0"));
        assert_eq!(split_tag("registry:5000/shop/api"), ("registry:5000/shop/api", "latest"));
        assert_eq!(split_tag("registry:5000/shop/api:2"), ("registry:5000/shop/api", "2"));
    }

    #[tokio::test]
    async fn an_engine_that_is_not_there_is_named_with_the_remedy() {
        let host = "unix:///nonexistent/docker.sock".to_owned();
        let variables = Variables::from([("DOCKER_HOST".to_owned(), host)]);
        let error = Engine::connect(&variables).await.unwrap_err().to_string();
        assert!(error.contains("unix:///nonexistent/docker.sock"), "{error}");
        assert!(error.contains("systemctl start docker"), "{error}");
    }
}
