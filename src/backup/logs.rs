//! What the services wrote last: the containers that hold it are about to be replaced.

use std::path::Path;

use super::manifest::{BackupError, write_private};
use crate::engine::Target;
use crate::model::Redactor;

/// How many of the last lines of each container are kept.
const LINES: usize = 2_000;

/// Keeps the last lines of each container as `<service>-<number>.log`, without any secret that the
/// target is reached with.
pub(super) async fn keep(target: &Target, folder: &Path) -> Result<Vec<String>, BackupError> {
    let redactor = Redactor::new(target.secrets());
    let mut names = Vec::new();
    for container in target.containers.values().flatten() {
        let name = format!("{}-{}.log", container.service, container.number);
        let lines = target.engine.logs(&container.id, LINES).await?;
        write_private(folder, &name, redactor.apply(&lines).as_bytes())?;
        names.push(name);
    }
    Ok(names)
}
