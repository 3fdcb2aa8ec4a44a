//! Objects in buckets.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{endpoint, file};
use crate::model::Reason;
use crate::protocol::{
    HttpError, HttpOptions, ListedObject, ObjectAnswer, ObjectCall, ObjectError, ObjectPlace,
    StoredObject, object_exchange, sha256,
};
use crate::suite::draft::fill_template;
use crate::suite::expectation::Subject;
use crate::suite::object::{ContentDraft, ObjectAction, ObjectDraft};
use crate::suite::perform::failure::Failure;
use crate::suite::perform::received::{Parts, Received};
use crate::suite::perform::session::Session;
use crate::suite::perform::trace;

pub(super) async fn ask(
    action: &ObjectAction,
    limit: Duration,
    session: &Session,
    sent: &mut String,
) -> Result<Received, Failure> {
    let filled = fill_template(&action.place, session)?;
    let (bucket, key) = filled.split_once('/').unwrap_or((&filled, ""));
    let place = ObjectPlace { bucket: bucket.to_owned(), key: key.to_owned() };
    *sent = format!("{} {filled}", described(&action.call));
    if bucket.is_empty() || action.call.needs_key() && key.is_empty() {
        let message = format!("`{filled}` names no object: a bucket, a `/` and a key");
        return Err(Failure::unknown(Reason::NoData, message));
    }
    let call = fill(&action.call, session).await?;
    let stored = match &call {
        ObjectCall::Put { content, media_type, .. } => {
            let size = content.len();
            write!(sent, "\n{media_type}, {size} bytes").expect("a string takes every text");
            Some((content.len(), sha256(content)))
        }
        _ => None,
    };
    let http = session.http(&HttpOptions::default())?;
    let at = endpoint(session, &action.service)?;
    let began = Instant::now();
    let answer = object_exchange(&http, at, &place, call, limit).await;
    let parts = Parts::default().after(began.elapsed());
    let parts = match answer {
        Ok(ObjectAnswer::Put(etag)) => {
            let (size, digest) = stored.expect("only what is stored is answered so");
            let parts = parts.with(Subject::Size, size).with(Subject::Sha256, digest);
            parts.with_some(Subject::Etag, etag)
        }
        Ok(ObjectAnswer::Found(object)) => found(parts, object, action, &filled)?,
        Ok(ObjectAnswer::Absent) if action.may_be_absent => parts.with(Subject::Found, false),
        Ok(ObjectAnswer::Absent) => {
            let message = format!("there is no object `{key}` in the bucket `{bucket}`");
            return Err(Failure::fail(Reason::Expectation, message));
        }
        Ok(ObjectAnswer::Listed(objects)) => listed(parts, &objects),
        Ok(ObjectAnswer::Gone(gone)) => parts.with(Subject::Gone, gone),
        Ok(ObjectAnswer::Created(created)) => parts.with(Subject::Created, created),
        Ok(ObjectAnswer::Signed(url)) => {
            // Whoever has it reads the object.
            session.learn_secret(&url);
            if let Some((_, query)) = url.split_once('?') {
                session.learn_secret(query);
            }
            parts.with(Subject::Found, true).with(Subject::Url, url)
        }
        Err(error) => match error.code().map(str::to_owned) {
            Some(code) if action.may_be_refused => parts.with(Subject::Error, code),
            _ => return Err(error.into()),
        },
    };
    let shown = trace::cut(&parts.lines());
    Ok(Received::one(parts, shown))
}

const fn described(call: &ObjectDraft) -> &'static str {
    match call {
        ObjectDraft::Put { .. } => "put",
        ObjectDraft::Get => "get",
        ObjectDraft::Head => "head",
        ObjectDraft::List => "list",
        ObjectDraft::Delete => "delete",
        ObjectDraft::Sign(_) => "sign",
        ObjectDraft::CreateBucket => "create bucket",
        ObjectDraft::DeleteBucket { .. } => "delete bucket",
    }
}

async fn fill(draft: &ObjectDraft, session: &Session) -> Result<ObjectCall, Failure> {
    Ok(match draft {
        ObjectDraft::Put { content, media_type, metadata } => {
            let (content, usual) = match content {
                ContentDraft::Json(json) => {
                    (json.fill(session)?.to_string().into_bytes(), "application/json")
                }
                ContentDraft::Text(text) => {
                    (fill_template(text, session)?.into_bytes(), "text/plain; charset=utf-8")
                }
                ContentDraft::File(path) => (file(path).await?, "application/octet-stream"),
            };
            let media_type = media_type.clone().unwrap_or_else(|| usual.to_owned());
            let metadata = metadata.iter();
            let metadata = metadata
                .map(|(name, value)| Ok((name.clone(), fill_template(value, session)?)))
                .collect::<Result<_, Failure>>()?;
            ObjectCall::Put { content, media_type, metadata }
        }
        ObjectDraft::Get => ObjectCall::Get,
        ObjectDraft::Head => ObjectCall::Head,
        ObjectDraft::List => ObjectCall::List,
        ObjectDraft::Delete => ObjectCall::Delete,
        ObjectDraft::Sign(lasts) => ObjectCall::Sign(*lasts),
        ObjectDraft::CreateBucket => ObjectCall::CreateBucket,
        ObjectDraft::DeleteBucket { force } => ObjectCall::DeleteBucket { force: *force },
    })
}

fn found(
    parts: Parts,
    object: StoredObject,
    action: &ObjectAction,
    place: &str,
) -> Result<Parts, Failure> {
    let StoredObject { size, media_type, etag, metadata, content } = object;
    let mut parts = parts
        .with(Subject::Found, true)
        .with_some(Subject::Size, size)
        .with_some(Subject::Type, media_type)
        .with_some(Subject::Etag, etag);
    for (name, value) in metadata {
        parts = parts.with(Subject::Metadata(name), value);
    }
    let Some(content) = content else { return Ok(parts) };
    let parts = parts.with(Subject::Sha256, content.sha256);
    match content.bytes {
        None if action.wants_content => {
            let url = place.to_owned();
            Err(ObjectError::from(HttpError::TooLarge { url }).into())
        }
        None => Ok(parts),
        Some(bytes) => {
            let json = serde_json::from_slice(&bytes).ok();
            let text = String::from_utf8(bytes).ok();
            Ok(parts.with_json(json).with_some(Subject::Body, text))
        }
    }
}

fn listed(parts: Parts, objects: &[ListedObject]) -> Parts {
    let keys: Vec<&str> = objects.iter().map(|object| object.key.as_str()).collect();
    let entry = |ListedObject { key, size, etag }: &ListedObject| json!({ "key": key, "size": size, "etag": etag });
    let all: Vec<Value> = objects.iter().map(entry).collect();
    parts
        .with(Subject::Count, keys.len())
        .with(Subject::Keys, Value::from(keys))
        .with_json(Some(all.into()))
}
