//! `sql`: a statement.

use super::{Asked, Verb};
use crate::config::Node;
use crate::model::{Diagnostic, Protocol};
use crate::suite::case::Action;
use crate::suite::read::Reader;
use crate::suite::read::answer_kind::AnswerKind;
use crate::suite::read::names::Names;

pub(super) const VERB: Verb = Verb {
    word: "sql",
    takes: &["on", "args", "timeout"],
    answer: AnswerKind {
        described: "the result of a statement",
        parts: &["rows", "row", "affected", "time"],
        has_json: true,
    },
    read,
};

fn read(reader: &Reader<'_>, asked: &Asked<'_>, names: &Names) -> Result<Action, Diagnostic> {
    let statement = reader.text(asked.verb.word, asked.subject)?;
    if statement.value.contains("${") {
        return Err(reader
            .refuse(statement.at, "a statement takes no `${names}`")
            .help("write `$1` in it, and the value under `args`"));
    }
    let args = asked.step.get("args").map(|args| reader.list("args", args)).transpose()?;
    let draft = |arg: &Node| reader.draft(arg, names);
    Ok(Action::Sql {
        service: reader.on(asked, &[Protocol::Postgres])?,
        statement: statement.value,
        args: args.unwrap_or_default().iter().map(draft).collect::<Result<_, _>>()?,
    })
}
