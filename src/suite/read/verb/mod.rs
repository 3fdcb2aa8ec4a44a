//! The verbs: for each its word, which keys it takes, what comes back, and how it is read.
//!
//! A verb is one file here and one line of [`VERBS`].

mod body;
mod browser;
mod command;
mod container;
mod gesture;
mod http;
mod object;
mod redis;
mod sql;
mod sse;
mod tcp;
mod tls;
mod tls_options;
mod websocket;

use std::borrow::Cow;

#[cfg(test)]
pub(super) use gesture::GESTURES;

use super::Reader;
use super::answer_kind::AnswerKind;
use super::names::Names;
use super::written::Written;
use crate::config::{Content, Node, Text, nearest, suggestion};
use crate::model::{Diagnostic, Span};
use crate::suite::case::Action;

/// Every verb, in the order in which a remedy lists them.
pub(super) static VERBS: [Verb; 25] = [
    http::verb("get"),
    http::verb("post"),
    http::verb("put"),
    http::verb("patch"),
    http::verb("delete"),
    http::verb("head"),
    http::verb("options"),
    sql::VERB,
    redis::VERB,
    object::PUT,
    object::GET,
    object::HEAD,
    object::LIST,
    object::DELETE,
    object::SIGN,
    object::CREATE_BUCKET,
    object::DELETE_BUCKET,
    tcp::VERB,
    tls::VERB,
    websocket::VERB,
    sse::VERB,
    container::VERB,
    command::EXEC,
    command::RUN,
    browser::VERB,
];

/// The keys that every step takes, whatever its verb.
pub(super) const COMMON: [&str; 7] =
    ["name", "expect", "until", "give_up_if", "every", "within", "capture"];

/// Says of one verb what goes with it.
pub(super) struct Verb {
    /// Its key.
    pub word: &'static str,
    /// The keys that it takes beside [`COMMON`].
    pub takes: &'static [&'static str],
    /// What comes back.
    pub answer: AnswerKind,
    /// Reads what it asks.
    pub read: fn(&Reader<'_>, &Asked<'_>, &Names) -> Result<Action, Diagnostic>,
}

/// Is the verb of one step together with what is written under it and beside it.
pub(super) struct Asked<'r> {
    pub verb: &'static Verb,
    /// What stands under the verb.
    pub subject: &'r Node,
    pub step: Written<'r>,
}

impl Asked<'_> {
    pub(super) const fn at(&self) -> Span {
        self.subject.at
    }

    /// Tells whether the step expects or keeps one of these parts of its answer.
    pub(super) fn wants(&self, parts: &[&str]) -> bool {
        let is_part = |key: &str| parts.contains(&key);
        let expected = ["expect", "until", "give_up_if"]
            .into_iter()
            .any(|key| self.entries(key).iter().any(|(part, _)| is_part(&part.value)));
        expected
            || self.entries("capture").iter().any(|(_, source)| match &source.value {
                Content::Map(part) => part.iter().any(|(part, _)| is_part(&part.value)),
                _ => is_part("json"),
            })
    }

    fn entries(&self, key: &str) -> &[(Text, Node)] {
        match self.step.get(key).map(|node| &node.value) {
            Some(Content::Map(entries)) => entries,
            _ => &[],
        }
    }

    /// Names the step, where it has no name of its own.
    pub(super) fn described(&self) -> String {
        let text = match &self.subject.value {
            Content::List(words) => words.iter().map(plain).collect::<Vec<_>>().join(" ").into(),
            _ => plain(self.subject),
        };
        let mut described = self.verb.word.to_owned();
        for word in text.split_whitespace() {
            described.extend([" ", word]);
        }
        described
    }
}

fn plain(node: &Node) -> Cow<'_, str> {
    match &node.value {
        Content::Text(text) => text.into(),
        Content::Number(number) => number.to_string().into(),
        other => other.described().into(),
    }
}

