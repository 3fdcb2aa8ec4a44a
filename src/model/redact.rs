//! The one way in which text leaves the program.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Stands where a secret stood.
pub const REDACTED: &str = "***";

static URL_PASSWORD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?P<head>[A-Za-z][A-Za-z0-9+.-]*://[^\s:/?#@]*):(?P<password>[^\s/?#]+)@")
        .expect("the pattern is a constant that a test compiles")
});

/// Replaces known secrets, and the passwords of URLs, in any text.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    /// Longest first, so that a secret inside another leaves nothing behind.
    secrets: Vec<String>,
}

impl Redactor {
    /// Knows `secrets`, and each in the forms in which JSON and URLs carry it. Empty ones are
    /// ignored.
    #[must_use]
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut redactor = Self::default();
        for secret in secrets {
            redactor.learn(&secret);
        }
        redactor
    }

    /// Adds one more secret.
    pub fn learn(&mut self, secret: &str) {
        if secret.is_empty() {
            return;
        }
        let json = serde_json::Value::from(secret).to_string();
        for form in [secret, &json[1..json.len() - 1], &percent_encoded(secret)] {
            if !self.secrets.iter().any(|known| known == form) {
                self.secrets.push(form.to_owned());
            }
        }
        self.secrets.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    }

    /// Gives `text` with every known secret and every URL password replaced by [`REDACTED`].
    #[must_use]
    pub fn apply<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut text = Cow::Borrowed(text);
        for secret in &self.secrets {
            if text.contains(secret.as_str()) {
                text = Cow::Owned(text.replace(secret.as_str(), REDACTED));
            }
        }
        if let Cow::Owned(replaced) = URL_PASSWORD
            .replace_all(&text, |found: &Captures<'_>| format!("{}:{REDACTED}@", &found["head"]))
        {
            text = Cow::Owned(replaced);
        }
        text
    }
}

fn percent_encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_url_keeps_its_user_and_loses_its_password() {
        let redacted =
            Redactor::default().apply("at postgres://shop:hun:ter2@db/shop, no?").into_owned();
        assert_eq!(redacted, "at postgres://shop:***@db/shop, no?");
    }

    #[test]
    fn the_longer_of_two_overlapping_secrets_goes_whole() {
        let redactor = Redactor::new(["hunter".to_owned(), "hunter2".to_owned()]);
        assert_eq!(redactor.apply("x hunter2 y"), "x *** y");
    }

    proptest! {
        #[test]
        fn no_secret_survives_in_plain_json_or_url_form(
            secret in "[!-~]{6,24}", before in "[a-z ]{0,8}", after in "[a-z ]{0,8}",
        ) {
            prop_assume!(!before.contains(&secret) && !secret.contains('*'));
            let redactor = Redactor::new([secret.clone()]);
            let json = serde_json::json!({ "value": secret }).to_string();
            for carrier in [format!("{before}{secret}{after}"), json, percent_encoded(&secret)] {
                let redacted = redactor.apply(&carrier);
                prop_assert!(!redacted.contains(&secret), "{redacted}");
            }
        }
    }
}
