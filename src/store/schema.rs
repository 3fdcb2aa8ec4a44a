//! The tables, and how an older file becomes this one.

use rusqlite::Connection;

/// The version that this program writes, in SQLite's `user_version`.
pub(super) const VERSION: u32 = 1;

/// Each entry takes a file from its own index to the next version.
const MIGRATIONS: [&str; VERSION as usize] = ["
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY,
        environment TEXT NOT NULL,
        started TEXT NOT NULL,
        command TEXT NOT NULL,
        verdict TEXT NOT NULL,
        decision TEXT,
        run TEXT NOT NULL
    ) STRICT;
    CREATE INDEX runs_by_environment ON runs (environment, started);
    CREATE TABLE deployments (
        id INTEGER PRIMARY KEY,
        environment TEXT NOT NULL,
        started TEXT NOT NULL,
        state TEXT NOT NULL,
        deployment TEXT NOT NULL
    ) STRICT;
    CREATE INDEX deployments_by_environment ON deployments (environment, id);
    CREATE TABLE deployment_events (
        deployment INTEGER NOT NULL REFERENCES deployments (id),
        at TEXT NOT NULL,
        state TEXT NOT NULL,
        note TEXT NOT NULL
    ) STRICT;
    CREATE TABLE releases (
        id INTEGER PRIMARY KEY,
        environment TEXT NOT NULL,
        name TEXT NOT NULL,
        promoted TEXT NOT NULL,
        images TEXT NOT NULL,
        model_file TEXT NOT NULL
    ) STRICT;
    CREATE INDEX releases_by_environment ON releases (environment, id);
"];

/// Brings a file up to [`VERSION`], each step whole or not at all.
pub(super) fn migrate(connection: &mut Connection) -> rusqlite::Result<u32> {
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for (version, migration) in (1..).zip(MIGRATIONS).skip(found as usize) {
        let step = connection.transaction()?;
        step.execute_batch(migration)?;
        step.pragma_update(None, "user_version", version)?;
        step.commit()?;
    }
    Ok(found)
}
