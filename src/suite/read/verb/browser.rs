//! `browser`: a page in a real browser, and what a person does on it.

use std::time::Duration;

use super::{Asked, Verb};
use crate::config::{Content, Node};
use crate::model::Diagnostic;
use crate::suite::case::Action;
use crate::suite::page::{BrowserAction, Gesture};
use crate::suite::read::Reader;
use crate::suite::read::answer_kind::AnswerKind;
use crate::suite::read::names::Names;
use crate::suite::read::written::Written;

pub(super) const VERB: Verb = Verb {
    word: "browser",
    takes: &["do", "timeout"],
    answer: AnswerKind {
        described: "a page",
        parts: &["title", "url", "text", "visible", "console", "time"],
        has_json: false,
    },
    read,
};

fn read(reader: &Reader<'_>, asked: &Asked<'_>, names: &Names) -> Result<Action, Diagnostic> {
    if let Some(until) = asked.step.get("until") {
        return Err(reader
            .refuse(until.referenced, "`until` would open the page anew for each look at it")
            .help(
                "wait on the page, as in `do: [{ wait: \"#done\", within: 5s }]`, then `expect`",
            ));
    }
    let gestures = asked.step.get("do").map(|list| reader.list("do", list)).transpose()?;
    let gestures = gestures.unwrap_or_default().iter();
    Ok(Action::Browser(BrowserAction {
        url: reader.url(&reader.text(asked.verb.word, asked.subject)?, names)?,
        gestures: gestures
            .map(|node| gesture(reader, node, names))
            .collect::<Result<_, Diagnostic>>()?,
        selectors: selectors(&asked.step),
    }))
}

fn gesture(
    reader: &Reader<'_>,
    node: &Node,
    names: &Names,
) -> Result<(Gesture, Option<Duration>), Diagnostic> {
    let written = reader.map("do", node)?;
    for (key, _) in written.entries {
        if !["fill", "with", "click", "wait", "within"].contains(&key.value.as_str()) {
            return Err(reader
                .refuse(key.referenced, format!("nobody can `{}` on a page", key.value))
                .help(WAYS));
        }
    }
    let template = |key| -> Result<_, Diagnostic> {
        let text = reader.text_of(&written, key)?;
        text.map(|text| reader.template(&text, names)).transpose()
    };
    let (fill, click, wait) = (template("fill")?, template("click")?, template("wait")?);
    let gesture = match (fill, template("with")?, click, wait) {
        (Some(selector), Some(text), None, None) => Gesture::Fill { selector, text },
        (None, None, Some(selector), None) => Gesture::Click { selector },
        (None, None, None, Some(selector)) => Gesture::Wait { selector },
        _ => {
            return Err(reader
                .refuse(node.referenced, "each entry of `do` is one thing that a person does")
                .help(WAYS));
        }
    };
    let within = reader.text_of(&written, "within")?;
    Ok((gesture, within.map(|within| reader.duration(&within)).transpose()?))
}

const WAYS: &str = "write `{ fill: \"#email\", with: text }`, `{ click: button }` or `{ wait: \"#done\", within: 5s }`";

/// Gives every selector of which something is expected or kept, each once.
fn selectors(step: &Written<'_>) -> Vec<String> {
    let mut selectors: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        if !selectors.iter().any(|known| known == name) {
            selectors.push(name.to_owned());
        }
    };
    if let Some(Node { value: Content::Map(parts), .. }) = step.get("expect") {
        for (_, node) in parts.iter().filter(|(key, _)| is_of_an_element(&key.value)) {
            if let Content::Map(entries) = &node.value {
                for (selector, _) in entries {
                    add(&selector.value);
                }
            }
        }
    }
    if let Some(Node { value: Content::Map(captures), .. }) = step.get("capture") {
        let sources = captures.iter().filter_map(|(_, node)| match &node.value {
            Content::Map(source) => source.first(),
            _ => None,
        });
        for (_, node) in sources.filter(|(key, _)| is_of_an_element(&key.value)) {
            match &node.value {
                Content::Text(selector) => add(selector),
                Content::Map(entries) => {
                    for (selector, _) in entries {
                        add(&selector.value);
                    }
                }
                _ => {}
            }
        }
    }
    selectors
}

fn is_of_an_element(part: &str) -> bool {
    matches!(part, "text" | "visible")
}
