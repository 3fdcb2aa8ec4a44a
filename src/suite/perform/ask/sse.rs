//! Server-sent events.

use std::time::Duration;

use reqwest::header::ACCEPT;
use serde_json::Value;

use super::http::{filled_headers, full_url};
use crate::protocol::{EventAnswer, HttpRequest, ServerEvent};
use crate::suite::connection::EventsAction;
use crate::suite::draft::fill_template;
use crate::suite::expectation::Subject;
use crate::suite::perform::failure::Failure;
use crate::suite::perform::received::{Parts, Received};
use crate::suite::perform::session::Session;
use crate::suite::perform::trace;

pub(super) async fn ask(
    action: &EventsAction,
    limit: Duration,
    session: &Session,
    sent: &mut String,
) -> Result<Received, Failure> {
    let mut headers = filled_headers(&action.headers, session)?;
    if !headers.iter().any(|(name, _)| *name == ACCEPT) {
        headers.push((ACCEPT, "text/event-stream".to_owned()));
    }
    let url = full_url(&action.url, &action.query, session)?;
    let request = HttpRequest { headers, ..HttpRequest::get(url) };
    let wanted = action.event.as_ref().map(|kind| fill_template(kind, session)).transpose()?;
    *sent = trace::request(&request);
    let http = session.http(&action.options)?;
    let answer = http.first_event(&request, wanted.as_deref(), action.listens, limit).await?;
    let EventAnswer { status, event, elapsed } = answer;
    let mut parts = Parts::default().with(Subject::Status, status).after(elapsed);
    if let Some(ServerEvent { event, data, id }) = event {
        let json = serde_json::from_str::<Value>(&data).ok();
        let id = (!id.is_empty()).then_some(id);
        parts = parts
            .with(Subject::Event, event)
            .with(Subject::Data, data)
            .with_some(Subject::Id, id)
            .with_json(json);
    }
    let shown = trace::cut(&parts.lines());
    Ok(Received::one(parts, shown))
}
