//! Waivers: each case is the `waivers.yaml` of a project that has environments local and staging.

use std::path::Path;

use crate::stage::Stage;

/// Gives what a person reads whose waivers are this file.
pub fn refusal(case: &Path) -> String {
    let stage = Stage::with_settings("project: shop\nenvironments: { local: {}, staging: {} }\n");
    stage.write("waivers.yaml", &std::fs::read_to_string(case).unwrap());
    stage.refusal(&["diff"])
}
