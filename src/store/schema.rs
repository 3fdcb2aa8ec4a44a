//! The tables of the history, and how an older file becomes one of this version.

use rusqlite::{Connection, TransactionBehavior};

/// The `user_version` of a file that has every table below.
pub(super) const VERSION: u32 = 1;

/// Each step that leads from one `user_version` to the next; never changed once released.
const MIGRATIONS: [&str; VERSION as usize] = ["
    create table deployments (
        id           integer primary key,
        environment  text not null,
        from_release text,
        to_release   text not null,
        state        text not null,
        cause        text,
        because      text not null,
        backup       text,
        started      text not null,
        ended        text
    ) strict;
    create index deployments_of_environment on deployments (environment, id);

    create table deployment_events (
        deployment integer not null references deployments (id),
        sequence   integer not null,
        state      text not null,
        at         text not null,
        note       text not null,
        primary key (deployment, sequence)
    ) strict, without rowid;

    create table runs (
        id          integer primary key,
        environment text not null,
        release     text,
        command     text not null,
        verdict     text not null,
        decision    text,
        started     text not null,
        run         text not null,
        judgement   text not null
    ) strict;
    create index runs_of_environment on runs (environment, id);

    create table releases (
        id           integer primary key,
        environment  text not null,
        name         text not null,
        images       text not null,
        model_file   text not null,
        promoted_at  text not null,
        withdrawn_at text
    ) strict;
    create index releases_of_environment on releases (environment, id);
"];

/// Says why a file cannot be brought to this version.
pub(super) enum Obstacle {
    /// It has a version that nobody here knows.
    Newer(u32),
    /// The database refused.
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for Obstacle {
    fn from(cause: rusqlite::Error) -> Self {
        Self::Database(cause)
    }
}

/// Brings the file to this version, all steps or none, while no other process does the same.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Obstacle> {
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: u32 = change.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version > VERSION {
        return Err(Obstacle::Newer(version));
    }
    for step in MIGRATIONS.iter().skip(version as usize) {
        change.execute_batch(step)?;
    }
    change.pragma_update(None, "user_version", VERSION)?;
    Ok(change.commit()?)
}
