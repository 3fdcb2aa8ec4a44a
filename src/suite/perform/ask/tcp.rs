//! TCP connections.

use std::time::Duration;

use super::address;
use crate::protocol::{TcpError, tcp_exchange};
use crate::suite::connection::TcpAction;
use crate::suite::draft::fill_template;
use crate::suite::expectation::Subject;
use crate::suite::perform::failure::Failure;
use crate::suite::perform::received::{Parts, Received};
use crate::suite::perform::session::Session;
use crate::suite::perform::trace;

pub(super) async fn ask(
    action: &TcpAction,
    limit: Duration,
    session: &Session,
    sent: &mut String,
) -> Result<Received, Failure> {
    let address = address(&fill_template(&action.address, session)?)?;
    let text = action.send.as_ref().map(|text| fill_template(text, session)).transpose()?;
    *sent = match &text {
        Some(text) => format!("{address}\n{}", text.trim_end()),
        None => address.to_string(),
    };
    let parts = match tcp_exchange(&address, text.as_deref(), action.listens, limit).await {
        Ok(answer) => Parts::default()
            .with(Subject::Open, true)
            .with_some(Subject::Banner, answer.banner)
            .after(answer.elapsed),
        // To a step that asks whether anybody listens, that nobody does is an answer.
        Err(TcpError::Refused(_)) if action.asks_open => {
            Parts::default().with(Subject::Open, false)
        }
        Err(error) => return Err(error.into()),
    };
    let shown = trace::cut(&parts.lines());
    Ok(Received::one(parts, shown))
}
