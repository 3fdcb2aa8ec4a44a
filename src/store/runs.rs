//! The runs that were judged.

use rusqlite::{Row, params};

use super::history::{from_json, from_word, to_json};
use super::{Store, StoreError};
use crate::model::{Decision, Judgement, Run};

/// Is a run with its verdict, as it was kept.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptRun {
    /// Identity in the store.
    pub id: i64,
    /// What was asked and what came of it.
    pub run: Run,
    /// The one answer, and why.
    pub judgement: Judgement,
    /// What followed from it, where the command decided something.
    pub decision: Option<Decision>,
}

impl Store {
    /// Keeps a run with its verdict, and gives its identity.
    pub fn save_run(
        &mut self,
        run: &Run,
        judgement: &Judgement,
        decision: Option<Decision>,
    ) -> Result<i64, StoreError> {
        self.change(|change| {
            change.execute(
                "insert into runs
                     (environment, release, command, verdict, decision, started, run, judgement)
                 values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    run.environment,
                    run.release,
                    run.command,
                    judgement.verdict.word(),
                    decision.map(Decision::word),
                    run.started,
                    to_json(run),
                    to_json(judgement)
                ],
            )?;
            Ok(change.last_insert_rowid())
        })
    }

    /// Gives the last `most` runs of an environment, the newest first.
    pub fn runs(&self, environment: &str, most: u32) -> Result<Vec<KeptRun>, StoreError> {
        let select = "select * from runs where environment = ?1 order by id desc limit ?2";
        self.rows(select, params![environment, most], kept)
    }
}

fn kept(row: &Row<'_>) -> rusqlite::Result<KeptRun> {
    Ok(KeptRun {
        id: row.get("id")?,
        run: from_json(row, "run")?,
        judgement: from_json(row, "judgement")?,
        decision: from_word(row, "decision")?,
    })
}
