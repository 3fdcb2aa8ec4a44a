//! The history of one project, in `history.db` of its state folder.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, Row, params};
use serde::de::DeserializeOwned;
use thiserror::Error;

use super::schema::{VERSION, migrate};
use crate::model::{
    CheckResult, Decision, Deployment, DeploymentState, Judgement, Outcome, Release, Run,
};

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
    /// Another program keeps it to itself for longer than was waited.
    #[error("another program holds the history in {file}; try again once it has ended")]
    Busy {
        /// The file.
        file: String,
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

impl StoreError {
    fn of(file: String, cause: rusqlite::Error) -> Self {
        match cause.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy) => Self::Busy { file },
            _ => Self::Database { file, cause },
        }
    }
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
    /// When it was kept, RFC 3339 in UTC.
    pub promoted: String,
}

/// How many bytes a page of a new history has: a run is one row of many KiB, and each page takes a write of its own.
const PAGE: u32 = 16 << 10;

/// How long another program may keep the history to itself.
const BUSY: Duration = Duration::from_secs(5);

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
        let broken = |cause| StoreError::of(shown(), cause);
        let mut connection = Connection::open(&file).map_err(broken)?;
        connection.busy_timeout(BUSY).map_err(broken)?;
        connection.pragma_update(None, "page_size", PAGE).map_err(broken)?;
        let found = migrate(&mut connection).map_err(broken)?;
        if found > VERSION {
            return Err(StoreError::Newer { file: shown(), found });
        }
        connection.pragma_update(None, "foreign_keys", true).map_err(broken)?;
        Ok(Self { connection, file })
    }

    /// Keeps a run with its verdict; of a check that holds, neither its steps nor where it stood: whoever looks back asks
    /// when it held, and how long it took.
    pub fn save_run(
        &self,
        mut run: Run,
        judgement: &Judgement,
        decision: Option<Decision>,
    ) -> Result<(), StoreError> {
        for result in run.results.iter_mut().filter(|result| result.outcome == Outcome::Pass) {
            result.steps = Vec::new();
            result.check.place = None;
        }
        self.execute(
            "INSERT INTO runs (environment, started, command, verdict, decision, run)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                run.environment,
                run.started,
                run.command,
                judgement.verdict.word(),
                decision.map(Decision::word),
                self.written(&run)?
            ],
        )
    }

    /// Gives what came last of each check that the last hundred runs in an environment asked.
    pub fn last_results(&self, environment: &str) -> Result<Vec<CheckResult>, StoreError> {
        // Run by run: whoever reads keeps others from writing until the statement ends.
        let mut last = BTreeMap::new();
        for run in self.ids_of_runs(environment)? {
            let sql = "SELECT run FROM runs WHERE id = ?1";
            for text in self.rows(sql, [run], |row| row.get::<_, String>(0))? {
                let Run { results, .. } = self.read(&text)?;
                for result in results {
                    last.entry(result.check.id.clone()).or_insert(result);
                }
            }
        }
        Ok(last.into_values().collect())
    }

    /// Names the last hundred runs in an environment, newest first.
    fn ids_of_runs(&self, environment: &str) -> Result<Vec<i64>, StoreError> {
        let sql = "SELECT id FROM runs WHERE environment = ?1 ORDER BY id DESC LIMIT 100";
        self.rows(sql, [environment], |row| row.get(0))
    }

    /// Begins a deployment and gives its identity.
    pub fn begin_deployment(&self, deployment: &Deployment) -> Result<i64, StoreError> {
        // Each of its entries has to be there after a power failure too, the end of SQLite's own journal with it.
        self.connection
            .pragma_update(None, "synchronous", "EXTRA")
            .map_err(|cause| self.broken(cause))?;
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
        let broken = |cause| self.broken(cause);
        let both = self.connection.unchecked_transaction().map_err(broken)?;
        self.execute(
            "INSERT INTO deployment_events (deployment, at, state, note) VALUES (?1, ?2, ?3, ?4)",
            params![id, at, state.word(), note],
        )?;
        self.execute("UPDATE deployments SET state = ?2 WHERE id = ?1", params![id, state.word()])?;
        both.commit().map_err(broken)
    }

    /// Keeps where a deployment came.
    pub fn finish(&self, deployment: &Deployment) -> Result<(), StoreError> {
        self.execute(
            "UPDATE deployments SET state = ?2, deployment = ?3 WHERE id = ?1",
            params![deployment.id, deployment.state.word(), self.written(deployment)?],
        )
    }

    /// Gives the deployments of an environment, the newest first, each in the state that its journal
    /// came to: one that was killed is found where it was killed.
    pub fn deployments(&self, environment: &str) -> Result<Vec<Deployment>, StoreError> {
        let rows = self.rows(
            "SELECT id, state, deployment FROM deployments WHERE environment = ?1 ORDER BY id DESC",
            [environment],
            |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?)),
        )?;
        let read = |(id, state, text): (i64, String, String)| {
            let state = serde_json::from_value(state.into()).map_err(|e| self.unreadable(e))?;
            Ok(Deployment { id, state, ..self.read(&text)? })
        };
        rows.into_iter().map(read).collect()
    }

    /// Keeps a release that stands: one that was promoted, or ran before the first deployment.
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

    /// Takes a release out of those that stand, after a person rolled it back: nobody wants to be
    /// brought back to it.
    pub fn withdraw_release(
        &self,
        environment: &str,
        name: &str,
        at: &str,
    ) -> Result<(), StoreError> {
        self.execute(
            "UPDATE releases SET withdrawn = ?3
             WHERE environment = ?1 AND name = ?2 AND withdrawn IS NULL",
            params![environment, name, at],
        )
    }

    /// Gives the releases of an environment that stand, the newest first.
    pub fn promoted(&self, environment: &str) -> Result<Vec<StoredRelease>, StoreError> {
        let rows = self.rows(
            "SELECT name, images, model_file, promoted FROM releases
             WHERE environment = ?1 AND withdrawn IS NULL ORDER BY id DESC",
            [environment],
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

    /// Gives a release that stands, as it was kept last; none where it is not known.
    pub fn release(
        &self,
        environment: &str,
        name: &str,
    ) -> Result<Option<StoredRelease>, StoreError> {
        let mut promoted = self.promoted(environment)?.into_iter();
        Ok(promoted.find(|stored| stored.release.name == name))
    }

    pub(super) fn execute(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
    ) -> Result<(), StoreError> {
        let done = self.connection.execute(sql, values);
        done.map(drop).map_err(|cause| self.broken(cause))
    }

    pub(super) fn rows<T>(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.connection.prepare(sql).map_err(|cause| self.broken(cause))?;
        let rows = statement.query_map(values, |row| read(row));
        rows.and_then(Iterator::collect).map_err(|cause| self.broken(cause))
    }

    pub(super) fn written(&self, value: &impl serde::Serialize) -> Result<String, StoreError> {
        serde_json::to_string(value).map_err(|cause| self.unreadable(cause))
    }

    pub(super) fn read<T: DeserializeOwned>(&self, text: &str) -> Result<T, StoreError> {
        serde_json::from_str(text).map_err(|cause| self.unreadable(cause))
    }

    pub(super) fn unreadable(&self, cause: serde_json::Error) -> StoreError {
        StoreError::Entry { file: self.file.display().to_string(), cause }
    }

    pub(super) fn broken(&self, cause: rusqlite::Error) -> StoreError {
        StoreError::of(self.file.display().to_string(), cause)
    }
}
