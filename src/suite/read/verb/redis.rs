//! `redis`: a command.

use super::{Asked, Verb};
use crate::model::{Diagnostic, Protocol};
use crate::suite::case::Action;
use crate::suite::read::Reader;
use crate::suite::read::answer_kind::AnswerKind;
use crate::suite::read::names::Names;

pub(super) const VERB: Verb = Verb {
    word: "redis",
    takes: &["on", "timeout"],
    answer: AnswerKind { described: "a reply", parts: &["reply", "time"], has_json: true },
    read,
};

fn read(reader: &Reader<'_>, asked: &Asked<'_>, names: &Names) -> Result<Action, Diagnostic> {
    let command = reader.list(asked.verb.word, asked.subject)?;
    if command.is_empty() {
        return Err(reader
            .refuse(asked.at(), "a command has at least its name")
            .help("write `redis: [GET, key]`"));
    }
    Ok(Action::Redis {
        service: reader.on(asked, &[Protocol::Redis])?,
        command: command.iter().map(|word| reader.draft(word, names)).collect::<Result<_, _>>()?,
    })
}
