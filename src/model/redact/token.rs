//! Secrets that are given away by what they look like.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::place::compile;

/// Says how what well-known services hand out looks, keys, and hashes of passwords.
const FORMS: [&str; 7] = [
    // A JSON web token.
    r"\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?",
    // GitHub, GitLab, Slack, Stripe, npm, PyPI, DigitalOcean, Vault, Shopify, SendGrid.
    r"\b(?:gh[opsur]_|github_pat_|gl[a-z]{2,4}-|xox[a-z]-|[spr]k_(?:live|test)_|whsec_|npm_|pypi-|do[opr]_v1_|hv[bs]\.|shp[a-z]{2}_|SG\.)[\w.-]{16,}",
    r"\b(?:sk|pk)-[\w-]*[0-9][\w-]{15,}",
    // Amazon and Google.
    r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}|\bAIza[\w-]{30,}",
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z ]*PRIVATE KEY-----|$)",
    // crypt(3), as htpasswd and shadow files have it; Compose writes `$$` for `$`.
    r#"\${1,2}(?:apr1|2[abxy]|[156y]|argon2i?d?)\${1,2}[^\s,"']{8,}"#,
    r"(?i)\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",
];

/// The fewest bytes that any of the forms has: a hash's mark and eight characters.
const SHORTEST: usize = 11;

/// Finds the forms in any text.
static IN_TEXT: LazyLock<Regex> = LazyLock::new(|| compile(&FORMS.join("|")));

/// Finds the same in a text of ASCII alone, and sooner: what is of a word needs no table there.
static IN_ASCII: LazyLock<Regex> = LazyLock::new(|| {
    compile(&FORMS.join("|").replace(r"\b", r"(?-u:\b)").replace(r"\w", "A-Za-z0-9_"))
});

fn forms(text: &str) -> impl Iterator<Item = Range<usize>> {
    let forms = if text.is_ascii() { &IN_ASCII } else { &IN_TEXT };
    let found = (text.len() >= SHORTEST).then(|| forms.find_iter(text));
    found.into_iter().flatten().map(|found| found.range())
}

/// The fewest hexadecimal digits, and the fewest characters of mixed case, that look random.
const HEX: usize = 32;
const MIXED: usize = 20;

/// Finds every token whose form gives it away, and what looks random.
pub(super) fn find(text: &str, spans: &mut Vec<Range<usize>>) {
    spans.extend(forms(text));
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(start) = bytes[at..].iter().position(|byte| is_of_token(*byte)) {
        let start = at + start;
        let length = bytes[start..].iter().take_while(|byte| is_of_token(**byte)).count();
        at = start + length;
        let run = &text[start..at];
        if length >= MIXED && !is_digest(&text[..start], run) {
            find_in_run(run, start, place_of(&text[..start], run), spans);
        }
    }
}

const fn is_of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'_' | b'-')
}

/// Tells whether a run is a checksum that says so: `sha256:…`, `sha512-…`.
fn is_digest(before: &str, run: &str) -> bool {
    const KINDS: [&str; 6] = ["sha1", "sha224", "sha256", "sha384", "sha512", "md5"];
    let named = before.strip_suffix([':', '=']).unwrap_or_default();
    KINDS.iter().any(|kind| {
        named.ends_with(kind) || run.strip_prefix(kind).is_some_and(|r| r.starts_with('-'))
    })
}

/// Names what a run is a part of.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Path,
    Url,
    Elsewhere,
}

