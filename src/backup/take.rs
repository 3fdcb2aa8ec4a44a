//! Takes a backup of everything that a deployment could lose.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::BackupError;
use super::database::Database;
use super::files;
use super::manifest::{Backup, Manifest, verify};
use crate::engine::{Container, Target};
use crate::model::{Protocol, Redactor};

/// How many of the last lines of each container are kept.
const LOG_LINES: usize = 2_000;

/// Backs a target up into the folder `id` of `backups` and reads all of it back.
///
/// In it are a dump of each PostgreSQL service, the Compose files and `proofmark.yaml`, the resolved
/// model, the last lines of each container's log without the secrets of the endpoints, and the
/// manifest. Only the owner reads the files: the model holds what the environment's variables say.
/// `now` is RFC 3339 in UTC.
///
/// # Errors
///
/// When anything in it could not be written and read back; then nothing is left of it.
pub async fn take(
    target: &Target,
    backups: &Path,
    id: &str,
    now: &str,
) -> Result<Backup, BackupError> {
    let folder = backups.join(id);
    if folder.exists() {
        return Err(BackupError::Exists(folder));
    }
    files::make_folder(&folder)?;
    let draft = Draft { folder: Some(folder.clone()) };
    let mut manifest = Manifest {
        project: target.settings.project.clone(),
        environment: target.settings.environment.clone(),
        release: target.release.clone(),
        images: images(target),
        ..Manifest::new(id, now)
    };
    let mut written = databases(target, &folder).await?;
    written.extend(configuration(target, &folder)?);
    written.extend(logs(target, &folder).await?);
    // Dumps are as large as databases: they are read where that holds up nobody else.
    let sealed = tokio::task::spawn_blocking(move || {
        for path in written {
            manifest.list(&folder, &path)?;
        }
        manifest.seal(&folder)?;
        verify(&folder)
    });
    let backup = sealed.await.expect("reading files does not panic")?;
    draft.keep();
    Ok(backup)
}

/// Removes what was begun, unless it was kept: an interrupted backup must not fill the disk.
struct Draft {
    folder: Option<PathBuf>,
}

impl Draft {
    fn keep(mut self) {
        self.folder = None;
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            // Without a manifest what stays is no backup, so that nothing depends on this.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// Gives the identity of the image that each service's first container was made from.
fn images(target: &Target) -> BTreeMap<String, String> {
    let first = |(service, containers): (&String, &Vec<Container>)| {
        Some((service.clone(), containers.first()?.inspect.image.clone()?))
    };
    target.containers.iter().filter_map(first).collect()
}

async fn databases(target: &Target, folder: &Path) -> Result<Vec<String>, BackupError> {
    let mut written = Vec::new();
    for (name, service) in &target.settings.services {
        if service.protocol != Protocol::Postgres {
            continue;
        }
        let mut containers = target.containers.get(name).into_iter().flatten();
        let container = containers.find(|container| container.is_running());
        let container = container.ok_or_else(|| BackupError::NotRunning(name.clone()))?;
        let endpoint = target.endpoints.get(name);
        let password = endpoint.and_then(|endpoint| endpoint.password.as_ref());
        let database = Database { engine: &target.engine, container, service, password };
        let path = format!("{name}.dump");
        database.dump(&folder.join(&path)).await?;
        written.push(path);
    }
    Ok(written)
}

fn configuration(target: &Target, folder: &Path) -> Result<Vec<String>, BackupError> {
    let mut written = Vec::new();
    let mut keep = |path: String, bytes: &[u8]| {
        files::write(&folder.join(&path), bytes)?;
        written.push(path);
        Ok::<_, BackupError>(())
    };
    files::make_folder(&folder.join("configuration"))?;
    // Two files of different folders may have one name; their order is part of what they mean.
    let compose = target.project.files_of(target.release.as_deref());
    for (order, file) in compose.enumerate() {
        let bytes = std::fs::read(file).map_err(BackupError::file("read", file))?;
        keep(format!("configuration/{order}-{}", name_of(file)), &bytes)?;
    }
    let settings = &target.settings.file;
    let bytes = std::fs::read(settings).map_err(BackupError::file("read", settings))?;
    keep(format!("configuration/{}", name_of(settings)), &bytes)?;
    let model = serde_json::to_vec_pretty(&target.model.raw).expect("it was read from JSON");
    keep("configuration/model.json".to_owned(), &model)?;
    Ok(written)
}

fn name_of(file: &Path) -> String {
    file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

async fn logs(target: &Target, folder: &Path) -> Result<Vec<String>, BackupError> {
    files::make_folder(&folder.join("logs"))?;
    let redactor = Redactor::new(target.secrets());
    let mut written = Vec::new();
    for container in target.containers.values().flatten() {
        let path = format!("logs/{}-{}.log", container.service, container.number);
        let lines = target.engine.logs(&container.id, LOG_LINES).await?;
        files::write(&folder.join(&path), redactor.apply(&lines).as_bytes())?;
        written.push(path);
    }
    Ok(written)
}
