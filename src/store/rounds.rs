//! Rounds of loads that later releases are held against, and the noise that was measured of them.

use rusqlite::{Row, params};
use serde::de::DeserializeOwned;

use super::{Store, StoreError};
use crate::model::{Calibration, KeptRounds, Verdict};

/// How many of the newest entries are looked through: hosts and loads change, and old ones are of no use.
const NEWEST: u32 = 50;

/// Names the kept rounds that a candidate is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Those of the last pass.
    Last,
    /// Those that somebody pinned last.
    Pinned,
}

impl Store {
    /// Keeps the rounds of a load case with their verdict; pinned ones stay the anchor until others are pinned.
    pub fn save_rounds(
        &self,
        kept: &KeptRounds,
        verdict: Verdict,
        pinned: bool,
    ) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO rounds
                 (environment, load_case, release, started, fingerprint, verdict, pinned, rounds)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                kept.environment,
                kept.case,
                kept.release,
                kept.started,
                kept.fingerprint.digest(),
                verdict.word(),
                pinned,
                self.written(kept)?
            ],
        )
    }

    /// Gives the rounds of a load case that passed or were pinned in an environment, the newest first.
    pub fn rounds(
        &self,
        environment: &str,
        case: &str,
        anchor: Anchor,
    ) -> Result<Vec<KeptRounds>, StoreError> {
        let which = match anchor {
            Anchor::Last => "verdict = 'pass'",
            Anchor::Pinned => "pinned",
        };
        let sql = format!(
            "SELECT rounds FROM rounds WHERE environment = ?1 AND load_case = ?2 AND {which}
             ORDER BY id DESC LIMIT {NEWEST}"
        );
        self.entries(&sql, [environment, case])
    }

    /// Keeps what was measured of a load case that was held against itself.
    pub fn save_calibration(&self, calibration: &Calibration) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO calibrations (load_case, started, fingerprint, calibration)
             VALUES (?1, ?2, ?3, ?4)",
            params![
                calibration.case,
                calibration.started,
                calibration.fingerprint.digest(),
                self.written(calibration)?
            ],
        )
    }

    /// Gives the calibrations of a load case, the newest first.
    pub fn calibrations(&self, case: &str) -> Result<Vec<Calibration>, StoreError> {
        let sql = format!(
            "SELECT calibration FROM calibrations WHERE load_case = ?1 ORDER BY id DESC LIMIT {NEWEST}"
        );
        self.entries(&sql, [case])
    }

    fn entries<T: DeserializeOwned>(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
    ) -> Result<Vec<T>, StoreError> {
        let texts = self.rows(sql, values, |row: &Row<'_>| row.get::<_, String>(0))?;
        texts.iter().map(|text| self.read(text)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Fingerprint, Number, Round};

    fn kept(release: &str, environment: &str) -> KeptRounds {
        KeptRounds {
            case: "browsing/shoppers".into(),
            environment: environment.into(),
            release: Some(release.into()),
            started: "2026-01-01T00:00:00Z".into(),
            fingerprint: Fingerprint::default(),
            rounds: vec![Round { numbers: vec![Number::new("p95", 41.2)] }],
        }
    }

    fn releases(store: &Store, anchor: Anchor) -> Vec<String> {
        let rounds = store.rounds("staging", "browsing/shoppers", anchor).unwrap();
        rounds.into_iter().map(|kept| kept.release.unwrap()).collect()
    }

    #[test]
    fn a_candidate_is_held_against_what_passed_last_or_was_pinned_and_never_against_a_failure() {
        let state = tempfile::tempdir().unwrap();
        let store = Store::open(state.path()).unwrap();
        for (release, verdict, pinned) in [
            ("1.0.0", Verdict::Pass, true),
            ("1.1.0", Verdict::Pass, false),
            ("1.2.0", Verdict::Fail, false),
            ("1.3.0", Verdict::Inconclusive, false),
        ] {
            store.save_rounds(&kept(release, "staging"), verdict, pinned).unwrap();
        }
        store.save_rounds(&kept("2.0.0", "local"), Verdict::Pass, true).unwrap();
        assert_eq!(releases(&store, Anchor::Last), ["1.1.0", "1.0.0"]);
        assert_eq!(releases(&store, Anchor::Pinned), ["1.0.0"]);
        let found = store.rounds("staging", "browsing/shoppers", Anchor::Pinned).unwrap();
        assert_eq!(found, [kept("1.0.0", "staging")]);
        assert!(store.rounds("staging", "browsing/others", Anchor::Last).unwrap().is_empty());
    }

    #[test]
    fn the_newest_calibration_of_a_load_case_comes_first() {
        let state = tempfile::tempdir().unwrap();
        let store = Store::open(state.path()).unwrap();
        let of = |pairs: usize| Calibration {
            case: "browsing/shoppers".into(),
            environment: "local".into(),
            started: "2026-01-01T00:00:00Z".into(),
            fingerprint: Fingerprint::default(),
            pairs,
            noise: vec![Number::new("p95", 4.1)],
        };
        for pairs in [10, 20] {
            store.save_calibration(&of(pairs)).unwrap();
        }
        assert_eq!(store.calibrations("browsing/shoppers").unwrap(), [of(20), of(10)]);
        assert!(store.calibrations("browsing/others").unwrap().is_empty());
    }
}
