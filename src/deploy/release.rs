//! What is kept of a release so that it can be brought back: its resolved model and its images.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::DeployError;
use crate::engine::{ComposeModel, Container, Engine, EngineError, Target};
use crate::model::Release;
use crate::store::{Readers, StoredRelease, file_name, replace_file};

/// Is a release as it can be brought back, whatever the files say by then.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub release: Release,
    /// The resolved Compose model; it may hold what the environment had, so only its owner reads it.
    pub model_file: PathBuf,
}

impl From<StoredRelease> for Kept {
    fn from(StoredRelease { release, model_file, .. }: StoredRelease) -> Self {
        Self { release, model_file }
    }
}

impl Kept {
    /// Keeps what runs, under the name `release`.
    pub async fn keep(target: &Target, release: &str) -> Result<Self, DeployError> {
        let settings = &target.settings;
        let folder = settings.state.join("releases").join(file_name(&settings.environment));
        let model_file = folder.join(format!("{}.json", file_name(release)));
        let model = target.resolved.model().await?;
        replace_file(&model_file, model.raw.to_string().as_bytes(), Readers::Owner)
            .map_err(|cause| DeployError::Keep { file: model_file.display().to_string(), cause })?;
        let images = images(&target.containers);
        Ok(Self { release: Release { name: release.to_owned(), images }, model_file })
    }

    /// Gives what a deployment of `release` goes back to when it fails, `standing` being the releases
    /// that the history knows, the newest first; none where nothing runs.
    ///
    /// What was kept when the running release was promoted is the truth about it, since the files may
    /// say something else by now.
    pub async fn to_go_back_to(
        target: &Target,
        release: &str,
        standing: Vec<StoredRelease>,
    ) -> Result<Option<Self>, DeployError> {
        let Some(running) = &target.release else { return Ok(None) };
        let images = images(&target.containers);
        let (known, mut others): (Vec<_>, Vec<_>) =
            standing.into_iter().partition(|stored| stored.release.name == *running);
        let as_it_runs =
            |stored: &StoredRelease| stored.release.images == images && stored.model_file.is_file();
        let never_stood = known.is_empty();
        if let Some(stored) = known.into_iter().find(as_it_runs) {
            return Ok(Some(stored.into()));
        }
        // A release that was held is tried again: what stood before it is worth going back to.
        if never_stood && running == release && !others.is_empty() {
            return Ok(Some(others.swap_remove(0).into()));
        }
        Self::keep(target, running).await.map(Some)
    }

    /// Points every tag of the kept model at the image that it was, where it was moved since.
    pub async fn put_tags_back(&self, engine: &Engine) -> Result<(), EngineError> {
        let Some(model) = std::fs::read_to_string(&self.model_file)
            .ok()
            .and_then(|text| ComposeModel::read(&text).ok())
        else {
            // A model that cannot be read is Compose's to refuse, with its own words.
            return Ok(());
        };
        for (service, id) in &self.release.images {
            let Some(image) = model.services.get(service).map(|service| &service.image) else {
                continue;
            };
            if engine.image_id(image).await?.as_ref() != Some(id) {
                engine.tag_image(id, image).await?;
            }
        }
        Ok(())
    }
}

/// Finds the release that stood before the `current` one, `standing` being the newest first; the
/// newest one where it is not known what runs.
pub(super) fn before(standing: Vec<StoredRelease>, current: Option<&str>) -> Option<StoredRelease> {
    let is_current = |stored: &StoredRelease| Some(stored.release.name.as_str()) == current;
    let from = standing.iter().position(is_current).unwrap_or_default();
    standing.into_iter().skip(from).find(|stored| !is_current(stored))
}

/// Gives the image that each service runs, by its identity.
fn images(containers: &BTreeMap<String, Vec<Container>>) -> BTreeMap<String, String> {
    let image = |(service, replicas): (&String, &Vec<Container>)| {
        Some((service.clone(), replicas.first()?.inspect.image.clone()?))
    };
    containers.iter().filter_map(image).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(names: &[&str]) -> Vec<StoredRelease> {
        let stored = |name: &&str| StoredRelease {
            release: Release { name: (*name).to_owned(), images: BTreeMap::new() },
            model_file: PathBuf::from("m.json"),
            promoted: "2026-01-01T00:00:00Z".to_owned(),
        };
        names.iter().map(stored).collect()
    }

    fn name_before(names: &[&str], current: Option<&str>) -> Option<String> {
        before(standing(names), current).map(|stored| stored.release.name)
    }

    #[test]
    fn the_release_before_the_current_one_is_the_next_older_of_another_name() {
        let names = ["1.2.0", "1.1.0", "1.1.0", "1.0.0"];
        assert_eq!(name_before(&names, Some("1.2.0")).as_deref(), Some("1.1.0"));
        assert_eq!(name_before(&names, Some("1.1.0")).as_deref(), Some("1.0.0"));
        assert_eq!(name_before(&names, Some("1.0.0")), None);
    }

    #[test]
    fn a_release_that_never_stood_goes_back_to_the_newest_that_did() {
        let names = ["1.1.0", "1.0.0"];
        assert_eq!(name_before(&names, Some("slow")).as_deref(), Some("1.1.0"));
        assert_eq!(name_before(&names, None).as_deref(), Some("1.1.0"));
        assert_eq!(name_before(&[], None), None);
    }
}
