//! What the parser refuses, in words for whoever wrote the file.

use granit_parser::{ErrorKind, ScanError};

use super::flaw::{Flaw, Kind};
use crate::model::Span;

/// Gives the place of what the parser tells.
pub(super) fn placed(span: granit_parser::Span) -> Span {
    let length = narrow(span.end.index().saturating_sub(span.start.index())).max(1);
    Span { line: narrow(span.start.line()), column: narrow(span.start.col() + 1), length }
}

/// Says what the parser refuses.
pub(super) fn refused(cause: &ScanError) -> Flaw {
    let at = cause.marker();
    let at = Span { line: narrow(at.line()), column: narrow(at.col() + 1), length: 1 };
    Flaw::new(at, Kind::Syntax(in_plain_words(cause)))
}

fn in_plain_words(cause: &ScanError) -> String {
    let words = match cause.kind() {
        ErrorKind::UnclosedFlowCollection { open } => {
            return format!("the bracket `{open}` is not closed");
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            return format!("`{close}` stands here, and `{open}` is what would have to be closed");
        }
        ErrorKind::UnexpectedCharacter { character } if character.is_control() => {
            return format!("the character {} cannot stand here", character.escape_unicode());
        }
        ErrorKind::UnexpectedCharacter { character } => {
            return format!("a text that begins with `{character}` stands in quotes");
        }
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
            "the quote that begins here is not closed"
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar
        | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            "nothing can stand behind the closing quote"
        }
        ErrorKind::UnknownQuotedScalarEscape => {
            "there is no such escape in double quotes; in single quotes a `\\` is only itself"
        }
        ErrorKind::SimpleKeyExpected => "a `:` with a space behind it is missing before this",
        ErrorKind::InvalidSimpleKey
        | ErrorKind::MappingKeyNotAllowed
        | ErrorKind::MappingValueNotAllowed => {
            "no key can stand here; a text that holds `: ` stands in quotes"
        }
        ErrorKind::InvalidColonPlacement => {
            "no key can stand here: a bracket before it is not closed"
        }
        ErrorKind::InvalidMappingValueWhitespace
        | ErrorKind::FlowMappingValueAdjacentCollection => {
            "a key in brackets stands in quotes where it holds brackets or a `:`"
        }
        ErrorKind::InvalidFlowScalarIndent => "a bracket before this is not closed",
        ErrorKind::InvalidQuotedScalarIndent => {
            "a quote before this is not closed, or its text is not further in than its key"
        }
        ErrorKind::TabInPlainScalar => "a tab stands in this text or before the line after it",
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart => "a tab cannot indent a line",
        ErrorKind::InvalidIndentation
        | ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry => {
            "this does not go on with what stands before it: a line is too far in or not far enough"
        }
        ErrorKind::ExpectedFlowMappingSeparator => {
            "a `,` or the closing `}` is missing before this"
        }
        ErrorKind::ExpectedFlowSequenceSeparator => {
            "a `,` or the closing `]` is missing before this"
        }
        ErrorKind::ExpectedNodeContent => "a value is missing here",
        ErrorKind::MisplacedFlowCollectionEnd => "this bracket closes nothing",
        ErrorKind::BlockEntryInFlowCollection | ErrorKind::BlockSequenceEntryNotAllowed => {
            "no entry of a list can begin here"
        }
        ErrorKind::MissingAnchorOrAliasName => {
            "a text that begins with `*` or `&`, or holds one behind a bracket, stands in quotes"
        }
        ErrorKind::UnknownAnchor => "nothing before this has that anchor",
        ErrorKind::RecursionLimitExceeded => "lists and maps stand in each other too often here",
        ErrorKind::ExpectedDocumentStart => "nothing can stand behind the end of the document",
        _ => return cause.info(),
    };
    words.to_owned()
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
