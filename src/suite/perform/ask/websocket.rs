//! One message there and one back.

use std::time::Duration;

use serde_json::Value;

use super::http::filled_headers;
use crate::protocol::{WebSocketAnswer, WebSocketRequest, websocket_exchange};
use crate::suite::connection::WebSocketAction;
use crate::suite::draft::fill_template;
use crate::suite::expectation::Subject;
use crate::suite::perform::failure::Failure;
use crate::suite::perform::received::{Parts, Received};
use crate::suite::perform::session::Session;
use crate::suite::perform::trace;

pub(super) async fn ask(
    action: &WebSocketAction,
    limit: Duration,
    session: &Session,
    sent: &mut String,
) -> Result<Received, Failure> {
    let url = fill_template(&action.url, session)?;
    // A service is named by its HTTP address, and both speak on the same port.
    let url = match url.strip_prefix("http") {
        Some(rest) => format!("ws{rest}"),
        None => url,
    };
    let message = action.send.as_ref().map(|message| message.fill(session)).transpose()?;
    let asked = WebSocketRequest {
        url,
        headers: filled_headers(&action.headers, session)?,
        send: message.map(|message| match message {
            Value::String(text) => text,
            other => other.to_string(),
        }),
        listens: action.listens,
        tls: action.tls.clone(),
    };
    *sent = trace::opening(&asked);
    let answer = websocket_exchange(&asked, &session.cookies, limit).await?;
    let WebSocketAnswer { status, message, closed, elapsed } = answer;
    let json = message.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let parts = Parts::default()
        .with(Subject::Status, status)
        .with_some(Subject::Message, message)
        .with_some(Subject::Closed, closed)
        .after(elapsed);
    let shown = trace::cut(&parts.lines());
    Ok(Received::one(parts.with_json(json), shown))
}
