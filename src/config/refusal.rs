//! Why YAML is refused: what stands there, what belongs there, and how it is mended.

use super::source::{Source, suggestion};
use super::yaml::{Flaw, Kind, Shape};
use crate::model::Diagnostic;

/// Turns what is wrong with a file into a refusal with its place and a remedy.
pub(super) fn refusal(source: &Source, flaw: Flaw) -> Diagnostic {
    let (message, help) = explained(flaw.kind);
    let refusal = match flaw.at {
        Some(at) => source.refuse(at, message),
        None => source.refuse_whole(message),
    };
    refusal.help(help)
}

/// Gives what is wrong in words, and how it is mended.
fn explained(kind: Kind) -> (String, String) {
    match kind {
        Kind::Twice(key) => (format!("`{key}` is given twice"), "keep one of the two".to_owned()),
        Kind::Unknown(key, known) => {
            (format!("there is no key `{key}` here"), suggestion(&key, known))
        }
        Kind::Missing(key) => (format!("`{key}` is missing here"), format!("add `{key}:`")),
        Kind::NoVariant(word, known) => {
            (format!("`{word}` is not known here"), format!("use one of {}", known.join(", ")))
        }
        Kind::Shape { wanted, found } => {
            let (wanted, help) = match wanted {
                Shape::Text => (
                    "a text",
                    "write one text, in quotes where it holds `: ` or ` #` or begins with a sign",
                ),
                Shape::List => (
                    "a list",
                    "write `[first, second]`, or each entry on a line of its own that begins with `- `",
                ),
                Shape::Map => (
                    "a map",
                    "write `{ key: value }`, or each `key: value` on a line of its own, further in",
                ),
            };
            (format!("{wanted} belongs here, not {found}"), help.to_owned())
        }
        Kind::Other(words, help) => (words, help.to_owned()),
        Kind::Syntax(words) => (
            words,
            "write a text that holds `: ` in quotes, close each bracket and quote, and indent with spaces"
                .to_owned(),
        ),
    }
}
