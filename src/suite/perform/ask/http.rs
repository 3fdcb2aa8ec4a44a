//! HTTP requests.

use std::borrow::Cow;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::Url;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, SET_COOKIE};

use super::file;
use crate::model::Template;
use crate::protocol::{FormPart, HttpBody, HttpError, HttpRequest, HttpResponse};
use crate::suite::case::{Body, Field, FieldContent, HttpAction};
use crate::suite::draft::fill_template;
use crate::suite::perform::failure::Failure;
use crate::suite::perform::received::Received;
use crate::suite::perform::session::Session;
use crate::suite::perform::trace;
use crate::suite::response::ResponseAnswer;

/// The fewest characters of a cookie's value that are taken for a credential.
const CREDENTIAL: usize = 12;

pub(super) async fn ask(
    action: &HttpAction,
    limit: Duration,
    session: &Session,
    sent: &mut String,
) -> Result<Received, Failure> {
    let request = request(action, session).await?;
    *sent = trace::request(&request);
    let response = session.http(&action.options)?.send(&request, limit).await?;
    let shown = trace::response(&response);
    let HttpResponse { status, url, headers, body, elapsed } = response;
    // Most cookies are credentials; a short value is more likely a setting, and would hide too much.
    let cookies = headers.get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
    let values = cookies.filter_map(|cookie| cookie.split(';').next()?.split_once('='));
    for (_, value) in values.filter(|(_, value)| value.len() >= CREDENTIAL) {
        session.learn_secret(value.trim().trim_matches('"'));
    }
    let answer = ResponseAnswer::new(status, Cow::Owned(headers), body, Some(elapsed));
    Ok(Received::one(answer.from_url(url), shown))
}

async fn request(action: &HttpAction, session: &Session) -> Result<HttpRequest, Failure> {
    let HttpAction { method, url, query, headers, basic, body, .. } = action;
    let url = full_url(url, query, session)?;
    let mut headers = filled_headers(headers, session)?;
    if let Some((user, password)) = basic {
        let (user, password) = (fill_template(user, session)?, fill_template(password, session)?);
        let encoded = BASE64_STANDARD.encode(format!("{user}:{password}"));
        headers.push((AUTHORIZATION, format!("Basic {encoded}")));
    }
    let body = match body {
        None => None,
        Some(Body::Text(text)) => Some(HttpBody::Bytes(fill_template(text, session)?.into_bytes())),
        Some(Body::Json(json)) => {
            if !headers.iter().any(|(name, _)| *name == CONTENT_TYPE) {
                headers.push((CONTENT_TYPE, "application/json".to_owned()));
            }
            Some(HttpBody::Bytes(json.fill(session)?.to_string().into_bytes()))
        }
        Some(Body::Form(fields)) => Some(HttpBody::Form(filled_pairs(fields, session)?)),
        Some(Body::Multipart(fields)) => {
            let mut parts = Vec::with_capacity(fields.len());
            for field in fields {
                parts.push(part(field, session).await?);
            }
            Some(HttpBody::Multipart(parts))
        }
    };
    Ok(HttpRequest { method: method.clone(), url, headers, body })
}

/// Fills an address and adds what comes after its `?`, encoded.
pub(super) fn full_url(
    url: &Template,
    query: &[(String, Template)],
    session: &Session,
) -> Result<String, Failure> {
    let url = fill_template(url, session)?;
    if query.is_empty() {
        return Ok(url);
    }
    let mut parsed =
        Url::parse(&url).map_err(|error| HttpError::Malformed { url, cause: error.to_string() })?;
    parsed.query_pairs_mut().extend_pairs(filled_pairs(query, session)?);
    Ok(parsed.into())
}

pub(super) fn filled_headers(
    headers: &[(HeaderName, Template)],
    session: &Session,
) -> Result<Vec<(HeaderName, String)>, Failure> {
    let fill =
        |(name, value): &(HeaderName, Template)| Ok((name.clone(), fill_template(value, session)?));
    headers.iter().map(fill).collect()
}

fn filled_pairs(
    pairs: &[(String, Template)],
    session: &Session,
) -> Result<Vec<(String, String)>, Failure> {
    let fill =
        |(name, value): &(String, Template)| Ok((name.clone(), fill_template(value, session)?));
    pairs.iter().map(fill).collect()
}

async fn part(field: &Field, session: &Session) -> Result<FormPart, Failure> {
    let name = field.name.clone();
    Ok(match &field.content {
        FieldContent::Text(text) => {
            let content = fill_template(text, session)?.into_bytes();
            FormPart { name, content, file_name: None, media_type: None }
        }
        FieldContent::File { path, name: file_name, media_type } => FormPart {
            name,
            content: file(path).await?,
            file_name: Some(file_name.clone()),
            media_type: media_type.clone(),
        },
    })
}
