//! Why YAML is refused: what stands there, what belongs there, and how it is mended.

use serde_saphyr::{Error, Location};

use super::source::{Source, suggestion};
use crate::model::Diagnostic;

/// Turns what the YAML reader says into a refusal with its place and a remedy.
pub(super) fn refusal(source: &Source, error: &Error) -> Diagnostic {
    let at = error.location().unwrap_or(Location::UNKNOWN);
    match error.without_snippet() {
        Error::SerdeUnknownField { field, expected, .. } => {
            let refusal = source.refuse(at, format!("there is no key `{field}` here"));
            refusal.help(suggestion(field, expected))
        }
        Error::DuplicateMappingKey { key: Some(key), .. } => {
            source.refuse(at, format!("`{key}` is given twice")).help("keep one of the two")
        }
        Error::SerdeMissingField { field, .. } => {
            source.refuse(at, format!("`{field}` is missing here")).help(format!("add `{field}:`"))
        }
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            let refusal = source.refuse(at, format!("`{variant}` is not known here"));
            refusal.help(format!("use one of {}", expected.join(", ")))
        }
        Error::Unexpected { expected, .. } => match shape(expected) {
            Some((wanted, help)) => {
                let found = found(source, at);
                source.refuse(at, format!("{wanted} belongs here, not {found}")).help(help)
            }
            None => in_the_words_of_the_reader(source, at, error),
        },
        Error::NullIntoString { .. } => {
            source.refuse(at, "a text belongs here, not nothing").help(A_TEXT)
        }
        _ => in_the_words_of_the_reader(source, at, error),
    }
}

/// Tells a key that is wrong from everything else.
pub(super) fn is_about_a_key(error: &Error) -> bool {
    let error = error.without_snippet();
    matches!(
        error,
        Error::SerdeUnknownField { .. } | Error::DuplicateMappingKey { key: Some(_), .. }
    )
}

const A_TEXT: &str = "write one text, in quotes where it holds `: ` or ` #` or begins with a sign";

/// Gives what the reader waited for in words for a person, and how it is written.
fn shape(expected: &str) -> Option<(&'static str, &'static str)> {
    match expected {
        "string scalar" | "scalar" => Some(("a text", A_TEXT)),
        "sequence start" => Some((
            "a list",
            "write `[first, second]`, or each entry on a line of its own that begins with `- `",
        )),
        "mapping start" => Some((
            "a map",
            "write `{ key: value }`, or each `key: value` on a line of its own, further in",
        )),
        _ => None,
    }
}

fn in_the_words_of_the_reader(source: &Source, at: Location, error: &Error) -> Diagnostic {
    let words = error.without_snippet().to_string();
    source
        .refuse(at, without_location(&words))
        .help("write a text that holds `: ` in quotes, close each bracket and quote, and indent with spaces")
}

/// Names what stands at a place, as far as its first characters tell.
fn found(source: &Source, at: Location) -> &'static str {
    let index = |number: u64| usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
    let line = source.text.lines().nth(index(at.line())).unwrap_or_default();
    let rest: String = line.chars().skip(index(at.column())).collect();
    let rest = rest.split(" #").next().unwrap_or_default().trim();
    match rest.chars().next() {
        None | Some('#' | '~' | ',' | ']' | '}') => "nothing",
        Some('[') => "a list",
        Some('{') => "a map",
        Some('"' | '\'' | '|' | '>') => "a text",
        _ if rest == "-" || rest.starts_with("- ") => "a list",
        _ if rest.contains(": ") || rest.ends_with(':') => "a map",
        _ if rest == "null" => "nothing",
        _ if matches!(rest, "true" | "false") => "a boolean",
        _ if rest.parse::<f64>().is_ok() => "a number",
        _ => "a text",
    }
}

/// Takes the reader's own `line 3 column 5` off its message, which the drawing already shows.
fn without_location(message: &str) -> &str {
    let message = message.split(" at line ").next().unwrap_or(message);
    match message.strip_prefix("error: line ").and_then(|rest| rest.split_once(": ")) {
        Some((_, rest)) => rest,
        None => message,
    }
}
