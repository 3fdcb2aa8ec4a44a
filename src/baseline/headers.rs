//! What a baseline keeps of the headers that a health endpoint answers with.

use std::sync::LazyLock;

use regex::Regex;
use reqwest::header::HeaderMap;

use super::rules::put;
use crate::model::{Facts, Mask};

/// Begins the path of each header's fact.
pub(super) const HEADERS: &str = "health.headers.";

/// Holds the headers that tell browsers to be careful; `*` ends what only begins a name.
const CAREFUL: &[&str] = &[
    "strict-transport-security",
    "content-security-policy",
    "content-security-policy-report-only",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "permissions-policy",
    "cross-origin-*",
];
/// Holds the headers that give the server away; a version in them comes and goes with each update.
const TALKATIVE: &[&str] = &["server", "x-powered-by"];

/// Adds the headers that say how careful a service is, in one form for all that means the same.
pub(super) fn facts(facts: &mut Facts, headers: &HeaderMap) {
    for name in headers.keys().map(reqwest::header::HeaderName::as_str) {
        let values = headers.get_all(name).iter().map(|value| {
            let text = String::from_utf8_lossy(value.as_bytes());
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        });
        let path = format!("{HEADERS}{name}");
        if TALKATIVE.contains(&name) {
            put(facts, path, "present");
        } else if name == "set-cookie" {
            let mut cookies: Vec<String> = values.map(|cookie| flags_of(&cookie)).collect();
            cookies.sort();
            cookies.dedup();
            put(facts, path, cookies);
        } else if CAREFUL.iter().any(|known| is_like(known, name)) {
            put(facts, path, steady(name, &values.collect::<Vec<_>>().join(", ")));
        }
    }
}

fn is_like(known: &str, name: &str) -> bool {
    known.strip_suffix('*').map_or(known == name, |begin| name.starts_with(begin))
}

/// Gives a header's value without what differs from answer to answer.
fn steady(name: &str, value: &str) -> String {
    static NONCE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"'nonce-[^']*'").expect("the pattern is a constant that a test compiles")
    });
    let value = if name.starts_with("content-security-policy") {
        NONCE.replace_all(value, "'nonce-*'").into_owned()
    } else {
        value.to_ascii_lowercase()
    };
    // A report's address may carry a key or the request's identity.
    Mask::default().text(value.trim_end_matches([';', ' ']))
}

/// Gives a cookie's name and flags, in a fixed order; never its value, nor the time at which it ends.
fn flags_of(cookie: &str) -> String {
    let mut parts = cookie.split(';').map(str::trim).filter(|part| !part.is_empty());
    let name = parts.next().and_then(|pair| pair.split('=').next()).unwrap_or_default();
    let mut flags: Vec<String> = parts
        .map(|flag| match flag.split_once('=') {
            Some((name, value)) => (name.trim().to_ascii_lowercase(), Some(value.trim())),
            None => (flag.to_ascii_lowercase(), None),
        })
        .map(|(name, value)| match (name.as_str(), value) {
            ("expires" | "max-age", _) | (_, None) => name,
            ("samesite", Some(value)) => format!("{name}={}", value.to_ascii_lowercase()),
            (_, Some(value)) => format!("{name}={value}"),
        })
        .collect();
    flags.sort();
    // The name of a cookie may be made up for one visitor.
    let name = Mask::default().text(name);
    std::iter::once(name).chain(flags).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn of(headers: &[(&str, &str)]) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
        }
        let mut recorded = Facts::new();
        facts(&mut recorded, &map);
        let line = |(path, fact): (&String, &crate::model::Fact)| format!("{path}: {}", fact.value);
        recorded.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_tells_browsers_to_be_careful_is_kept_and_what_differs_each_time_is_not() {
        let seen = of(&[
            ("Date", "Thu, 26 Nov 2026 08:30:00 GMT"),
            ("X-Request-Id", "9f86d081884c7d65"),
            ("ETag", "\"abc\""),
            ("Content-Length", "2"),
            ("Server", "nginx/1.27.2"),
            ("X-Powered-By", "Express"),
            ("Strict-Transport-Security", "max-age=31536000;  includeSubDomains;"),
            (
                "Content-Security-Policy",
                "default-src 'self'; script-src 'nonce-r4nd0m' 'sha256-B2yPHKaXnvFWtRChIbabYmUBFZdVfKKXHbWtWidDVF8='",
            ),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", "no-referrer"),
            ("Permissions-Policy", "camera=()"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Set-Cookie", "sid=s3cr3t; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=60"),
            ("Set-Cookie", "csrf=s3cr3t; expires=Thu, 26 Nov 2026 08:30:00 GMT; path=/"),
        ]);
        insta::assert_snapshot!(seen, @r#"
        health.headers.content-security-policy: "default-src 'self'; script-src 'nonce-*' 'sha256-B2yPHKaXnvFWtRChIbabYmUBFZdVfKKXHbWtWidDVF8='"
        health.headers.cross-origin-opener-policy: "same-origin"
        health.headers.permissions-policy: "camera=()"
        health.headers.referrer-policy: "no-referrer"
        health.headers.server: "present"
        health.headers.set-cookie: ["csrf; expires; path=/","sid; httponly; max-age; path=/; samesite=lax; secure"]
        health.headers.strict-transport-security: "max-age=31536000; includesubdomains"
        health.headers.x-content-type-options: "nosniff"
        health.headers.x-frame-options: "deny"
        health.headers.x-powered-by: "present"
        "#);
    }

    #[test]
    fn two_answers_of_one_server_are_the_same_facts() {
        let answer = |nonce: &str, cookie: &str| {
            of(&[
                ("Content-Security-Policy", &format!("script-src 'nonce-{nonce}'")),
                ("Set-Cookie", &format!("sid={cookie}; HttpOnly")),
            ])
        };
        assert_eq!(answer("a1", "b2"), answer("c3", "d4"));
    }
}
