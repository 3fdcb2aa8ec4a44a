//! Baselines: a `.snap` is refused as the snapshot of `api`, and the words of an `.args` are refused
//! where everything of `fixtures/waiting` waits for a review.

use std::path::Path;

use crate::root;
use crate::stage::Stage;

/// Gives what a person reads whose baseline holds this file, or who types these words.
pub fn refusal(case: &Path) -> String {
    let text = std::fs::read_to_string(case).unwrap();
    if case.extension().is_some_and(|ending| ending == "args") {
        let arguments: Vec<&str> = text.split_whitespace().collect();
        return Stage::with_copy_of(&root().join("fixtures/waiting")).refusal(&arguments);
    }
    let stage = Stage::with_settings("project: shop\nenvironments: { local: {} }\n");
    stage.write("baselines/api.snap", &text);
    stage.refusal(&["pending"])
}
