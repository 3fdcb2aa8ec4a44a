//! HTTP requests.

use std::time::Duration;

use reqwest::header::CONTENT_TYPE;

use crate::protocol::{HttpRequest, HttpResponse};
use crate::suite::case::{Body, HttpAction};
use crate::suite::draft::fill_template;
use crate::suite::perform::failure::Failure;
use crate::suite::perform::received::Received;
use crate::suite::perform::session::Session;
use crate::suite::perform::trace;
use crate::suite::response::ResponseAnswer;

pub(super) async fn ask(
    action: &HttpAction,
    limit: Duration,
    session: &Session,
    sent: &mut String,
) -> Result<Received, Failure> {
    let request = request(action, session)?;
    *sent = trace::request(&request);
    let response = session.ground.http.send(&request, limit).await?;
    let HttpResponse { status, headers, body, elapsed } = &response;
    let answer = ResponseAnswer::new(*status, headers, body, Some(*elapsed)).into_owned();
    Ok(Received::one(answer, trace::response(&response)))
}

fn request(action: &HttpAction, session: &Session) -> Result<HttpRequest, Failure> {
    let HttpAction { method, url, headers, body } = action;
    let mut filled = Vec::with_capacity(headers.len() + 1);
    for (name, value) in headers {
        filled.push((name.clone(), fill_template(value, session)?));
    }
    let body = match body {
        None => None,
        Some(Body::Text(text)) => Some(fill_template(text, session)?.into_bytes()),
        Some(Body::Json(json)) => {
            if !filled.iter().any(|(name, _)| *name == CONTENT_TYPE) {
                filled.push((CONTENT_TYPE, "application/json".to_owned()));
            }
            Some(json.fill(session)?.to_string().into_bytes())
        }
    };
    let url = fill_template(url, session)?;
    Ok(HttpRequest { method: method.clone(), url, headers: filled, body })
}
