//! The one verb of a step, and which other keys go with it.

use reqwest::Method;
use serde_saphyr::{Location, Spanned};

use super::Reader;
use super::expectation::AnswerKind;
use super::raw::RawStep;
use crate::config::{Content, Node, Text};
use crate::model::Diagnostic;

/// Is the verb of a step: its key, and the value under it.
pub(super) enum Verb<'r> {
    Http(Method, &'r Text),
    Sql(&'r Text),
    Redis(&'r Spanned<Vec<Node>>),
    Container(&'r Text),
}

impl Verb<'_> {
    /// Gives its key.
    pub(super) fn word(&self) -> String {
        match self {
            Self::Http(method, _) => method.as_str().to_ascii_lowercase(),
            Self::Sql(_) => "sql".to_owned(),
            Self::Redis(_) => "redis".to_owned(),
            Self::Container(_) => "container".to_owned(),
        }
    }

    pub(super) const fn at(&self) -> Location {
        match self {
            Self::Http(_, text) | Self::Sql(text) | Self::Container(text) => text.referenced,
            Self::Redis(list) => list.referenced,
        }
    }

    /// Gives the kind of answer that it gets.
    pub(super) const fn answer(&self) -> AnswerKind {
        match self {
            Self::Http(..) => AnswerKind::Response,
            Self::Sql(_) => AnswerKind::Rows,
            Self::Redis(_) => AnswerKind::Reply,
            Self::Container(_) => AnswerKind::Container,
        }
    }

    /// Names the step, where it has no name of its own.
    pub(super) fn described(&self) -> String {
        let text = match self {
            Self::Http(_, text) | Self::Sql(text) | Self::Container(text) => text.value.clone(),
            Self::Redis(command) => {
                let words = command.value.iter().map(|node| match &node.value {
                    Content::Text(text) => text.clone(),
                    Content::Number(number) => number.to_string(),
                    other => other.described().to_owned(),
                });
                words.collect::<Vec<_>>().join(" ")
            }
        };
        let subject: Vec<&str> = text.split_whitespace().collect();
        format!("{} {}", self.word(), subject.join(" "))
    }
}

/// Gives the HTTP verbs that are written, of `get`, `post`, `put`, `patch`, `delete` and `head` in
/// this order, each with its address.
pub(super) fn http_verbs(urls: [&Option<Text>; 6]) -> impl Iterator<Item = (Method, &Text)> {
    let methods =
        [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD];
    methods.into_iter().zip(urls).filter_map(|(method, url)| Some((method, url.as_ref()?)))
}

impl Reader<'_> {
    /// Finds the one verb.
    pub(super) fn verb<'r>(&self, written: &'r Spanned<RawStep>) -> Result<Verb<'r>, Diagnostic> {
        let raw = &written.value;
        let urls = [&raw.get, &raw.post, &raw.put, &raw.patch, &raw.delete, &raw.head];
        let mut verbs = http_verbs(urls)
            .map(|(method, url)| Verb::Http(method, url))
            .chain(raw.sql.as_ref().map(Verb::Sql))
            .chain(raw.redis.as_ref().map(Verb::Redis))
            .chain(raw.container.as_ref().map(Verb::Container));
        match (verbs.next(), verbs.next()) {
            (Some(only), None) => Ok(only),
            (Some(first), Some(second)) => Err(self
                .refuse(
                    second.at(),
                    format!("a step has one verb, not `{}` and `{}`", first.word(), second.word()),
                )
                .help("make two steps of it")),
            (None, _) => Err(self
                .refuse(written.referenced, "a step has a verb")
                .help("use get, post, put, patch, delete, head, sql, redis or container")),
        }
    }

    pub(super) fn only_what_the_verb_takes(
        &self,
        raw: &RawStep,
        verb: &Verb<'_>,
    ) -> Result<(), Diagnostic> {
        let (http, sql, redis) = (
            matches!(verb, Verb::Http(..)),
            matches!(verb, Verb::Sql(_)),
            matches!(verb, Verb::Redis(_)),
        );
        let place_of = |text: &Text| text.referenced;
        let written = [
            ("on", raw.on.as_ref().map(place_of), sql || redis),
            ("args", raw.args.as_ref().map(|args| args.referenced), sql),
            ("headers", raw.headers.as_ref().map(|headers| headers.referenced), http),
            ("json", raw.json.as_ref().map(|json| json.referenced), http),
            ("body", raw.body.as_ref().map(place_of), http),
            ("timeout", raw.timeout.as_ref().map(place_of), http || sql || redis),
        ];
        for (key, at, is_taken) in written {
            if let (Some(at), false) = (at, is_taken) {
                return Err(self
                    .refuse(at, format!("`{}` takes no `{key}`", verb.word()))
                    .help("take it out, or use another verb"));
            }
        }
        match (&raw.json, &raw.body) {
            (Some(_), Some(body)) => Err(self
                .refuse(body.referenced, "a request has one body, not `json` and `body`")
                .help("keep one of the two")),
            _ => Ok(()),
        }
    }
}
