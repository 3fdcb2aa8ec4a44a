//! The places in a text at which secrets stand.

use std::borrow::Cow;
use std::ops::Range;

use super::REDACTED;

/// Gives `text` with each of `spans` replaced, overlapping ones as one.
pub(super) fn replace(text: &str, mut spans: Vec<Range<usize>>) -> Cow<'_, str> {
    spans.retain(|span| !matches!(&text[span.clone()], "" | REDACTED));
    if spans.is_empty() {
        return Cow::Borrowed(text);
    }
    spans.sort_unstable_by_key(|span| (span.start, span.end));
    let mut replaced = String::with_capacity(text.len());
    let mut kept = 0;
    let mut spans = spans.into_iter().peekable();
    while let Some(Range { start, mut end }) = spans.next() {
        while let Some(next) = spans.next_if(|next| next.start < end) {
            end = end.max(next.end);
        }
        replaced.push_str(&text[kept..start]);
        replaced.push_str(REDACTED);
        kept = end;
    }
    replaced.push_str(&text[kept..]);
    Cow::Owned(replaced)
}
