//! What a generator says to the program that started it: one JSON text a line.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use crate::model::{LoadRecord, LoadSecond};

/// Is one line of a generator's stdout.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    /// What was seen in the second that just passed.
    Second(LoadSecond),
    /// What came of it all; the last line.
    Record(Box<LoadRecord>),
}

impl Line {
    /// Writes it at once.
    pub fn print(&self, to: &mut impl Write) -> io::Result<()> {
        let text = serde_json::to_string(self).map_err(io::Error::other)?;
        writeln!(to, "{text}")?;
        to.flush()
    }
}
