//! Regular expressions that a person wrote.

use regex::Regex;

/// Reads one, or says in a line why it is none.
pub(super) fn read(text: &str) -> Result<Regex, String> {
    Regex::new(text).map_err(|error| {
        let text = error.to_string();
        let cause = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
        format!("this is not a regular expression: {cause}")
    })
}
