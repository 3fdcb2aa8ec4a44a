//! From a target to what can be recorded of it, or held against what was.

use std::collections::BTreeMap;
use std::path::PathBuf;

use bollard::models::{ContainerConfig, HostConfig};
use serde_json::Value;

use super::project;
use super::reading::{Around, Asked, Shown};
use super::value::text;
use super::{of_container, of_files, put};
use crate::baseline::SERVICES_A_THREAD;
use crate::baseline::body::Body;
use crate::baseline::drift::Observed;
use crate::baseline::folder::BaselineError;
use crate::baseline::mask::mask_of;
use crate::baseline::measure::{Measured, measure};
use crate::engine::{Container, RELEASE, Target};
use crate::model::{Facts, Mask, Snapshot};
use crate::runner::on_all_cores;

/// Holds what a target's services are read against.
pub(in crate::baseline) struct Grounds<'t> {
    target: &'t Target,
    folder: PathBuf,
    mask: Mask,
    services: BTreeMap<String, String>,
}

impl<'t> Grounds<'t> {
    pub fn of(target: &'t Target) -> Self {
        let containers = target.containers.values().flatten();
        Self {
            target,
            folder: target.project_folder(),
            mask: mask_of(target),
            services: containers.map(|c| (c.id.clone(), c.service.clone())).collect(),
        }
    }

    fn around(&self) -> Around<'_> {
        Around {
            project: &self.target.written.project,
            folder: &self.folder,
            home: self.target.variables.get("HOME").map(String::as_str),
            mask: &self.mask,
            safe: &self.target.settings.baseline.safe_environment,
            services: &self.services,
        }
    }

    /// Gives what the files say of a service.
    pub fn said(&self, service: &str) -> Facts {
        of_files(&Asked::new(service, &self.around()))
    }

    fn shown(&self, container: &Container, asked: &Asked<'_>, templates: bool) -> Facts {
        let empty = (ContainerConfig::default(), HostConfig::default());
        let template = if templates { self.template(container) } else { None };
        let shown = Shown {
            asked,
            container: &container.inspect,
            config: container.inspect.config.as_ref().unwrap_or(&empty.0),
            host: container.inspect.host_config.as_ref().unwrap_or(&empty.1),
            template,
        };
        let mut facts = of_container(&shown);
        if let Some(digest) = &container.digest {
            put(&mut facts, "image_digest", digest.as_str());
        }
        facts
    }

    /// Gives the image with `${release}` in the place where the files say the release stands, if it is
    /// the running one: a tag that merely reads like the release is not taken for it.
    fn template(&self, container: &Container) -> Option<&str> {
        let release = self.target.release.as_ref()?;
        let image = &self.target.written.project["services"][&container.service]["image"];
        let written = image.as_str()?;
        let is_of_release =
            written.contains(RELEASE) && written.replace(RELEASE, release) == container.image;
        is_of_release.then_some(written)
    }

    /// Gives the facts of each container, by service.
    fn of_services(&self, templates: bool) -> BTreeMap<String, Vec<Facts>> {
        let around = self.around();
        let of_service = |(service, containers): (&String, &Vec<Container>)| {
            let of_replica = |container: &Container| {
                let asked = Asked::new(service, &around);
                let mut facts = self.shown(container, &asked, templates);
                put(&mut facts, "replicas", containers.len());
                let settings = self.target.settings.services.get(service);
                if let Some(path) = settings.and_then(|service| service.health.as_deref()) {
                    put(&mut facts, "health.path", path);
                }
                facts
            };
            (service.clone(), containers.iter().map(of_replica).collect())
        };
        let running = self.target.containers.iter();
        let running: Vec<_> = running.filter(|(_, containers)| !containers.is_empty()).collect();
        on_all_cores(&running, SERVICES_A_THREAD, |running| of_service(*running))
            .into_iter()
            .collect()
    }

    fn of_project(&self) -> Facts {
        project::of_engine(&self.target.written.project, &self.target.possessions, &self.mask)
    }
}

/// Tells what is there, as far as the target told when it was looked at.
pub(in crate::baseline) fn observe(grounds: &Grounds<'_>) -> Observed {
    let target = grounds.target;
    // Compared values are as they are: the recorded template is filled with the running release.
    let mut services = grounds.of_services(false);
    services.insert(Snapshot::PROJECT.to_owned(), vec![grounds.of_project()]);
    let asked_for = target.model.services.iter().filter(|(_, service)| service.replicas() > 0);
    Observed {
        environment: target.settings.environment.clone(),
        project: target.model.name.clone(),
        release: target.release.clone(),
        services,
        asked_for: asked_for.map(|(name, _)| name.clone()).collect(),
    }
}

/// Gives a body for each service and one for the project, ready to be recorded.
///
/// Only reads: containers are inspected, health endpoints are asked, memory is looked up.
pub(in crate::baseline) async fn capture(
    target: &Target,
) -> Result<BTreeMap<String, Body>, BaselineError> {
    let grounds = Grounds::of(target);
    let mut measured = measure(target).await?;
    let mut bodies = BTreeMap::new();
    for (service, mut replicas) in grounds.of_services(true) {
        let mut body = Body::default();
        body.snapshot.name.clone_from(&service);
        body.snapshot.facts = std::mem::take(&mut replicas[0]);
        let Measured { facts, figures } = measured.remove(&service).unwrap_or_default();
        body.snapshot.facts.extend(facts);
        body.figures = figures;
        bodies.insert(service, body);
    }
    let project = Snapshot { name: Snapshot::PROJECT.to_owned(), facts: grounds.of_project() };
    bodies.insert(project.name.clone(), Body { snapshot: project, ..Body::default() });
    Ok(bodies)
}

/// Gives how many containers the files ask for.
pub(in crate::baseline) fn said_replicas(service: &Value) -> Value {
    let said = [&service["deploy"]["replicas"], &service["scale"]];
    let said = said.into_iter().find(|said| text(said).is_some());
    said.cloned().unwrap_or_else(|| 1.into())
}
