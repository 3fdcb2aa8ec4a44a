//! The one way in which text leaves the program.
//!
//! A [`Redactor`] takes out the secrets that it knows. A [`Mask`] takes out what merely looks like a
//! secret too: what stands where secrets stand, and what looks random.

mod command;
mod cut;
mod encoding;
mod mask;
mod name;
mod place;
mod program;
mod span;
mod token;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;

use aho_corasick::AhoCorasick;

pub use cut::{CUT, shorten};
pub use mask::Mask;
pub use name::is_secret_name;
pub use place::secrets_of_url;

/// Stands where a secret stood.
pub const REDACTED: &str = "***";

/// The fewest characters at a cut that are taken for a part of a secret.
const TELLING: usize = 3;

/// Replaces known secrets, and the passwords of URLs, in any text.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    /// Each secret in each form in which a text may carry it.
    forms: Vec<encoding::Form>,
    /// Finds all forms in one pass; none where there is none.
    search: Option<AhoCorasick>,
}

impl Redactor {
    /// Knows `secrets`, and each in the forms in which JSON, URLs and base64 carry it. Empty ones
    /// are ignored.
    #[must_use]
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut redactor = Self::default();
        redactor.learn_all(secrets);
        redactor
    }

    /// Adds one more secret.
    pub fn learn(&mut self, secret: &str) {
        self.learn_all([secret.to_owned()]);
    }

    fn learn_all(&mut self, secrets: impl IntoIterator<Item = String>) {
        let known = self.forms.len();
        for secret in secrets {
            self.forms.extend(encoding::forms(&secret));
        }
        if self.forms.len() == known {
            return;
        }
        self.forms.sort_unstable();
        self.forms.dedup_by(|a, b| a.text == b.text);
        let search = AhoCorasick::new(self.forms.iter().map(|form| &form.text));
        self.search =
            Some(search.expect("secrets are few and short beside what a search can hold"));
    }

    /// Gives `text` with every known secret and every URL password replaced by [`REDACTED`].
    #[must_use]
    pub fn apply<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut spans = self.find(text);
        self.find_cut(text, &mut spans);
        place::passwords_of_urls(text, &mut spans);
        span::replace(text, spans)
    }

    /// Takes every secret out of a text that stays where it is.
    pub(super) fn clean(&self, text: &mut String) {
        if let Cow::Owned(clean) = self.apply(text) {
            *text = clean;
        }
    }

    /// Finds what is left of a secret where a text was cut: its beginning before the mark, or its end
    /// after it.
    fn find_cut(&self, text: &str, spans: &mut Vec<Range<usize>>) {
        if self.forms.is_empty() {
            return;
        }
        for (at, mark) in text.match_indices(CUT) {
            let (before, after) = (&text[..at], &text[at + mark.len()..]);
            for form in &self.forms {
                let lengths = (TELLING..form.text.len()).rev();
                let mut parts = lengths.filter(|length| form.text.is_char_boundary(*length));
                if let Some(length) = parts.find(|length| before.ends_with(&form.text[..*length])) {
                    spans.push(at - length..at);
                }
                let starts = (1..form.text.len().saturating_sub(TELLING - 1))
                    .filter(|start| form.text.is_char_boundary(*start));
                if let Some(end) =
                    starts.map(|start| &form.text[start..]).find(|end| after.starts_with(end))
                {
                    let from = at + mark.len();
                    spans.push(from..from + end.len());
                }
            }
        }
    }

    /// Finds every known secret, overlapping ones too, so that one inside another leaves nothing
    /// behind.
    fn find(&self, text: &str) -> Vec<Range<usize>> {
        let found = self.search.iter().flat_map(|search| search.find_overlapping_iter(text));
        found.map(|found| self.forms[found.pattern()].whole(text, found.range())).collect()
    }
}
