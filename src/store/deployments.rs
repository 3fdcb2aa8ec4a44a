//! The journal of deployments: what is about to happen is written down before it does.

use rusqlite::{Connection, Row, named_params, params};
use serde::Serialize;

use super::history::{from_json, from_word, to_json};
use super::{Store, StoreError};
use crate::model::{Deployment, DeploymentState, Trigger};

/// Is one line of a deployment's journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeploymentEvent {
    /// Which line of that deployment, from one.
    pub sequence: i64,
    /// The state that it entered.
    pub state: DeploymentState,
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// What for, in a few words.
    pub note: String,
}

impl Store {
    /// Begins the journal of a deployment and gives the identity that it has from now on.
    pub fn begin_deployment(
        &mut self,
        deployment: &Deployment,
        note: &str,
    ) -> Result<i64, StoreError> {
        self.change(|change| {
            change.execute(
                "insert into deployments (environment, to_release, state, because, started)
                 values (?1, ?2, ?3, '[]', ?4)",
                params![
                    deployment.environment,
                    deployment.to,
                    deployment.state.word(),
                    deployment.started
                ],
            )?;
            let begun = Deployment { id: change.last_insert_rowid(), ..deployment.clone() };
            write(change, &begun, note, &begun.started)?;
            Ok(begun.id)
        })
    }

    /// Writes down the state that a deployment enters, with everything known about it by then.
    pub fn advance(
        &mut self,
        deployment: &Deployment,
        note: &str,
        at: &str,
    ) -> Result<(), StoreError> {
        self.change(|change| write(change, deployment, note, at))
    }

    /// Gives the deployments of an environment, the newest first.
    pub fn deployments(&self, environment: &str) -> Result<Vec<Deployment>, StoreError> {
        let select = "select * from deployments where environment = ?1 order by id desc";
        self.rows(select, [environment], deployment)
    }

    /// Gives the newest deployment of an environment, where it ended nowhere: its process died.
    ///
    /// Only the holder of the environment's [`super::Lock`] can tell that from one under way.
    pub fn unfinished(&self, environment: &str) -> Result<Option<Deployment>, StoreError> {
        let select = "select * from deployments where environment = ?1 order by id desc limit 1";
        let newest = self.rows(select, [environment], deployment)?.pop();
        Ok(newest.filter(|deployment| !deployment.state.is_final()))
    }

    /// Gives the journal of one deployment, in order.
    pub fn events(&self, deployment: i64) -> Result<Vec<DeploymentEvent>, StoreError> {
        let select = "select * from deployment_events where deployment = ?1 order by sequence";
        self.rows(select, [deployment], event)
    }
}

pub(super) fn write(
    change: &Connection,
    deployment: &Deployment,
    note: &str,
    at: &str,
) -> rusqlite::Result<()> {
    change.execute(
        "update deployments set from_release = :from, state = :state, cause = :cause,
             because = :because, backup = :backup, ended = :ended
         where id = :id",
        named_params! {
            ":id": deployment.id,
            ":from": deployment.from,
            ":state": deployment.state.word(),
            ":cause": deployment.trigger.map(word),
            ":because": to_json(&deployment.because),
            ":backup": deployment.backup,
            ":ended": deployment.ended,
        },
    )?;
    change.execute(
        "insert into deployment_events (deployment, sequence, state, at, note)
         select ?1, coalesce(max(sequence), 0) + 1, ?2, ?3, ?4
         from deployment_events where deployment = ?1",
        params![deployment.id, deployment.state.word(), at, note],
    )?;
    Ok(())
}

/// Gives a trigger's machine-readable word, which its JSON is in quotes.
fn word(trigger: Trigger) -> String {
    to_json(&trigger).trim_matches('"').to_owned()
}

fn deployment(row: &Row<'_>) -> rusqlite::Result<Deployment> {
    Ok(Deployment {
        id: row.get("id")?,
        environment: row.get("environment")?,
        from: row.get("from_release")?,
        to: row.get("to_release")?,
        state: state(row)?,
        trigger: from_word(row, "cause")?,
        because: from_json(row, "because")?,
        backup: row.get("backup")?,
        started: row.get("started")?,
        ended: row.get("ended")?,
    })
}

fn event(row: &Row<'_>) -> rusqlite::Result<DeploymentEvent> {
    Ok(DeploymentEvent {
        sequence: row.get("sequence")?,
        state: state(row)?,
        at: row.get("at")?,
        note: row.get("note")?,
    })
}

fn state(row: &Row<'_>) -> rusqlite::Result<DeploymentState> {
    from_word(row, "state")?.ok_or(rusqlite::Error::QueryReturnedNoRows)
}
