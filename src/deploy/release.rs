//! What is kept of a release so that it can be brought back: its resolved model and its images.

use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::DeployError;
use crate::engine::{ComposeModel, Container, Engine, EngineError, Target};
use crate::model::Release;

/// Is a release as it can be brought back, whatever the files say by then.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub release: Release,
    /// The resolved Compose model; it may hold what the environment had, so only its owner reads it.
    pub model_file: PathBuf,
}

impl Kept {
    /// Keeps what runs, under the name `release`.
    pub fn keep(target: &Target, release: &str) -> Result<Self, DeployError> {
        let images = images(&target.containers);
        let settings = &target.settings;
        let folder = settings.state.join("releases").join(&settings.environment);
        let model_file = folder.join(format!("{}.json", file_name(release)));
        write(&folder, &model_file, &target.model)
            .map_err(|cause| DeployError::Keep { file: model_file.display().to_string(), cause })?;
        Ok(Self { release: Release { name: release.to_owned(), images }, model_file })
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

/// Gives the image that each service runs, by its identity.
fn images(containers: &BTreeMap<String, Vec<Container>>) -> BTreeMap<String, String> {
    let image = |(service, replicas): (&String, &Vec<Container>)| {
        Some((service.clone(), replicas.first()?.inspect.image.clone()?))
    };
    containers.iter().filter_map(image).collect()
}

fn write(folder: &Path, file: &Path, model: &ComposeModel) -> std::io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let unfinished = file.with_extension("json.partial");
    let mut options = std::fs::OpenOptions::new();
    let mut partial =
        options.write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    partial.write_all(model.raw.to_string().as_bytes())?;
    partial.sync_all()?;
    std::fs::rename(&unfinished, file)
}

/// Makes a release's name fit for a file: a tag has no slash, other variables may.
fn file_name(release: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    release.chars().map(|c| if safe(c) { c } else { '_' }).collect()
}
