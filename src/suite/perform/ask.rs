//! From an action to what came back: one question, whatever the protocol.

use std::time::{Duration, Instant};

use reqwest::header::CONTENT_TYPE;
use serde_json::Value;

use super::answer::{ContainerView, Received};
use super::failure::Failure;
use super::ground::Stack;
use super::sandbox::inspect;
use super::session::Session;
use super::trace;
use crate::model::{Endpoint, Reason, TemplateError};
use crate::protocol::{HttpRequest, redis_command, sql_statement};
use crate::suite::case::{Action, Body, HttpAction};
use crate::suite::draft::fill_template;

/// How many of the last lines of a container are looked at.
const LOG_LINES: usize = 200;

/// Asks once; `sent` is what the trace shows of the question, also where there is no answer.
pub(super) async fn ask(
    action: &Action,
    limit: Duration,
    session: &Session,
    sent: &mut String,
) -> Result<Received, Failure> {
    let began = Instant::now();
    match action {
        Action::Http(action) => {
            let request = request(action, session)?;
            *sent = trace::request(&request);
            Ok(Received::Response(session.ground.http.send(&request, limit).await?))
        }
        Action::Sql { service, statement, args } => {
            let args = args.iter().map(|arg| arg.fill(session));
            let args: Vec<Value> = args.collect::<Result<_, _>>()?;
            *sent = format!("{}\n{}", statement.trim(), Value::Array(args.clone()));
            let rows = sql_statement(endpoint(session, service)?, statement, &args, limit).await?;
            Ok(Received::Rows { rows, elapsed: began.elapsed() })
        }
        Action::Redis { service, command } => {
            let words = command.iter().map(|word| word.fill(session).map(as_text));
            let command: Vec<String> = words.collect::<Result<_, TemplateError>>()?;
            *sent = command.join(" ");
            let reply = redis_command(endpoint(session, service)?, &command, limit).await?;
            Ok(Received::Reply { reply, elapsed: began.elapsed() })
        }
        Action::Container { service } => {
            *sent = format!("a look at the containers of {service}");
            Ok(Received::Containers(look(session, service).await?))
        }
    }
}

fn endpoint<'s>(session: &'s Session, service: &str) -> Result<&'s Endpoint, Failure> {
    session.endpoints.get(service).ok_or_else(|| {
        Failure::unknown(Reason::NoData, format!("nothing says where `{service}` answers"))
    })
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

fn as_text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// Looks afresh at every container of a service.
async fn look(session: &Session, service: &str) -> Result<Vec<ContainerView>, Failure> {
    let stack = session.ground.stack(&format!("a container of {service}"));
    let Stack { engine, project, .. } =
        stack.map_err(|unseen| Failure::unknown(Reason::NotObserved, unseen))?;
    let mut containers = match &session.throw_away {
        Some(id) => inspect(engine, id, service).await?.into_iter().collect(),
        None => engine.containers(project).await?,
    };
    containers.retain(|container| container.service == service);
    let mut views = Vec::with_capacity(containers.len());
    for container in &containers {
        let logs = engine.logs(&container.id, LOG_LINES).await?;
        views.push(ContainerView::of(container, logs));
    }
    if views.is_empty() {
        views.push(ContainerView::of_none(service));
    }
    Ok(views)
}
