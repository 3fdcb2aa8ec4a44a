//! `tls`: what a server shows of itself.

use super::{Asked, Verb};
use crate::config::Text;
use crate::model::{Diagnostic, Template};
use crate::protocol::Address;
use crate::suite::case::Action;
use crate::suite::connection::TlsAction;
use crate::suite::read::Reader;
use crate::suite::read::answer_kind::AnswerKind;
use crate::suite::read::names::Names;

pub(super) const VERB: Verb = Verb {
    word: "tls",
    takes: &["server_name", "ca", "certificate", "key", "timeout"],
    answer: AnswerKind {
        described: "a certificate",
        parts: &[
            "verified",
            "problem",
            "days_left",
            "not_after",
            "subject",
            "issuer",
            "names",
            "protocol",
            "time",
        ],
        has_json: false,
    },
    read,
};

fn read(reader: &Reader<'_>, asked: &Asked<'_>, names: &Names) -> Result<Action, Diagnostic> {
    let server_name = reader.text_of(&asked.step, "server_name")?;
    let says = |key: &&str| asked.step.get(key).is_some();
    let own = ["ca", "certificate", "key"].iter().any(says);
    Ok(Action::Tls(TlsAction {
        address: reader.address(asked, names)?,
        server_name: server_name.map(|name| reader.template(&name, names)).transpose()?,
        options: match &reader.tls {
            Some(of_the_suite) if !own => of_the_suite.clone(),
            _ => reader.trusted_and_shown(&asked.step)?,
        },
    }))
}

impl Reader<'_> {
    /// Reads the host and port under a verb; one without names is checked here and now.
    pub(super) fn address(&self, asked: &Asked<'_>, names: &Names) -> Result<Template, Diagnostic> {
        let text: Text = self.text(asked.verb.word, asked.subject)?;
        let template = self.template(&text, names)?;
        if template.names().next().is_none() {
            text.value.parse::<Address>().map_err(|error| {
                self.refuse(text.at, error.to_string()).help("or name a service, as in `${api}`")
            })?;
        }
        Ok(template)
    }
}
