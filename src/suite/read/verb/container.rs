//! `container`: a fresh look at the containers of a service.

use super::{Asked, Verb};
use crate::model::Diagnostic;
use crate::suite::case::Action;
use crate::suite::read::Reader;
use crate::suite::read::answer_kind::AnswerKind;
use crate::suite::read::names::Names;

pub(super) const VERB: Verb = Verb {
    word: "container",
    takes: &[],
    answer: AnswerKind {
        described: "a container",
        parts: &["state", "health", "restarts", "logs"],
        has_json: false,
    },
    read,
};

fn read(reader: &Reader<'_>, asked: &Asked<'_>, _: &Names) -> Result<Action, Diagnostic> {
    let service = reader.text(asked.verb.word, asked.subject)?;
    Ok(Action::Container { service: reader.service(&service)? })
}
