//! The methods of HTTP.

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderName};

use super::{Asked, Verb};
use crate::config::{Content, Node, Text};
use crate::model::{Diagnostic, Template};
use crate::protocol::HttpOptions;
use crate::suite::case::{Action, HttpAction};
use crate::suite::read::Reader;
use crate::suite::read::answer_kind::AnswerKind;
use crate::suite::read::names::Names;
use crate::suite::read::written::Written;

/// How many redirects are followed where the step only says that they are; as browsers do.
const REDIRECTS: usize = 20;

/// Is what the methods share; `word` is one of them in lower case.
pub(super) const fn verb(word: &'static str) -> Verb {
    Verb {
        word,
        takes: &[
            "query",
            "headers",
            "basic",
            "json",
            "body",
            "form",
            "multipart",
            "redirects",
            "tls",
            "timeout",
        ],
        answer: AnswerKind {
            described: "a response",
            parts: &["status", "headers", "cookies", "json", "body", "url", "time"],
            has_json: true,
        },
        read,
    }
}

fn read(reader: &Reader<'_>, asked: &Asked<'_>, names: &Names) -> Result<Action, Diagnostic> {
    let word = asked.verb.word;
    let headers = reader.headers(reader.map_of(&asked.step, "headers")?, names)?;
    let basic = asked.step.get("basic");
    if let Some(basic) = basic.filter(|_| headers.iter().any(|(name, _)| *name == AUTHORIZATION)) {
        return Err(reader
            .refuse(basic.at, "a request signs in once, not by `basic` and by its header")
            .help("keep one of the two"));
    }
    Ok(Action::Http(HttpAction {
        method: Method::from_bytes(word.to_ascii_uppercase().as_bytes())
            .expect("the verb is the name of a method"),
        url: reader.url(&reader.text(word, asked.subject)?, names)?,
        query: reader.pairs("query", &asked.step, names)?,
        headers,
        basic: basic.map(|basic| reader.basic(basic, names)).transpose()?,
        body: reader.body(&asked.step, names)?,
        options: HttpOptions {
            redirects: reader.redirects(asked.step.get("redirects"))?,
            tls: reader.tls_of(&asked.step)?,
        },
    }))
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
                .refuse(url.at, format!("`{}` names no host", url.value))
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
            if text.value.contains(['\n', '\r']) {
                return Err(self
                    .refuse(value.at, format!("the header `{}` has more than one line", name.value))
                    .help("write it on the line of its name; a block after `|` ends with a line break"));
            }
            Ok((self.header_name(name)?, self.template(&text, names)?))
        };
        entries.iter().map(header).collect()
    }

    /// Reads names with their values; a list gives its name to each of its entries.
    pub(super) fn pairs(
        &self,
        key: &str,
        step: &Written<'_>,
        names: &Names,
    ) -> Result<Vec<(String, Template)>, Diagnostic> {
        let written = self.map_of(step, key)?;
        let mut pairs = Vec::new();
        for (name, node) in written.map_or(&[][..], |written| written.entries) {
            let values = match &node.value {
                Content::List(values) => &values[..],
                _ => std::slice::from_ref(node),
            };
            for value in values {
                let text = self.scalar(&name.value, value)?;
                pairs.push((name.value.clone(), self.template(&text, names)?));
            }
        }
        Ok(pairs)
    }

    fn basic(&self, node: &Node, names: &Names) -> Result<(Template, Template), Diagnostic> {
        match self.list("basic", node)? {
            [user, password] => {
                let part = |part| self.template(&self.text("basic", part)?, names);
                Ok((part(user)?, part(password)?))
            }
            _ => Err(self
                .refuse(node.at, "`basic` takes a user and a password")
                .help("write `basic: [shop, \"${PASSWORD}\"]`")),
        }
    }

    pub(super) fn redirects(&self, written: Option<&Node>) -> Result<usize, Diagnostic> {
        let Some(node) = written else { return Ok(0) };
        let at_most = match &node.value {
            Content::Text(word) if word == "follow" => return Ok(REDIRECTS),
            Content::Map(words) => match &words[..] {
                [(word, Node { value: Content::Number(most), .. })] if word.value == "at_most" => {
                    most.as_u64().and_then(|most| usize::try_from(most).ok())
                }
                _ => None,
            },
            _ => None,
        };
        at_most.filter(|most| *most > 0).ok_or_else(|| {
            self.refuse(node.at, "this does not say which redirects are followed")
                .help("write `follow` or `{ at_most: 3 }`; without `redirects` none is")
        })
    }
}
