//! The methods of HTTP.

use reqwest::Method;
use reqwest::header::HeaderName;

use super::{Asked, Verb};
use crate::config::{Node, Text};
use crate::model::{Diagnostic, Template};
use crate::suite::case::{Action, Body, HttpAction};
use crate::suite::read::Reader;
use crate::suite::read::answer_kind::AnswerKind;
use crate::suite::read::names::Names;
use crate::suite::read::written::Written;

/// Is what the methods share; `word` is one of them in lower case.
pub(super) const fn verb(word: &'static str) -> Verb {
    Verb {
        word,
        takes: &["headers", "json", "body", "timeout"],
        answer: AnswerKind {
            described: "a response",
            parts: &["status", "headers", "json", "body", "time"],
            has_json: true,
        },
        read,
    }
}

fn read(reader: &Reader<'_>, asked: &Asked<'_>, names: &Names) -> Result<Action, Diagnostic> {
    let word = asked.verb.word;
    Ok(Action::Http(HttpAction {
        method: Method::from_bytes(word.to_ascii_uppercase().as_bytes())
            .expect("the verb is the name of a method"),
        url: reader.url(&reader.text(word, asked.subject)?, names)?,
        headers: reader.headers(reader.map_of(&asked.step, "headers")?, names)?,
        body: body(reader, asked, names)?,
    }))
}

fn body(reader: &Reader<'_>, asked: &Asked<'_>, names: &Names) -> Result<Option<Body>, Diagnostic> {
    match (asked.step.get("json"), asked.step.get("body")) {
        (Some(_), Some(body)) => Err(reader
            .refuse(body.referenced, "a request has one body, not `json` and `body`")
            .help("keep one of the two")),
        (Some(json), None) => Ok(Some(Body::Json(reader.draft(json, names)?))),
        (None, Some(text)) => {
            Ok(Some(Body::Text(reader.template(&reader.text("body", text)?, names)?)))
        }
        (None, None) => Ok(None),
    }
}

impl Reader<'_> {
    pub(in crate::suite::read) fn url(
        &self,
        url: &Text,
        names: &Names,
    ) -> Result<Template, Diagnostic> {
        let has_host = ["http://", "https://", "${"].iter().any(|head| url.value.starts_with(head));
        if !has_host {
            return Err(self
                .refuse(url.referenced, format!("`{}` names no host", url.value))
                .help("begin with a service, as in `${api}/orders`"));
        }
        self.template(url, names)
    }

    pub(in crate::suite::read) fn headers(
        &self,
        headers: Option<Written<'_>>,
        names: &Names,
    ) -> Result<Vec<(HeaderName, Template)>, Diagnostic> {
        let entries = headers.map_or(&[][..], |headers| headers.entries);
        let header = |(name, value): &(Text, Node)| {
            let text = self.text(&name.value, value)?;
            Ok((self.header_name(name)?, self.template(&text, names)?))
        };
        entries.iter().map(header).collect()
    }
}
