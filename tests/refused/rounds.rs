//! Rounds: each case is a file for `proofmark judge`, and the words of an `.args` are options that are
//! refused where nothing is wrong with the rounds.

use std::path::Path;

use crate::root;
use crate::stage::Stage;

/// Gives what a person reads whose rounds are this file, or who types these words.
pub fn refusal(case: &Path) -> String {
    let text = std::fs::read_to_string(case).unwrap();
    if case.extension().is_some_and(|ending| ending == "args") {
        let options: Vec<&str> = text.split_whitespace().collect();
        let stage = Stage::with_copy_of(&root().join("fixtures/rounds"));
        return stage.refusal(&[&["judge", "unchanged.csv"], &options[..]].concat());
    }
    let stage = Stage::with_settings("");
    let name = case.file_name().unwrap().to_str().unwrap();
    stage.write(name, &text);
    stage.refusal(&["judge", name])
}
