//! Baselines: a `.snap` is refused as the snapshot of `api`.

use std::path::Path;

use crate::stage::Stage;

/// Gives what a person reads whose baseline holds this file.
pub fn refusal(case: &Path) -> String {
    let stage = Stage::with_settings("project: shop\nenvironments: { local: {} }\n");
    stage.write("baselines/api.snap", &std::fs::read_to_string(case).unwrap());
    stage.refusal(&["review"])
}
