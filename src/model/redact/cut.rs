//! Texts that are cut, and the mark by which redaction finds what is left of a secret there.

/// Stands where a text was cut.
pub const CUT: char = '…';

/// Gives the first `most` characters of a text, and [`CUT`] after them where there are more.
#[must_use]
pub fn shorten(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}{CUT}", &text[..end]),
        None => text.to_owned(),
    }
}
