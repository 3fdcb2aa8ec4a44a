//! The releases that an environment was left with, and the ones that can be gone back to.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, Row, params};
use serde::Serialize;

use super::deployments;
use super::history::{from_json, to_json};
use super::{Store, StoreError};
use crate::model::{Deployment, Release};

/// Is a release as it was when it was found good: its images, and the model that brings it up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeptRelease {
    /// Its name and the identities of its images.
    pub release: Release,
    /// The resolved Compose model; kept relative to the state folder, so that the folder can move.
    pub model_file: PathBuf,
    /// When it was promoted, or first seen running, RFC 3339 in UTC.
    pub promoted_at: String,
}

impl Store {
    /// Remembers a release that was running before anything was deployed over it.
    pub fn adopt(&mut self, environment: &str, kept: &KeptRelease) -> Result<(), StoreError> {
        let model_file = self.relative(&kept.model_file);
        self.change(|change| insert(change, environment, kept, &model_file))
    }

    /// Ends a deployment with its release promoted: both are written, or neither.
    ///
    /// A release that is promoted again takes its old place: what was promoted after it is withdrawn,
    /// so that the next way back does not lead to what was just left.
    pub fn promote(
        &mut self,
        deployment: &Deployment,
        kept: &KeptRelease,
        goes_back: bool,
    ) -> Result<(), StoreError> {
        let model_file = self.relative(&kept.model_file);
        self.change(|change| {
            if goes_back {
                change.execute(
                    "update releases set withdrawn_at = ?3
                     where environment = ?1 and withdrawn_at is null and id >= coalesce(
                         (select max(id) from releases
                          where environment = ?1 and name = ?2 and withdrawn_at is null), 0)",
                    params![deployment.environment, kept.release.name, kept.promoted_at],
                )?;
            }
            insert(change, &deployment.environment, kept, &model_file)?;
            deployments::write(change, deployment, "the release stays", &kept.promoted_at)
        })
    }

    /// Gives the release that an environment was last left with.
    pub fn current_release(&self, environment: &str) -> Result<Option<KeptRelease>, StoreError> {
        self.newest(environment, None)
    }

    /// Gives the newest release that was promoted and is not called `running`: where a way back
    /// leads.
    pub fn last_promoted(
        &self,
        environment: &str,
        running: Option<&str>,
    ) -> Result<Option<KeptRelease>, StoreError> {
        self.newest(environment, running)
    }

    /// Gives what was promoted and not withdrawn, the newest first.
    pub fn releases(&self, environment: &str) -> Result<Vec<KeptRelease>, StoreError> {
        self.rows(
            "select * from releases where environment = ?1 and withdrawn_at is null
             order by id desc",
            [environment],
            |row| self.kept(row),
        )
    }

    fn newest(
        &self,
        environment: &str,
        other_than: Option<&str>,
    ) -> Result<Option<KeptRelease>, StoreError> {
        let newest = self.rows(
            "select * from releases
             where environment = ?1 and withdrawn_at is null and name is not ?2
             order by id desc limit 1",
            params![environment, other_than],
            |row| self.kept(row),
        );
        Ok(newest?.pop())
    }

    fn kept(&self, row: &Row<'_>) -> rusqlite::Result<KeptRelease> {
        Ok(KeptRelease {
            release: Release { name: row.get("name")?, images: from_json(row, "images")? },
            model_file: self.state.join(row.get::<_, String>("model_file")?),
            promoted_at: row.get("promoted_at")?,
        })
    }

    fn relative(&self, file: &Path) -> String {
        file.strip_prefix(&self.state).unwrap_or(file).display().to_string()
    }
}

fn insert(
    change: &Connection,
    environment: &str,
    kept: &KeptRelease,
    model_file: &str,
) -> rusqlite::Result<()> {
    change.execute(
        "insert into releases (environment, name, images, model_file, promoted_at)
         values (?1, ?2, ?3, ?4, ?5)",
        params![
            environment,
            kept.release.name,
            to_json(&kept.release.images),
            model_file,
            kept.promoted_at
        ],
    )?;
    Ok(())
}
