//! The tables, and how an older file becomes this one.

use rusqlite::{Connection, TransactionBehavior};

/// The version that this program writes, in SQLite's `user_version`.
pub(super) const VERSION: u32 = 3;

/// Each entry takes a file from its own index to the next version.
const MIGRATIONS: [&str; VERSION as usize] = [
    "
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
",
    "
    ALTER TABLE releases ADD COLUMN withdrawn TEXT;
",
    "
    CREATE TABLE rounds (
        id INTEGER PRIMARY KEY,
        environment TEXT NOT NULL,
        load_case TEXT NOT NULL,
        release TEXT,
        started TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        verdict TEXT NOT NULL,
        pinned INTEGER NOT NULL,
        rounds TEXT NOT NULL
    ) STRICT;
    CREATE INDEX rounds_by_case ON rounds (environment, load_case, id);
    CREATE TABLE calibrations (
        id INTEGER PRIMARY KEY,
        load_case TEXT NOT NULL,
        started TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        calibration TEXT NOT NULL
    ) STRICT;
    CREATE INDEX calibrations_by_case ON calibrations (load_case, id);
",
];

/// Brings a file up to [`VERSION`], whole or not at all, and gives the version that it had.
///
/// A newer file is left as it is.
pub(super) fn migrate(connection: &mut Connection) -> rusqlite::Result<u32> {
    // Asking for the version inside lets a second program wait for the first one's tables.
    let whole = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: u32 = whole.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found < VERSION {
        for migration in &MIGRATIONS[found as usize..] {
            whole.execute_batch(migration)?;
        }
        whole.pragma_update(None, "user_version", VERSION)?;
    }
    whole.commit()?;
    Ok(found)
}
