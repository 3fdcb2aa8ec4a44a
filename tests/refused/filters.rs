//! Filter expressions: one file a case.

use std::path::Path;

use proofmark::suite::Filter;

/// Gives what a person reads who typed this expression.
pub fn refusal(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    match Filter::parse(text.trim_end_matches('\n')) {
        Ok(_) => "nothing is refused".to_owned(),
        Err(refusal) => refusal.render(false),
    }
}
