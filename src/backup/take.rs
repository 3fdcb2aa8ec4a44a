//! One backup of everything that a deployment could destroy.

use std::collections::BTreeMap;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use super::database::dump;
use super::logs;
use super::manifest::{Backup, BackupError, entry, unseal, verify, write_private};
use crate::engine::Target;
use crate::model::Protocol;

/// Backs a running target up into `folder`, reads everything back and gives what was verified.
///
/// It holds a dump of every PostgreSQL database, the Compose files, the settings file, the resolved
/// model, and what each container wrote last. The configuration is kept as it is, so only the owner may read the folder.
///
/// # Errors
///
/// When anything could not be kept or read back: then there is no manifest, and no backup.
pub async fn take(target: &Target, folder: &Path, now: &str) -> Result<Backup, BackupError> {
    let failed = |cause| BackupError::Io { file: folder.display().to_string(), cause };
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    unseal(folder)?;

    let mut names = configuration(target, folder).await?;
    for (name, service) in &target.settings.services {
        if service.protocol == Protocol::Postgres {
            let mut replicas = target.containers.get(name).into_iter().flatten();
            let container = replicas.find(|container| container.is_running());
            let container = container.ok_or_else(|| BackupError::NotRunning(name.clone()))?;
            let endpoint = target.endpoints.get(name);
            let password = endpoint.and_then(|endpoint| endpoint.password.as_ref());
            names.push(dump(&target.engine, container, service, password, folder).await?);
        }
    }
    names.extend(logs::keep(target, folder).await?);
    let mut files = BTreeMap::new();
    for name in names {
        let file = entry(&folder.join(&name)).map_err(failed)?;
        files.insert(name, file);
    }
    let images = target.containers.iter().filter_map(|(service, replicas)| {
        Some((service.clone(), replicas.first()?.inspect.image.clone()?))
    });
    let backup = Backup {
        environment: target.settings.environment.clone(),
        release: target.release.clone(),
        images: images.collect(),
        taken: now.to_owned(),
        files,
    };
    backup.seal(folder)?;
    verify(folder)
}

/// Keeps the files that say how the target is made, numbered in the order in which Compose merges
/// them.
async fn configuration(target: &Target, folder: &Path) -> Result<Vec<String>, BackupError> {
    let model = target.resolved.model().await?;
    let mut names = Vec::new();
    let mut keep = |name: String, content: &[u8]| {
        write_private(folder, &name, content)?;
        names.push(name);
        Ok::<_, BackupError>(())
    };
    let compose = target.project.files_of(target.release.as_deref());
    for (number, file) in std::iter::once(&target.settings.file).chain(compose).enumerate() {
        let content = match std::fs::read(file) {
            Ok(content) => content,
            Err(cause) => return Err(BackupError::Io { file: file.display().to_string(), cause }),
        };
        let own = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into());
        keep(format!("{number}-{own}"), &content)?;
    }
    keep("model.json".to_owned(), model.raw.to_string().as_bytes())?;
    Ok(names)
}
