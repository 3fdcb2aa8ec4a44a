//! What a target said is shown, never obeyed.

use std::borrow::Cow;

use serde::Serialize;

use super::words::plural;

/// Gives text in which control characters are spelled out, as `\u{1b}`, instead of acted upon.
///
/// A response body or a log line can carry escape sequences that repaint a terminal, marks that
/// reverse the reading direction, and characters that XML forbids. Lines and tabs are kept; the end
/// of a line becomes a plain newline.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_acted_upon) {
        return Cow::Borrowed(text);
    }
    let mut seen = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        if is_acted_upon(c) {
            seen.extend(c.escape_unicode());
        } else {
            seen.push(c);
        }
    }
    Cow::Owned(seen)
}

/// Gives what was sent or received with so few headers that its body begins within the first `most` lines: where all do not
/// fit, the body says more.
pub(super) fn with_its_body(text: &str, most: usize) -> Cow<'_, str> {
    let Some((head, body)) = text.split_once("\n\n") else { return text.into() };
    let headers: Vec<&str> = head.lines().collect();
    let room = most / 2;
    if headers.len() <= room {
        return text.into();
    }
    let (shown, left) = headers.split_at(room - 1);
    let more = plural(left.len(), "more header");
    format!("{}\n… {more}\n\n{body}", shown.join("\n")).into()
}

/// Writes a value as JSON, ending in a newline, whose strings carry nothing that a terminal would act upon.
///
/// JSON itself demands an escape for the first 32 characters only. The others can stand nowhere but
/// in a string, so that escaping them changes no value.
pub(super) fn json(value: &impl Serialize) -> String {
    let raw = serde_json::to_string_pretty(value).expect("plain data with string keys");
    let mut text = String::with_capacity(raw.len() + 1);
    for c in raw.chars() {
        if is_acted_upon(c) {
            let mut units = [0; 2];
            text.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            text.push(c);
        }
    }
    text.push('\n');
    text
}

/// Whether a terminal, a browser or an XML reader would do something else than draw `c`.
pub(super) fn is_acted_upon(c: char) -> bool {
    let is_noncharacter =
        (u32::from(c) & 0xfffe) == 0xfffe || ('\u{fdd0}'..='\u{fdef}').contains(&c);
    (c.is_control() && !matches!(c, '\n' | '\t')) || reorders(c) || is_noncharacter
}

/// Whether `c` moves text about without being seen: directional marks, separators, a stray BOM.
fn reorders(c: char) -> bool {
    matches!(c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_body_is_in_sight_however_many_headers_stand_before_it() {
        let shown = format!("500{}\n\n{{}}", "\nx: 1".repeat(12));
        let shown = with_its_body(&shown, 10);
        assert_eq!(shown, "500\nx: 1\nx: 1\nx: 1\n… 9 more headers\n\n{}");
        for whole in ["500\nx-0: 1\n\n{}", "a\nb\nc\nd\ne\nf\ng"] {
            assert_eq!(with_its_body(whole, 10), whole);
        }
    }

    #[test]
    fn escape_sequences_and_reversing_marks_are_spelled_out() {
        assert_eq!(visible("a\x1b[31mb\0\x7f"), r"a\u{1b}[31mb\u{0}\u{7f}");
        assert_eq!(visible("gpj.\u{202e}exe \u{9b}2J"), r"gpj.\u{202e}exe \u{9b}2J");
    }

    #[test]
    fn lines_tabs_and_letters_of_any_script_stay() {
        assert_eq!(visible("Größe\t価格\r\nend"), "Größe\t価格\nend");
        assert!(matches!(visible("a\n\tb"), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn nothing_is_left_that_would_be_acted_upon(text in any::<String>()) {
            prop_assert!(!visible(&text).contains(is_acted_upon));
        }
    }
}
