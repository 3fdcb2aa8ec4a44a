//! `tcp`: whether somebody listens, and what it says.

use super::{Asked, Verb};
use crate::model::Diagnostic;
use crate::suite::case::Action;
use crate::suite::connection::TcpAction;
use crate::suite::read::Reader;
use crate::suite::read::answer_kind::AnswerKind;
use crate::suite::read::names::Names;

pub(super) const VERB: Verb = Verb {
    word: "tcp",
    takes: &["send", "timeout"],
    answer: AnswerKind {
        described: "a connection",
        parts: &["open", "banner", "time"],
        has_json: false,
    },
    read,
};

fn read(reader: &Reader<'_>, asked: &Asked<'_>, names: &Names) -> Result<Action, Diagnostic> {
    let send = reader.text_of(&asked.step, "send")?;
    Ok(Action::Tcp(TcpAction {
        address: reader.address(asked, names)?,
        send: send.map(|text| reader.template(&text, names)).transpose()?,
        listens: asked.wants(&["banner"]),
        asks_open: asked.wants(&["open"]),
    }))
}
