//! `websocket`: one message there, one message back.

use super::{Asked, Verb};
use crate::model::Diagnostic;
use crate::suite::case::Action;
use crate::suite::connection::WebSocketAction;
use crate::suite::read::Reader;
use crate::suite::read::answer_kind::AnswerKind;
use crate::suite::read::names::Names;

pub(super) const VERB: Verb = Verb {
    word: "websocket",
    takes: &["headers", "send", "tls", "timeout"],
    answer: AnswerKind {
        described: "a WebSocket",
        parts: &["status", "message", "json", "closed", "time"],
        has_json: true,
    },
    read,
};

fn read(reader: &Reader<'_>, asked: &Asked<'_>, names: &Names) -> Result<Action, Diagnostic> {
    let url = reader.text(asked.verb.word, asked.subject)?;
    let send = asked.step.get("send");
    Ok(Action::WebSocket(WebSocketAction {
        url: reader.url(&url, names)?,
        headers: reader.headers(reader.map_of(&asked.step, "headers")?, names)?,
        send: send.map(|message| reader.draft(message, names)).transpose()?,
        listens: asked.wants(&["message", "json", "closed"]),
        tls: reader.tls_of(&asked.step)?.unwrap_or_default(),
    }))
}
