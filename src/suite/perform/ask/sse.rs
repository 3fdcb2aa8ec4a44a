//! Server-sent events.

use std::borrow::Cow;
use std::time::Duration;

use reqwest::header::ACCEPT;
use serde_json::Value;

use super::http::{filled_headers, full_url};
use crate::protocol::{EventAnswer, HttpRequest, ServerEvent};
use crate::suite::connection::EventsAction;
use crate::suite::draft::fill_template;
use crate::suite::expectation::{Answer, Subject};
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
    let EventAnswer { status, no_stream, event, elapsed } = answer;
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
    let no_stream = no_stream.map(|media_type| {
        let media_type = if media_type.is_empty() { "of no media type" } else { &*media_type };
        format!("the response is no stream of events: {status}, {media_type}")
    });
    let mut shown = trace::cut(&parts.lines());
    if let Some(no_stream) = &no_stream {
        shown = format!("{shown}\n{no_stream}");
    }
    Ok(Received::one(EventParts { parts, no_stream }, shown))
}

/// Is what came back, and why it is no stream of events, where it is none.
struct EventParts {
    parts: Parts,
    no_stream: Option<String>,
}

impl Answer for EventParts {
    fn part(&self, subject: &Subject) -> Option<Cow<'_, Value>> {
        self.parts.part(subject)
    }

    fn unknown(&self, subject: &Subject, found: Option<&Value>) -> Option<String> {
        // A refusal has a status; that there is no event in it proves nothing about the stream.
        let refused = *subject == Subject::Status && found.is_some_and(|status| *status != 200);
        let no_stream = self.no_stream.as_ref().filter(|_| !refused);
        no_stream.cloned().or_else(|| self.parts.unknown(subject, found))
    }
}