fn verb(word: &str) -> Option<&'static Verb> {
    VERBS.iter().find(|verb| verb.word == word)
}

/// Gives every key that some step takes, those of most steps first.
fn known_keys() -> impl Iterator<Item = &'static str> {
    let of_verbs =
        VERBS.iter().flat_map(|verb| [verb.word].into_iter().chain(verb.takes.iter().copied()));
    COMMON.into_iter().chain(of_verbs)
}

impl Reader<'_> {
    /// Finds the one verb, and refuses every key that does not go with it.
    pub(super) fn asked<'r>(&self, step: Written<'r>) -> Result<Asked<'r>, Diagnostic> {
        self.only_known_keys(&step)?;
        let written: Vec<(&'static Verb, &'r Node)> =
            step.entries.iter().filter_map(|(key, node)| Some((verb(&key.value)?, node))).collect();
        // A word can be a verb in one step and a key of another verb in the next.
        let is_key = |word: &str| written.iter().any(|(verb, _)| verb.takes.contains(&word));
        let mut verbs = written.iter().filter(|(verb, _)| !is_key(verb.word));
        let asked = match (verbs.next(), verbs.next()) {
            (Some((verb, subject)), None) => Asked { verb, subject, step },
            (Some((first, _)), Some((second, at))) => {
                return Err(self
                    .refuse(
                        at.at,
                        format!("a step has one verb, not `{}` and `{}`", first.word, second.word),
                    )
                    .help("make two steps of it"));
            }
            (None, _) => {
                let [words @ .., last] = VERBS.each_ref().map(|verb| verb.word);
                return Err(self
                    .refuse(step.at, "a step has a verb")
                    .help(format!("use {} or {last}", words.join(", "))));
            }
        };
        self.only_what_the_verb_takes(&asked)?;
        Ok(asked)
    }

    fn only_known_keys(&self, step: &Written<'_>) -> Result<(), Diagnostic> {
        let unknown = |(key, _): &&(Text, Node)| known_keys().all(|known| known != key.value);
        let Some((key, _)) = step.entries.iter().find(unknown) else { return Ok(()) };
        // What is near to no key is answered with those that go with the verb, not with all there are.
        let written = step.entries.iter().find_map(|(key, _)| verb(&key.value));
        let takes = written.map_or(&[][..], |verb| verb.takes);
        let known: Vec<&str> = known_keys().collect();
        let help = match nearest(&key.value, &known) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => suggestion(&key.value, &[&COMMON, takes].concat()),
        };
        Err(self.refuse(key.at, format!("there is no key `{}` here", key.value)).help(help))
    }

    fn only_what_the_verb_takes(&self, asked: &Asked<'_>) -> Result<(), Diagnostic> {
        let Verb { word, takes, .. } = asked.verb;
        let belongs = |key: &str| key == *word || COMMON.contains(&key) || takes.contains(&key);
        match asked.step.entries.iter().find(|(key, _)| !belongs(&key.value)) {
            None => Ok(()),
            Some((key, node)) => Err(self
                .refuse(node.at, format!("`{word}` takes no `{}`", key.value))
                .help("take it out, or use another verb")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::expectation::Subject;

    #[test]
    fn every_part_that_a_verb_lists_is_one_that_an_expectation_reads() {
        let maps = ["headers", "cookies", "json", "row", "stats", "metadata", "size", "attributes"];
        for verb in &VERBS {
            for part in verb.answer.parts {
                let is_read = maps.contains(part)
                    || Subject::plain(part).is_some()
                    || Subject::of_element(part, "").is_some();
                assert!(is_read, "{} has {part}", verb.word);
            }
        }
    }

    #[test]
    fn no_key_of_a_verb_is_one_of_every_step() {
        for verb in &VERBS {
            assert!(!COMMON.contains(&verb.word), "{}", verb.word);
            assert!(verb.takes.iter().all(|key| !COMMON.contains(key)), "{}", verb.word);
        }
    }
}
