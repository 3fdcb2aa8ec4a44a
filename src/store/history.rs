//! The history of one project, in `history.db` of its state folder.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, Row, params};
use serde::de::DeserializeOwned;
use thiserror::Error;

use super::schema::{VERSION, migrate};
use crate::model::{Decision, Deployment, DeploymentState, Judgement, Release, Run};

/// Says why the history cannot be read or written.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The folder or a file in it cannot be used.
    #[error("cannot use {file}: {cause}")]
    Io {
        /// The file.
        file: String,
        /// Why not.
        cause: io::Error,
    },
    /// SQLite refuses.
    #[error("the history in {file} cannot be used: {cause}; move the file away to begin a new one")]
    Database {
        /// The file.
        file: String,
        /// SQLite's own words.
        cause: rusqlite::Error,
    },
    /// A newer program wrote it.
    #[error(
        "the history in {file} is of version {found}, and this Proofmark knows {VERSION}; use the newer Proofmark"
    )]
    Newer {
        /// The file.
        file: String,
        /// Its version.
        found: u32,
    },
    /// An entry is not what this program writes.
    #[error("an entry of the history in {file} cannot be read: {cause}")]
    Entry {
        /// The file.
        file: String,
        /// What is wrong with it.
        cause: serde_json::Error,
    },
    /// Another deployment holds the environment.
    #[error("environment `{environment}` is locked by another deployment: {owner}")]
    Locked {
        /// The environment.
        environment: String,
        /// Who holds it, where that could be read.
        owner: String,
    },
}

/// Is the history of one project.
///
/// Its calls are short and block: they write a row or read a few.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    file: PathBuf,
}

/// Is a promoted release as it can be brought back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRelease {
    /// Its name and images.
    pub release: Release,
    /// The file with its resolved Compose model.
    pub model_file: PathBuf,
    /// When it was promoted, RFC 3339 in UTC.
    pub promoted: String,
}

impl Store {
    /// Opens the history in a state folder, and makes both where they are missing.
    ///
    /// # Errors
    ///
    /// When the file is no history, or a newer program's.
    pub fn open(state: &Path) -> Result<Self, StoreError> {
        let file = state.join("history.db");
        let shown = || file.display().to_string();
        std::fs::create_dir_all(state).map_err(|cause| StoreError::Io { file: shown(), cause })?;
        let broken = |cause| StoreError::Database { file: shown(), cause };
        let mut connection = Connection::open(&file).map_err(broken)?;
        connection.busy_timeout(Duration::from_secs(5)).map_err(broken)?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(broken)?;
        connection.pragma_update(None, "foreign_keys", true).map_err(broken)?;
        match migrate(&mut connection).map_err(broken)? {
            found if found > VERSION => Err(StoreError::Newer { file: shown(), found }),
            _ => Ok(Self { connection, file }),
        }
    }

