//! Compose files: each case is recorded without an engine, and nothing is written.

use std::path::Path;

use crate::stage::Stage;

/// Gives what a person reads whose Compose file this is.
pub fn refusal(case: &Path) -> String {
    let stage = Stage::with_settings("");
    let name = case.file_name().unwrap().to_str().unwrap();
    stage.write(name, &std::fs::read_to_string(case).unwrap());
    stage.refusal(&["record", "--static", "--file", name, "--out", "recorded"])
}
