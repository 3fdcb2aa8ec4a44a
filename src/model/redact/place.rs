//! Secrets that are given away by where they stand: under a name, in a URL, after a word.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::encoding::percent_decoded;
use super::name::{hides, is_reference, is_scheme};

pub(super) fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant that a test compiles")
}

/// Finds every secret that its place gives away.
pub(super) fn find(text: &str, spans: &mut Vec<Range<usize>>) {
    named_values(text, spans);
    passwords_of_urls(text, spans);
    for (place, may_be_in, is_word) in &*PLACES {
        if !may_be_in(text) {
            continue;
        }
        for secret in place.captures_iter(text).filter_map(|found| found.name("secret")) {
            if !is_reference(secret.as_str()) && !is_word(secret.as_str()) {
                spans.push(secret.range());
            }
        }
    }
}

/// Finds a name and what stands between it and its value: `name=`, `name: `, `"name": `, `--name `.
static NAMED: LazyLock<Regex> =
    LazyLock::new(|| compile(r#"(?P<name>[A-Za-z_-][\w.-]*)(?P<between>\\?["']?\s*[=:]\s*|\s+)"#));

/// Finds the value of every secret name; what is not secret may itself hold a name and a value.
fn named_values(text: &str, spans: &mut Vec<Range<usize>>) {
    if !text.contains(|c: char| matches!(c, '=' | ':') || c.is_whitespace()) {
        return;
    }
    let mut at = 0;
    while let Some(found) = NAMED.captures_at(text, at) {
        let (name, between) = (&found["name"], &found["between"]);
        let start = found.get(0).map_or(at, |whole| whole.start());
        at = start + name.len() + between.len();
        let is_flag = name.starts_with('-');
        let is_given = is_flag || !between.trim().is_empty();
        if !is_given || between.trim().is_empty() && text[at..].starts_with('-') {
            continue;
        }
        // A path that ends like a name: `cannot open /run/secrets/db_password: no such file`.
        if text[..start].ends_with('/') && between.contains(char::is_whitespace) {
            continue;
        }
        let value = value_at(text, start, name, between);
        if hides(name, &text[value.clone()]) {
            at = value.end;
            spans.push(value);
        }
    }
}

/// Gives where the value after `name` and `between` lies, without its quotes.
fn value_at(text: &str, name_start: usize, name: &str, between: &str) -> Range<usize> {
    let start = name_start + name.len() + between.len();
    let before = text[..name_start].chars().next_back();
    // One pair of quotes around name and value, as in `'Cookie: a=1; b=2'`: a blank ends nothing.
    let around = before.filter(|c| is_quote(*c) && !between.contains(is_quote));
    if let Some(quote) = around {
        return start..text[start..].find(quote).map_or(text.len(), |end| start + end);
    }
    let rest = &text[start..];
    let escape = usize::from(rest.starts_with('\\') && rest[1..].starts_with(is_quote));
    if let Some(quote) = rest[escape..].chars().next().filter(|c| is_quote(*c)) {
        let inside = start + escape + 1;
        let end = closing(text, inside, quote, escape == 1);
        let past = (end + escape + 1).min(text.len());
        // A shell joins what follows a quote without a blank to the same word; JSON goes on.
        let is_joined =
            text[past..].starts_with(|c: char| !c.is_whitespace() && !",;:&|)]}>".contains(c));
        return if is_joined { start..word_end(text, past, name, before) } else { inside..end };
    }
    let mut end = word_end(text, start, name, before);
    if between.contains(':') && is_scheme(&text[start..end]) && text[end..].starts_with(' ') {
        // `Authorization: Bearer …`: the value is two words.
        end = word_end(text, end + 1, name, before);
    }
    start..end
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'')
}

/// Finds the quote that closes; in JSON within quotes it is an escaped one.
fn closing(text: &str, from: usize, quote: char, escaped: bool) -> usize {
    let mut backslash = false;
    let end = text[from..].find(|c| {
        let ends = c == quote && backslash == escaped;
        backslash = c == '\\' && !backslash;
        ends
    });
    end.map_or(text.len(), |end| from + end - usize::from(escaped))
}

/// Gives where an unquoted value ends: at a blank, at what ends a shell word or a parameter, or at
/// the quote that was open before it began.
fn word_end(text: &str, start: usize, name: &str, before: Option<char>) -> usize {
    let in_list = before == Some(',');
    let is_variable = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let is_open = |quote: char| text[..start].matches(quote).count() % 2 == 1;
    let mut within = None;
    for (index, c) in text[start..].char_indices() {
        let at = start + index;
        match (within, c) {
            (Some(quote), c) if c == quote => within = None,
            (None, c) if is_quote(c) && is_open(c) => return at,
            (None, c) if is_quote(c) => within = Some(c),
            (None, ';' | '|' | '&') => return at,
            (None, ',') if in_list || !is_variable && begins_pair(&text[at + 1..]) => return at,
            (None, c) if c.is_whitespace() => return at,
            (Some(_) | None, _) => {}
        }
    }
    text.len()
}

/// Tells whether a text begins with `name=`.
fn begins_pair(text: &str) -> bool {
    let name = text.find(|c: char| !c.is_ascii_alphanumeric() && !"_.-".contains(c));
    name.is_some_and(|end| end > 0 && text[end..].starts_with('='))
}

/// Finds `user:password@`, and `token@` in the URLs of HTTP.
static URL: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)(?P<user>[^\s:/?#@]*)(?::(?P<password>[^\s/?#]*))?@",
    )
});

