//! `sse`: the first event of a stream, or the first of its kind.

use super::{Asked, Verb};
use crate::model::Diagnostic;
use crate::protocol::HttpOptions;
use crate::suite::case::Action;
use crate::suite::connection::EventsAction;
use crate::suite::read::Reader;
use crate::suite::read::answer_kind::AnswerKind;
use crate::suite::read::names::Names;

pub(super) const VERB: Verb = Verb {
    word: "sse",
    takes: &["query", "headers", "event", "redirects", "tls", "timeout"],
    answer: AnswerKind {
        described: "an event",
        parts: &["status", "event", "data", "json", "id", "time"],
        has_json: true,
    },
    read,
};

fn read(reader: &Reader<'_>, asked: &Asked<'_>, names: &Names) -> Result<Action, Diagnostic> {
    let url = reader.text(asked.verb.word, asked.subject)?;
    let event = reader.text_of(&asked.step, "event")?;
    Ok(Action::Events(EventsAction {
        url: reader.url(&url, names)?,
        query: reader.pairs("query", &asked.step, names)?,
        headers: reader.headers(reader.map_of(&asked.step, "headers")?, names)?,
        event: event.map(|kind| reader.template(&kind, names)).transpose()?,
        listens: asked.wants(&["event", "data", "json", "id"]),
        options: HttpOptions {
            redirects: reader.redirects(asked.step.get("redirects"))?,
            tls: reader.tls_of(&asked.step)?,
        },
    }))
}
