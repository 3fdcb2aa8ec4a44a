//! `browser`: a page in a real browser, and what a person does on it.

use super::{Asked, Verb};
use crate::config::{Content, Node, Text};
use crate::model::Diagnostic;
use crate::suite::case::Action;
use crate::suite::expectation::Subject;
use crate::suite::page::BrowserAction;
use crate::suite::read::Reader;
use crate::suite::read::answer_kind::AnswerKind;
use crate::suite::read::names::Names;
use crate::suite::read::written::Written;

pub(super) const VERB: Verb = Verb {
    word: "browser",
    takes: &["do", "viewport", "timeout"],
    answer: AnswerKind {
        described: "a page",
        parts: &[
            "title",
            "url",
            "text",
            "visible",
            "elements",
            "value",
            "checked",
            "enabled",
            "attributes",
            "console",
            "time",
        ],
        has_json: false,
    },
    read,
};

fn read(reader: &Reader<'_>, asked: &Asked<'_>, names: &Names) -> Result<Action, Diagnostic> {
    if let Some(until) = asked.step.get("until") {
        return Err(reader
            .refuse(until.at, "`until` would open the page anew for each look at it")
            .help(
                "wait on the page, as in `do: [{ wait: \"#done\", within: 5s }]`, then `expect`",
            ));
    }
    let gestures = asked.step.get("do").map(|list| reader.list("do", list)).transpose()?;
    let gestures = gestures.unwrap_or_default().iter();
    let viewport = asked.step.get("viewport");
    Ok(Action::Browser(BrowserAction {
        url: reader.url(&reader.text(asked.verb.word, asked.subject)?, names)?,
        viewport: viewport.map(|node| reader.viewport(node)).transpose()?,
        gestures: gestures
            .map(|node| reader.gesture(node, names))
            .collect::<Result<_, Diagnostic>>()?,
        looks: looks(&asked.step),
    }))
}

impl Reader<'_> {
    fn viewport(&self, node: &Node) -> Result<(u32, u32), Diagnostic> {
        let pixels = |node: &Node| match &node.value {
            Content::Number(number) => {
                number.as_u64().and_then(|number| u32::try_from(number).ok())
            }
            _ => None,
        };
        let sides = match &node.value {
            Content::List(sides) => sides.iter().map(pixels).collect::<Option<Vec<u32>>>(),
            _ => None,
        };
        match sides.as_deref() {
            Some([width @ 1..=10_000, height @ 1..=10_000]) => Ok((*width, *height)),
            _ => Err(self
                .refuse(node.at, "`viewport` takes a width and a height in pixels")
                .help("write `viewport: [390, 844]`")),
        }
    }
}

/// Gives every part of an element that is expected or kept, each once.
fn looks(step: &Written<'_>) -> Vec<Subject> {
    let mut looks: Vec<Subject> = Vec::new();
    let mut add = |subject: Option<Subject>| {
        if let Some(subject) = subject.filter(|subject| !looks.contains(subject)) {
            looks.push(subject);
        }
    };
    for (part, node) in entries(step.get("expect")) {
        for (selector, of_one) in entries(Some(node)) {
            add(Subject::of_element(&part.value, &selector.value));
            if part.value == "attributes" {
                for (name, _) in entries(Some(of_one)) {
                    add(Some(Subject::Attribute(selector.value.clone(), name.value.clone())));
                }
            }
        }
    }
    for (_, source) in entries(step.get("capture")) {
        for (part, node) in entries(Some(source)) {
            if let Content::Text(selector) = &node.value {
                add(Subject::of_element(&part.value, selector));
            }
            for (selector, _) in entries(Some(node)) {
                add(Subject::of_element(&part.value, &selector.value));
            }
        }
    }
    looks
}

fn entries(node: Option<&Node>) -> &[(Text, Node)] {
    match node.map(|node| &node.value) {
        Some(Content::Map(entries)) => entries,
        _ => &[],
    }
}
