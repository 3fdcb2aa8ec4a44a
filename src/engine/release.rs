//! Which release a target runs, told from its containers.

use std::collections::{BTreeMap, BTreeSet};

use super::{Container, Written};

/// Stands where the release does in what is written down for every release.
pub const RELEASE: &str = "${release}";

/// Matches the running images against the written ones, in which [`RELEASE`] stands for the release.
///
/// None when nothing runs that depends on the release, or when services disagree.
pub(super) fn running_release(
    patterns: &Written,
    containers: &BTreeMap<String, Vec<Container>>,
) -> Option<String> {
    let mut releases = BTreeSet::new();
    for (service, image) in patterns.images() {
        let Some((before, after)) = image.split_once(RELEASE) else { continue };
        for container in containers.get(service).into_iter().flatten() {
            let rest = container.image.strip_prefix(before)?;
            releases.insert(rest.strip_suffix(after)?.to_owned());
        }
    }
    let release = releases.pop_first()?;
    releases.is_empty().then_some(release)
}

#[cfg(test)]
mod tests {
    use bollard::models::{ContainerConfig, ContainerInspectResponse};

    use super::*;

    fn patterns() -> Written {
        let project = serde_json::json!({ "services": {
            "api": { "image": format!("shop/api:{RELEASE}") },
            "worker": { "image": format!("shop/worker:{RELEASE}-slim") },
            "db": { "image": "db:15" },
        } });
        Written { project, unset: Vec::new(), absent: Vec::new() }
    }

    fn running(images: &[(&str, &str)]) -> BTreeMap<String, Vec<Container>> {
        let container = |service: &str, image: &str| {
            let labels = [("com.docker.compose.service".to_owned(), service.to_owned())].into();
            let config = ContainerConfig {
                image: Some(image.to_owned()),
                labels: Some(labels),
                ..Default::default()
            };
            let id = Some(service.to_owned());
            Container::read(ContainerInspectResponse {
                id,
                config: Some(config),
                ..Default::default()
            })
            .unwrap()
        };
        images.iter().map(|(s, i)| ((*s).to_owned(), vec![container(s, i)])).collect()
    }

    #[test]
    fn services_that_agree_tell_the_release() {
        let containers = running(&[
            ("api", "shop/api:1.1.0"),
            ("worker", "shop/worker:1.1.0-slim"),
            ("db", "db:15"),
        ]);
        assert_eq!(running_release(&patterns(), &containers).as_deref(), Some("1.1.0"));
    }

    #[test]
    fn services_that_disagree_are_no_release() {
        let containers =
            running(&[("api", "shop/api:1.1.0"), ("worker", "shop/worker:1.0.0-slim")]);
        assert_eq!(running_release(&patterns(), &containers), None);
    }

    #[test]
    fn an_image_of_another_name_is_no_release() {
        assert_eq!(running_release(&patterns(), &running(&[("api", "other/api:1.1.0")])), None);
        assert_eq!(running_release(&patterns(), &running(&[("db", "db:15")])), None);
    }
}
