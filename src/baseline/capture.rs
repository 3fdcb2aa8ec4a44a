//! From a target to what can be recorded of it, or held against what was.

use std::collections::BTreeMap;

use super::body::Body;
use super::container::{self, Surroundings, put};
use super::drift::Observed;
use super::folder::BaselineError;
use super::mask::mask_of;
use super::measure::{Measured, measure};
use super::running::RELEASE;
use crate::engine::{Container, Target};
use crate::model::{Facts, Mask, Snapshot};

/// Tells what is there, as far as the target told when it was looked at.
pub(super) fn observe(target: &Target) -> Observed {
    // Compared values are as they are: the recorded template is filled with the running release.
    let mask = mask_of(target);
    let mut services = facts_of_services(target, &BTreeMap::new(), &mask);
    let project = container::project_facts(&target.model.raw, &mask);
    services.insert(Snapshot::PROJECT.to_owned(), vec![project]);
    Observed {
        environment: target.settings.environment.clone(),
        project: target.model.name.clone(),
        release: target.release.clone(),
        services,
    }
}

/// Gives a body for each service and one for the project, ready to be recorded.
///
/// Only reads: containers are inspected, health endpoints are asked, memory is looked up.
pub(super) async fn capture(target: &Target) -> Result<BTreeMap<String, Body>, BaselineError> {
    let templates = templates(target).await?;
    let mut measured = measure(target).await?;
    let mask = mask_of(target);
    let mut bodies = BTreeMap::new();
    for (service, mut replicas) in facts_of_services(target, &templates, &mask) {
        let mut body = Body::default();
        body.snapshot.name.clone_from(&service);
        body.snapshot.facts = std::mem::take(&mut replicas[0]);
        let Measured { facts, figures } = measured.remove(&service).unwrap_or_default();
        body.snapshot.facts.extend(facts);
        body.figures = figures;
        bodies.insert(service, body);
    }
    let project = Snapshot {
        name: Snapshot::PROJECT.to_owned(),
        facts: container::project_facts(&target.model.raw, &mask),
    };
    bodies.insert(project.name.clone(), Body { snapshot: project, ..Body::default() });
    Ok(bodies)
}

/// Gives the images whose tag is the running release, with `${release}` in its place.
///
/// The files are resolved for another release, and what changes is the place. A tag that merely
/// reads like the release is not taken for it.
async fn templates(target: &Target) -> Result<BTreeMap<String, String>, BaselineError> {
    let (Some(release), Some(_)) = (&target.release, &target.project.release_variable) else {
        return Ok(BTreeMap::new());
    };
    let patterns = target.compose.model(&target.project, Some(STAND_IN)).await?;
    let template = |(service, containers): (&String, &Vec<Container>)| {
        let pattern = &patterns.services.get(service)?.image;
        let actual = &containers.first()?.image;
        let is_of_release =
            pattern.contains(STAND_IN) && pattern.replace(STAND_IN, release) == *actual;
        is_of_release.then(|| (service.clone(), pattern.replace(STAND_IN, RELEASE)))
    };
    Ok(target.containers.iter().filter_map(template).collect())
}

/// Stands where the release does while the files are asked for its place.
const STAND_IN: &str = "0.0.0-proofmark-template";

fn facts_of_services(
    target: &Target,
    templates: &BTreeMap<String, String>,
    mask: &Mask,
) -> BTreeMap<String, Vec<Facts>> {
    let root = std::path::absolute(&target.settings.root).unwrap_or_default();
    let services = target
        .containers
        .values()
        .flatten()
        .map(|container| (container.id.clone(), container.service.clone()))
        .collect();
    let around = Surroundings {
        model: &target.model.raw,
        templates,
        root: &root,
        mask,
        services: &services,
    };
    let of_service = |(service, containers): (&String, &Vec<Container>)| {
        let mut replicas: Vec<Facts> = containers
            .iter()
            .map(|container| {
                let mut facts = container::facts(service, &container.inspect, &around);
                if let Some(digest) = &container.digest {
                    put(&mut facts, "image_digest", digest.as_str());
                }
                facts
            })
            .collect();
        for facts in &mut replicas {
            put(facts, "replicas", containers.len());
            if let Some(path) = health_path(target, service) {
                put(facts, "health.path", path);
            }
        }
        (service.clone(), replicas)
    };
    let running = target.containers.iter().filter(|(_, containers)| !containers.is_empty());
    running.map(of_service).collect()
}

fn health_path<'t>(target: &'t Target, service: &str) -> Option<&'t str> {
    target.settings.services.get(service)?.health.as_deref()
}
