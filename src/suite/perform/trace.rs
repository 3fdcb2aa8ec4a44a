//! What was sent and received, written for a person: credentials masked, long texts cut.

use std::borrow::Cow;
use std::fmt::Write as _;

use reqwest::header::HeaderName;
use serde_json::Value;

use crate::model::{CUT, Millis, REDACTED};
use crate::protocol::{FormPart, HttpBody, HttpRequest, HttpResponse, WebSocketRequest};

/// Headers of which the value is never written, whoever sent it.
const MASKED: [&str; 5] =
    ["authorization", "cookie", "set-cookie", "x-api-key", "proxy-authorization"];

/// How many characters of a text are kept.
const MOST: usize = 4096;

pub(super) fn request(request: &HttpRequest) -> String {
    let HttpRequest { method, url, headers, body } = request;
    let mut text = [method.as_str(), " ", url].concat();
    for (name, value) in headers {
        write_header(&mut text, name, value);
    }
    if let Some(body) = body {
        write_body(&mut text, &shown_body(body));
    }
    text
}

/// Writes how a WebSocket is opened, and what is sent on it.
pub(super) fn opening(asked: &WebSocketRequest) -> String {
    let mut text = asked.url.clone();
    for (name, value) in &asked.headers {
        write_header(&mut text, name, value);
    }
    if let Some(message) = &asked.send {
        write_body(&mut text, message);
    }
    text
}

/// Writes the fields of a form one a line; of a file its name and size.
fn shown_body(body: &HttpBody) -> Cow<'_, str> {
    let lines: Vec<String> = match body {
        HttpBody::Bytes(bytes) => return String::from_utf8_lossy(bytes),
        HttpBody::Form(fields) => {
            fields.iter().map(|(name, value)| format!("{name}={value}")).collect()
        }
        HttpBody::Multipart(parts) => parts
            .iter()
            .map(|FormPart { name, content, file_name, .. }| match file_name {
                Some(file) => format!("{name}: {file}, {} bytes", content.len()),
                None => format!("{name}: {}", String::from_utf8_lossy(content)),
            })
            .collect(),
    };
    lines.join("\n").into()
}

pub(super) fn response(response: &HttpResponse) -> String {
    let HttpResponse { status, headers, body, elapsed, .. } = response;
    // Room for all of it as it is in most cases, or the text would be moved each time that it grows.
    let mut text = String::with_capacity(64 + 48 * headers.len() + body.len().min(MOST));
    let _ = write!(text, "{status} after {}", Millis::from(*elapsed));
    for (name, value) in headers {
        write_header(&mut text, name, &String::from_utf8_lossy(value.as_bytes()));
    }
    write_body(&mut text, &String::from_utf8_lossy(body));
    text
}

fn write_header(text: &mut String, name: &HeaderName, value: &str) {
    let shown = if MASKED.contains(&name.as_str()) { REDACTED } else { value };
    text.extend(["\n", name.as_str(), ": ", shown]);
}

/// Writes a body after the headers, where there is one.
fn write_body(text: &mut String, body: &str) {
    let body = body.trim_end();
    if !body.is_empty() {
        text.push_str("\n\n");
        write_cut(text, body);
    }
}

/// Writes how a command ended, and what it wrote where it wrote something.
pub(super) fn command(code: i64, stdout: &str, stderr: &str) -> String {
    let mut text = format!("exit {code}");
    for (name, output) in [("stdout", stdout), ("stderr", stderr)] {
        if !output.trim().is_empty() {
            let _ = write!(text, "\n\n{name}:\n{}", cut(output.trim_end()));
        }
    }
    text
}

/// Writes one value a line.
pub(super) fn lines(values: &[Value]) -> String {
    match values {
        [] => "no rows".to_owned(),
        _ => cut(&values.iter().map(Value::to_string).collect::<Vec<_>>().join("\n")),
    }
}

/// Keeps a text readable: what is past the first few thousand characters is counted, not shown.
pub(in crate::suite) fn cut(text: &str) -> String {
    let mut kept = String::new();
    write_cut(&mut kept, text);
    kept
}

fn write_cut(to: &mut String, text: &str) {
    // No character takes less than a byte.
    let past = if text.len() > MOST { text.char_indices().nth(MOST) } else { None };
    match past {
        None => to.push_str(text),
        Some((at, _)) => {
            let more = text[at..].chars().count();
            let _ = write!(to, "{}{CUT} ({more} more characters)", &text[..at]);
        }
    }
}

/// Keeps the end of what a program printed, which most often says what went wrong.
pub(in crate::suite) fn ending(text: &str) -> String {
    match text.chars().count().checked_sub(MOST) {
        None | Some(0) => text.to_owned(),
        Some(before) => {
            let kept: String = text.chars().skip(before).collect();
            format!("({before} characters before) {CUT}{kept}")
        }
    }
}

/// Writes a command as it could be typed.
pub(super) fn command_line(words: &[String]) -> String {
    let typed = |word: &String| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
        if !word.is_empty() && word.chars().all(is_plain) {
            word.clone()
        } else {
            format!("'{}'", word.replace('\'', "'\\''"))
        }
    };
    words.iter().map(typed).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reqwest::header::{HeaderMap, HeaderValue};

    use super::*;
    use crate::protocol::Method;

    #[test]
    fn credentials_are_masked_on_the_way_out_and_back() {
        let sent = request(&HttpRequest {
            method: Method::POST,
            url: "http://127.0.0.1/orders".to_owned(),
            headers: vec![
                (HeaderName::from_static("authorization"), "Bearer s3cret".to_owned()),
                (HeaderName::from_static("x-trace"), "7".to_owned()),
            ],
            body: Some(HttpBody::Bytes(b"{}".to_vec())),
        });
        assert_eq!(sent, "POST http://127.0.0.1/orders\nauthorization: ***\nx-trace: 7\n\n{}");
        let mut headers = HeaderMap::new();
        headers.insert("set-cookie", HeaderValue::from_static("session=s3cret"));
        let received = response(&HttpResponse {
            status: 204,
            url: "http://127.0.0.1/orders".to_owned(),
            headers,
            body: Vec::new(),
            elapsed: Duration::from_millis(12),
        });
        assert_eq!(received, "204 after 12 ms\nset-cookie: ***");
    }

    #[test]
    fn of_what_was_printed_the_end_is_kept() {
        let kept = ending(&format!("abc{}", "ß".repeat(MOST)));
        assert!(kept.starts_with("(3 characters before) …ß"), "{}", &kept[..40]);
        assert_eq!(ending("short"), "short");
    }

    #[test]
    fn a_command_is_written_as_it_could_be_typed() {
        let words = ["pytest", "-k", "not slow", "it's", ""].map(str::to_owned);
        assert_eq!(command_line(&words), r"pytest -k 'not slow' 'it'\''s' ''");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let cut = cut(&"ß".repeat(MOST + 3));
        assert!(cut.ends_with("ß… (3 more characters)"), "{}", &cut[MOST..]);
    }
}
