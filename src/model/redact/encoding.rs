//! The forms in which JSON, URLs and base64 carry a secret.

use std::fmt::Write;
use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// Holds a secret as a text may carry it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Form {
    pub text: String,
    /// Whether it is the middle of something in base64, whose ends hold parts of the secret too.
    base64: bool,
}

impl Form {
    /// Gives the place at which the secret stands, once its form was found.
    pub(super) fn whole(&self, text: &str, found: Range<usize>) -> Range<usize> {
        if !self.base64 {
            return found;
        }
        let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(byte);
        let bytes = text.as_bytes();
        let before = bytes[..found.start].iter().rev().take_while(|byte| is_base64(byte)).count();
        let after = bytes[found.end..].iter().take_while(|byte| is_base64(byte)).count();
        // `key=` is no base64: padding ends it and never begins it.
        let head = &text[found.start - before..found.start];
        let before = before - head.rfind('=').map_or(0, |padding| padding + 1);
        found.start - before..found.end + after
    }
}

/// Gives every form of `secret`; none of nothing.
pub(super) fn forms(secret: &str) -> Vec<Form> {
    if secret.is_empty() {
        return Vec::new();
    }
    let json = quoted(secret);
    let url = percent_encoded(secret);
    let mut plain = vec![
        secret.to_owned(),
        // JSON within JSON, as a message shows a body that carries it.
        quoted(&json),
        json,
        // What a server reads from the query of an address in which nobody encoded it.
        secret.replace('+', " "),
        url.replace("%20", "+"),
        // The hexadecimal digits of a percent form are written in either case.
        lower_percents(&url),
        url,
        utf8_percent_encode(secret, QUERY).to_string(),
        utf8_percent_encode(secret, PATH).to_string(),
    ];
    for beside in BESIDE_ASCII {
        for ascii in [false, true] {
            for upper in [false, true] {
                for slash in [false, true] {
                    plain.push(JsonWriter { beside, ascii, upper, slash }.written(secret));
                }
            }
        }
    }
    plain.extend(["&#x27;", "&#39;", "'"].map(|quote| of_html(secret, quote)));
    if secret.contains('\n') {
        let crlf = secret.replace("\r\n", "\n").replace('\n', "\r\n");
        plain.extend([quoted(&quoted(&crlf)), quoted(&crlf), crlf]);
        let lines = secret.lines().map(str::trim);
        // A key is told by any of its lines, and not by the ones around it, which all keys have.
        let telling = lines.filter(|line| line.len() >= TELLING && !line.starts_with("-----"));
        plain.extend(telling.map(str::to_owned));
    }
    let plain = plain.into_iter().map(|text| Form { text, base64: false });
    plain.chain(base64(secret.as_bytes()).map(|text| Form { text, base64: true })).collect()
}

/// Writes a text as a JSON string has it between its quotes.
fn quoted(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    json[1..json.len() - 1].to_owned()
}

/// Holds what writers of JSON escape within ASCII: Python and PHP nothing, Go and Rails what HTML gives a meaning, Gson
/// more of it, and .NET all that could end a text in a page.
const BESIDE_ASCII: [&str; 4] = ["", "<>&", "<>&='", "<>&'+`\""];

/// Says how a language writes the texts of JSON.
struct JsonWriter {
    /// Which characters of ASCII it escapes though it need not.
    beside: &'static str,
    /// Whether it escapes all that is not ASCII.
    ascii: bool,
    /// Whether its hexadecimal digits are upper-case.
    upper: bool,
    /// Whether it escapes `/`.
    slash: bool,
}

impl JsonWriter {
    fn written(&self, text: &str) -> String {
        let mut written = String::with_capacity(text.len());
        for c in text.chars() {
            if c == '/' && self.slash {
                written.push_str("\\/");
            } else if self.beside.contains(c) || (self.ascii && !c.is_ascii()) {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let done = if self.upper {
                        write!(written, "\\u{unit:04X}")
                    } else {
                        write!(written, "\\u{unit:04x}")
                    };
                    done.expect("a string takes whatever is written to it");
                }
            } else if c < ' ' || c == '"' || c == '\\' {
                written.push_str(&quoted(c.encode_utf8(&mut [0; 4])));
            } else {
                // A secret is learned of each answer that sets a cookie, so that this is not to take long.
                written.push(c);
            }
        }
        written
    }
}

fn of_html(text: &str, quote: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', quote)
}

/// What a client encodes in the query of an address, and in a part of its path; from the URL standard.
const QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'\'');
const PATH: &AsciiSet = &QUERY.remove(b'\'').add(b'?').add(b'`').add(b'{').add(b'}').add(b'^');

/// The fewest characters of base64, or of a line, that are taken for a secret's.
const TELLING: usize = 8;

/// Gives what base64 makes of `secret` wherever it begins within what was encoded: of the three
/// places that it can take in a group, only the characters that nothing around it changes.
fn base64(secret: &[u8]) -> impl Iterator<Item = String> {
    let forms = [STANDARD_NO_PAD, URL_SAFE_NO_PAD].into_iter().flat_map(move |engine| {
        (0..3).map(move |before: usize| {
            let mut padded = vec![0; before];
            padded.extend(secret);
            let (first, past) = ((before * 8).div_ceil(6), padded.len() * 8 / 6);
            engine.encode(padded)[first..past.max(first)].to_owned()
        })
    });
    forms.filter(|form| form.len() >= TELLING)
}

pub(super) fn percent_encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

pub(super) fn lower_percents(encoded: &str) -> String {
    let mut lower = String::with_capacity(encoded.len());
    for (index, part) in encoded.split('%').enumerate() {
        if index == 0 {
            lower.push_str(part);
            continue;
        }
        let (digits, rest) = part.split_at(2);
        lower.push('%');
        lower.push_str(&digits.to_ascii_lowercase());
        lower.push_str(rest);
    }
    lower
}

/// Gives what a percent form says; the text itself where it says no text.
pub(super) fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let escaped = byte.filter(|_| *first == b'%');
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}
