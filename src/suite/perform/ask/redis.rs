//! Redis commands.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::endpoint;
use crate::model::TemplateError;
use crate::protocol::redis_command;
use crate::suite::draft::Draft;
use crate::suite::expectation::Subject;
use crate::suite::perform::failure::Failure;
use crate::suite::perform::received::{Parts, Received};
use crate::suite::perform::session::Session;
use crate::suite::perform::trace;

pub(super) async fn ask(
    service: &str,
    command: &[Draft],
    limit: Duration,
    session: &Session,
    sent: &mut String,
) -> Result<Received, Failure> {
    let words = command.iter().map(|word| word.fill(session).map(as_text));
    let command: Vec<String> = words.collect::<Result<_, TemplateError>>()?;
    *sent = command.join(" ");
    let began = Instant::now();
    let reply = redis_command(endpoint(session, service)?, &command, limit).await?;
    let parts = Parts::default().after(began.elapsed()).with_json(Some(reply.clone()));
    let shown = trace::cut(&reply.to_string());
    // A key that is not there has a nil reply: nothing is there to compare.
    let reply = Some(reply).filter(|reply| !reply.is_null());
    Ok(Received::one(parts.with_some(Subject::Reply, reply), shown))
}

fn as_text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}