    /// Keeps a run with its verdict.
    pub fn save_run(
        &self,
        run: &Run,
        judgement: &Judgement,
        decision: Option<Decision>,
    ) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO runs (environment, started, command, verdict, decision, run)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                run.environment,
                run.started,
                run.command,
                judgement.verdict.word(),
                decision.map(Decision::word),
                self.written(run)?
            ],
        )
    }

    /// Begins a deployment and gives its identity.
    pub fn begin_deployment(&self, deployment: &Deployment) -> Result<i64, StoreError> {
        self.execute(
            "INSERT INTO deployments (environment, started, state, deployment)
             VALUES (?1, ?2, ?3, ?4)",
            params![
                deployment.environment,
                deployment.started,
                deployment.state.word(),
                self.written(deployment)?
            ],
        )?;
        Ok(self.connection.last_insert_rowid())
    }

    /// Writes a state into the journal of a deployment, before what it names is done.
    pub fn advance(
        &self,
        id: i64,
        state: DeploymentState,
        note: &str,
        at: &str,
    ) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO deployment_events (deployment, at, state, note) VALUES (?1, ?2, ?3, ?4)",
            params![id, at, state.word(), note],
        )?;
        self.execute("UPDATE deployments SET state = ?2 WHERE id = ?1", params![id, state.word()])
    }

    /// Keeps where a deployment came.
    pub fn finish(&self, deployment: &Deployment) -> Result<(), StoreError> {
        self.execute(
            "UPDATE deployments SET state = ?2, deployment = ?3 WHERE id = ?1",
            params![deployment.id, deployment.state.word(), self.written(deployment)?],
        )
    }

    /// Gives the deployments of an environment, the newest first.
    pub fn deployments(&self, environment: &str) -> Result<Vec<Deployment>, StoreError> {
        let rows = self.rows(
            "SELECT id, deployment FROM deployments WHERE environment = ?1 ORDER BY id DESC",
            environment,
            |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)),
        )?;
        let read = |(id, text): (i64, String)| Ok(Deployment { id, ..self.read(&text)? });
        rows.into_iter().map(read).collect()
    }

    /// Keeps a release that was promoted.
    pub fn save_release(
        &self,
        environment: &str,
        release: &Release,
        model_file: &Path,
        at: &str,
    ) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO releases (environment, name, promoted, images, model_file)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                environment,
                release.name,
                at,
                self.written(&release.images)?,
                model_file.display().to_string()
            ],
        )
    }

    /// Gives the releases that were promoted to an environment, the newest first.
    pub fn promoted(&self, environment: &str) -> Result<Vec<StoredRelease>, StoreError> {
        let rows = self.rows(
            "SELECT name, images, model_file, promoted FROM releases
             WHERE environment = ?1 ORDER BY id DESC",
            environment,
            |row| {
                let text = |at| row.get::<_, String>(at);
                Ok((text(0)?, text(1)?, text(2)?, text(3)?))
            },
        )?;
        let read = |(name, images, model_file, promoted): (String, String, String, String)| {
            let release = Release { name, images: self.read(&images)? };
            Ok(StoredRelease { release, model_file: model_file.into(), promoted })
        };
        rows.into_iter().map(read).collect()
    }

    fn execute(&self, sql: &str, values: impl rusqlite::Params) -> Result<(), StoreError> {
        let done = self.connection.execute(sql, values);
        done.map(drop).map_err(|cause| self.broken(cause))
    }

    fn rows<T>(
        &self,
        sql: &str,
        environment: &str,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.connection.prepare(sql).map_err(|cause| self.broken(cause))?;
        let rows = statement.query_map([environment], |row| read(row));
        rows.and_then(Iterator::collect).map_err(|cause| self.broken(cause))
    }

    fn written(&self, value: &impl serde::Serialize) -> Result<String, StoreError> {
        serde_json::to_string(value).map_err(|cause| self.unreadable(cause))
    }

    fn read<T: DeserializeOwned>(&self, text: &str) -> Result<T, StoreError> {
        serde_json::from_str(text).map_err(|cause| self.unreadable(cause))
    }

    fn unreadable(&self, cause: serde_json::Error) -> StoreError {
        StoreError::Entry { file: self.file.display().to_string(), cause }
    }

    fn broken(&self, cause: rusqlite::Error) -> StoreError {
        StoreError::Database { file: self.file.display().to_string(), cause }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deployment(to: &str) -> Deployment {
        Deployment {
            id: 0,
            environment: "local".into(),
            from: Some("1.0.0".into()),
            to: to.into(),
            state: DeploymentState::Preparing,
            trigger: None,
            because: vec!["why".into()],
            backup: None,
            started: "2026-01-01T00:00:00Z".into(),
            ended: None,
        }
    }

    #[test]
    fn a_deployment_is_found_again_with_where_it_came() {
        let state = tempfile::tempdir().unwrap();
        let store = Store::open(state.path()).unwrap();
        let mut first = deployment("1.1.0");
        first.id = store.begin_deployment(&first).unwrap();
        store.advance(first.id, DeploymentState::Changing, "up", "2026-01-01T00:00:01Z").unwrap();
        first.state = DeploymentState::Promoted;
        store.finish(&first).unwrap();
        store.begin_deployment(&deployment("1.2.0")).unwrap();

        let again = Store::open(state.path()).unwrap();
        let found = again.deployments("local").unwrap();
        let names: Vec<&str> = found.iter().map(|d| d.to.as_str()).collect();
        assert_eq!(names, ["1.2.0", "1.1.0"]);
        assert_eq!(found[1], first);
        assert!(again.deployments("staging").unwrap().is_empty());
    }

    #[test]
    fn promoted_releases_are_given_newest_first() {
        let state = tempfile::tempdir().unwrap();
        let store = Store::open(state.path()).unwrap();
        for name in ["1.0.0", "1.1.0"] {
            let images = [("api".to_owned(), format!("sha256:{name}"))].into();
            let release = Release { name: name.into(), images };
            store
                .save_release("local", &release, Path::new("m.json"), "2026-01-01T00:00:00Z")
                .unwrap();
        }
        let found = store.promoted("local").unwrap();
        assert_eq!(found[0].release.name, "1.1.0");
        assert_eq!(found[1].release.images["api"], "sha256:1.0.0");
    }

    #[test]
    fn a_file_that_is_no_history_is_named_and_left_alone() {
        let state = tempfile::tempdir().unwrap();
        let file = state.path().join("history.db");
        std::fs::write(&file, "not a database, and long enough to be looked at as one".repeat(20))
            .unwrap();
        let error = Store::open(state.path()).unwrap_err().to_string();
        assert!(error.contains("history.db"), "{error}");
        assert!(std::fs::read_to_string(&file).unwrap().starts_with("not a database"));
    }

    #[test]
    fn a_newer_programs_history_is_refused() {
        let state = tempfile::tempdir().unwrap();
        Store::open(state.path()).unwrap();
        let connection = Connection::open(state.path().join("history.db")).unwrap();
        connection.pragma_update(None, "user_version", VERSION + 1).unwrap();
        assert!(matches!(Store::open(state.path()), Err(StoreError::Newer { .. })));
    }
}
