//! `exec` and `run`: a command in a container of a service, and a program on this host.

use super::{Asked, Verb};
use crate::config::{Content, Text};
use crate::model::{Diagnostic, Template};
use crate::suite::case::Action;
use crate::suite::command::{CommandAction, Where};
use crate::suite::read::Reader;
use crate::suite::read::answer_kind::AnswerKind;
use crate::suite::read::names::Names;

pub(super) const EXEC: Verb = Verb {
    word: "exec",
    takes: &["on", "user", "stdin", "timeout"],
    answer: ANSWER,
    read: read_exec,
};

pub(super) const RUN: Verb =
    Verb { word: "run", takes: &["env", "stdin", "timeout"], answer: ANSWER, read: read_run };

const ANSWER: AnswerKind = AnswerKind {
    described: "a command",
    parts: &["exit", "stdout", "stderr", "json", "time"],
    has_json: true,
};

fn read_exec(reader: &Reader<'_>, asked: &Asked<'_>, names: &Names) -> Result<Action, Diagnostic> {
    if !reader.may_change {
        return Err(reader
            .refuse(
                asked.at(),
                "`exec` may change its container, and the suite does not say where that is allowed",
            )
            .help(
                "add `targets: [local]` to the suite, with the environments that it may run in",
            ));
    }
    let Some(on) = reader.text_of(&asked.step, "on")? else {
        return Err(reader
            .refuse(asked.at(), "`exec` does not say which service performs it")
            .help("add `on: service`"));
    };
    let user = reader.text_of(&asked.step, "user")?;
    let place = Where::Container {
        service: reader.service(&on)?,
        user: user.map(|user| reader.template(&user, names)).transpose()?,
    };
    action(reader, asked, names, place)
}

fn read_run(reader: &Reader<'_>, asked: &Asked<'_>, names: &Names) -> Result<Action, Diagnostic> {
    let variables = reader.map_of(&asked.step, "env")?;
    let variables = variables.map_or(&[][..], |variables| variables.entries).iter();
    let variables = variables.map(|(name, value)| {
        let value = reader.text(&name.value, value)?;
        Ok((name.value.clone(), reader.template(&value, names)?))
    });
    let place = Where::Host { variables: variables.collect::<Result<_, Diagnostic>>()? };
    let action = action(reader, asked, names, place)?;
    only_allowed(reader, asked)?;
    Ok(action)
}

fn action(
    reader: &Reader<'_>,
    asked: &Asked<'_>,
    names: &Names,
    place: Where,
) -> Result<Action, Diagnostic> {
    let word = asked.verb.word;
    let words = reader.list(word, asked.subject)?;
    if words.is_empty() {
        return Err(reader
            .refuse(asked.at(), "a command has at least its program")
            .help(format!("write `{word}: [program, argument]`")));
    }
    let template = |text: &Text| -> Result<Template, Diagnostic> { reader.template(text, names) };
    let stdin = reader.text_of(&asked.step, "stdin")?;
    Ok(Action::Command(CommandAction {
        place,
        words: words
            .iter()
            .map(|node| template(&reader.text(word, node)?))
            .collect::<Result<_, _>>()?,
        stdin: stdin.as_ref().map(template).transpose()?,
    }))
}

/// Refuses a program that the settings do not list, which is the one that is written and nothing that a
/// name stands for.
fn only_allowed(reader: &Reader<'_>, asked: &Asked<'_>) -> Result<(), Diagnostic> {
    let words = reader.list(asked.verb.word, asked.subject)?;
    let Some(first) = words.first() else { return Ok(()) };
    match &first.value {
        Content::Text(program) if program.contains("${") => Err(reader
            .refuse(first.at, "the program that is run is written out")
            .help("put names into its arguments only")),
        Content::Text(program) => reader.allowed(&Text::new(program.clone(), first.at)),
        other => Err(reader
            .refuse(first.at, format!("a program is a text, not {}", other.described()))
            .help("write its name, in quotes if it looks like a number")),
    }
}
