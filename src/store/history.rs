//! The file that holds the history.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::types::Type;
use rusqlite::{Connection, Params, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoreError;
use super::schema::{Obstacle, VERSION, migrate};

const FILE: &str = "history.db";
/// How long a call waits while another process writes.
const PATIENCE: Duration = Duration::from_secs(5);

/// Holds the history of one state folder.
#[derive(Debug)]
pub struct Store {
    pub(super) connection: Connection,
    pub(super) state: PathBuf,
    pub(super) file: PathBuf,
}

impl Store {
    /// Opens the history in the folder `state`, and makes both where they are missing.
    ///
    /// # Errors
    ///
    /// When the file is damaged or was written by a newer Proofmark, and when the folder cannot be
    /// written.
    pub fn open(state: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(state)
            .map_err(|cause| StoreError::Folder { folder: state.to_owned(), cause })?;
        let file = state.join(FILE);
        let connection = prepared(&file).map_err(|obstacle| match obstacle {
            Obstacle::Newer(found) => {
                StoreError::Newer { file: file.clone(), found, known: VERSION }
            }
            Obstacle::Database(cause) => StoreError::of(&file, cause),
        })?;
        Ok(Self { connection, state: state.to_owned(), file })
    }

    /// Reads every row that `select` finds.
    pub(super) fn rows<T>(
        &self,
        select: &str,
        values: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let all = || {
            let mut select = self.connection.prepare(select)?;
            select.query_map(values, read)?.collect::<rusqlite::Result<Vec<T>>>()
        };
        all().map_err(|cause| StoreError::of(&self.file, cause))
    }

    /// Makes one change to the file, all of it or nothing.
    pub(super) fn change<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let attempt = || {
            let change = self.connection.transaction()?;
            let value = work(&change)?;
            change.commit()?;
            Ok(value)
        };
        attempt().map_err(|cause| StoreError::of(&self.file, cause))
    }
}

fn prepared(file: &Path) -> Result<Connection, Obstacle> {
    let mut connection = Connection::open(file)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // A state that was journaled has to survive the loss of power, not only of the process.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    migrate(&mut connection)?;
    Ok(connection)
}

/// Gives plain data as the text that a column holds.
pub(super) fn to_json(data: &impl Serialize) -> String {
    serde_json::to_string(data).expect("plain data has string keys and no failing fields")
}

/// Reads a column that [`to_json`] wrote.
pub(super) fn from_json<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|cause| unreadable(row, column, cause))
}

/// Reads a column that holds the word of an enumeration.
pub(super) fn from_word<T: DeserializeOwned>(
    row: &Row<'_>,
    column: &str,
) -> rusqlite::Result<Option<T>> {
    let Some(word) = row.get::<_, Option<String>>(column)? else { return Ok(None) };
    let value = serde_json::Value::String(word);
    serde_json::from_value(value).map(Some).map_err(|cause| unreadable(row, column, cause))
}

fn unreadable(row: &Row<'_>, column: &str, cause: serde_json::Error) -> rusqlite::Error {
    let index = row.as_ref().column_index(column).unwrap_or_default();
    rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(cause))
}