fn place_of(before: &str, run: &str) -> Place {
    let begins = |c: char| c.is_whitespace() || "\"'`=,()[]{}<>".contains(c);
    let word = before.rfind(begins).map_or(0, |at| at + 1);
    // Every character that begins a word here is one byte long, apart from other blanks.
    let word = before.get(word..).unwrap_or_default();
    if word.contains("://") || word.ends_with(':') && run.starts_with("//") {
        return Place::Url;
    }
    let starts = |with: &str| word.starts_with(with) || word.is_empty() && run.starts_with(with);
    let is_rooted = ["/", "./", "../", "~/", "."].iter().any(|with| starts(with));
    // Base64 may begin with a slash; the path of a file goes on in words.
    let is_path =
        is_rooted || word.rsplit(':').next().is_some_and(|w| w.is_empty() && run.starts_with('/'));
    if is_path && (run.len() < MIXED || wordiness(run) >= 0.2 || run.split('/').any(is_hex)) {
        return Place::Path;
    }
    Place::Elsewhere
}

fn find_in_run(run: &str, start: usize, place: Place, spans: &mut Vec<Range<usize>>) {
    let mut each = |part: &str, looks_random: fn(&str) -> bool| {
        let offset = start + (part.as_ptr() as usize - run.as_ptr() as usize);
        if looks_random(part) {
            spans.push(offset..offset + part.len());
        }
    };
    match place {
        Place::Path => run.split('/').for_each(|part| each(part, is_mixed)),
        Place::Url => {
            run.split('/').for_each(|part| each(part, |part| is_mixed(part) || is_hex(part)));
        }
        Place::Elsewhere => {
            each(run, is_mixed);
            run.split(['+', '/', '_', '-']).for_each(|part| each(part, is_hex));
        }
    }
}

fn is_hex(part: &str) -> bool {
    part.len() >= HEX && part.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Tells whether a run mixes capitals, small letters and digits as no word does.
fn is_mixed(run: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| run.as_bytes().iter().any(kind);
    run.len() >= MIXED
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_digit)
        && (wordiness(run) < WORDY || numbers(run) > NUMBERS)
}

/// The share of a run that words make up, and the most numbers between them, in a name that a person
/// chose: of random runs of 24 characters, fewer than one in a thousand looks like that.
const WORDY: f64 = 0.7;
const NUMBERS: usize = 3;

fn numbers(run: &str) -> usize {
    run.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty()).count()
}

/// Gives the share of letters and digits that stand in something like a word: three small letters
/// or more with a vowel among them, and the capital before them.
#[expect(clippy::cast_precision_loss, reason = "a share of a short text")]
fn wordiness(run: &str) -> f64 {
    let bytes = run.as_bytes();
    let (mut at, mut wordy) = (0, 0);
    while at < bytes.len() {
        let small = bytes[at..].iter().take_while(|byte| byte.is_ascii_lowercase()).count();
        let has_vowel = bytes[at..at + small].iter().any(|byte| b"aeiouy".contains(byte));
        if small >= 3 && has_vowel {
            let capital = at > 0 && bytes[at - 1].is_ascii_uppercase();
            wordy += small + usize::from(capital);
        }
        at += small.max(1);
    }
    let all = bytes.iter().filter(|byte| byte.is_ascii_alphanumeric()).count();
    wordy as f64 / all.max(1) as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Gives what may begin one of the forms, and what may spoil it.
    fn parts() -> impl Strategy<Value = String> {
        prop_oneof![
            "eyJ|ghp_|glpat-|xoxb-|sk_live_|npm_|SG\\.|sk-|AKIA|AIza|\\$\\$2y\\$|\\$1\\$",
            "-----BEGIN RSA PRIVATE KEY-----|-----END RSA PRIVATE KEY-----",
            "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
            "[A-Za-z0-9_.-]{1,40}",
            "[ -~\n]{0,4}",
        ]
    }

    proptest! {
        #[test]
        fn in_ascii_the_same_forms_are_found_as_in_any_text(
            parts in prop::collection::vec(parts(), 1..6),
        ) {
            let text = parts.concat();
            let all: Vec<Range<usize>> = IN_TEXT.find_iter(&text).map(|it| it.range()).collect();
            prop_assert_eq!(forms(&text).collect::<Vec<_>>(), all);
        }
    }
}
