//! What a series of rounds leaves beside its checks.

use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::model::{Calibration, KeptRounds};
use crate::store::{Readers, replace_file};

/// Keeps what was measured while it is measured, and tells how far it came.
pub struct Ledger {
    /// Where the pairs of rounds are written, as [`read`](super::super::rounds::read) reads them.
    out: Option<PathBuf>,
    /// Hears of each pair.
    tell: Box<dyn Fn(&str) + Send + Sync>,
    entries: Mutex<Vec<Entry>>,
}

/// Is what one load case gave.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// The load case, as `suite/case`.
    pub case: String,
    /// The identities of its checks begin with this.
    pub checks: String,
    /// The candidate's rounds, where all of them were measured.
    pub kept: Option<KeptRounds>,
    /// What it was held against, one table each.
    pub tables: Vec<Table>,
    /// Its noise, where it was held against itself.
    pub calibration: Option<Calibration>,
}

/// Names the checks that are shown under each other.
#[derive(Debug, Clone)]
pub struct Table {
    /// What stands above it.
    pub title: String,
    /// Each metric with the identity of its check.
    pub rows: Vec<(String, String)>,
}

impl Ledger {
    /// Begins one that writes pairs into a file, where one is named, and tells of each.
    #[must_use]
    pub fn new(out: Option<PathBuf>, tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { out, tell: Box::new(tell), entries: Mutex::default() }
    }

    /// Gives what was kept.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Tells something to whoever waits.
    pub fn tell(&self, words: &str) {
        (self.tell)(words);
    }

    pub(super) fn keep(&self, entry: Entry) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }

    /// Puts the pairs so far in place of what the file held.
    pub(super) fn write(&self, pairs: &str) -> io::Result<()> {
        let Some(out) = &self.out else { return Ok(()) };
        replace_file(out, pairs.as_bytes(), Readers::Everybody)
    }
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger").field("out", &self.out).finish_non_exhaustive()
    }
}