/// Tells whether a search for [`URL`] may find anything; the one character is told soonest, and most texts lack it.
fn may_name_a_user(text: &str) -> bool {
    text.contains('@') && text.contains("://")
}

pub(super) fn passwords_of_urls(text: &str, spans: &mut Vec<Range<usize>>) {
    if !may_name_a_user(text) {
        return;
    }
    for found in URL.captures_iter(text) {
        let secret = match found.name("password") {
            Some(password) => Some(password),
            None => found.name("user").filter(|_| found["scheme"].starts_with("http")),
        };
        let secret = secret.filter(|secret| !is_reference(secret.as_str()));
        spans.extend(secret.map(|secret| secret.range()));
    }
}

/// Gives the password that an address carries, as it is written and as it is meant, and the pair of user
/// and password that is sent in its place; nothing of an address without one.
#[must_use]
pub fn secrets_of_url(url: &str) -> Vec<String> {
    let found = may_name_a_user(url).then(|| URL.captures(url)).flatten();
    let Some((user, password)) = found.as_ref().and_then(|found| {
        Some((found.name("user")?, found.name("password").filter(|it| !it.is_empty())?))
    }) else {
        return Vec::new();
    };
    let (user, meant) = (percent_decoded(user.as_str()), percent_decoded(password.as_str()));
    vec![password.as_str().to_owned(), format!("{user}:{meant}"), meant]
}

type Tells = fn(&str) -> bool;

/// Finds further places, each with what every text has that holds one, which is told sooner than the
/// place is looked for, and with what stands there in everyday use.
static PLACES: LazyLock<[(Regex, Tells, Tells); 6]> = LazyLock::new(|| {
    let is_small_word: Tells = |text| text.bytes().all(|b| b.is_ascii_lowercase());
    let has_blank: Tells = |text| text.contains(char::is_whitespace);
    let has_quote: Tells = |text| text.contains(is_quote);
    [
        // `Bearer …` and `Basic …` where no header's name stands before.
        (compile(r#"(?i)\bbearer\s+(?P<secret>[^\s"',]+)"#), has_blank, is_small_word),
        (compile(r"(?i)\bbasic\s+(?P<secret>[A-Za-z0-9+/]{6,}={0,2})"), has_blank, is_small_word),
        // SQL that sets a password.
        (compile(r"(?i)\b(?:password|identified\s+by)\s+'(?P<secret>[^']*)'"), has_quote, |_| {
            false
        }),
        // A setting of Redis, as its own commands and files have it.
        (
            compile(r#"(?i)\b(?:requirepass|masterauth)\s+["']?(?P<secret>[^\s"',]+)"#),
            has_blank,
            |_| false,
        ),
        // A flag and its value as neighbours in a list: `["--token", "…"]`.
        (
            compile(
                r#"(?i)["']--?[\w-]*(?:pass|passwd|password|secret|token|api-?key)["']\s*,\s*["'](?P<secret>[^"']+)["']"#,
            ),
            has_quote,
            |_| false,
        ),
        // `user:password@host` without a scheme; an image's digest and a mail address look alike.
        (
            compile(
                r"(?:^|[\s=,'\x22(])(?://)?(?:mailto:|[A-Za-z0-9_][\w.-]*:(?P<secret>[^\s:@/,'\x22]{3,})@(?:[A-Za-z][\w-]*[.(:\d/]|\d|\[|[A-Za-z]+(?:$|[\s'\x22])))",
            ),
            |text| text.contains('@'),
            |_| false,
        ),
    ]
});
