//! From an action to what came back: one question a file, whatever the protocol.

mod browser;
mod command;
mod container;
mod http;
mod object;
mod output;
mod redis;
mod sql;
mod sse;
mod tcp;
mod tls;
mod websocket;

use std::path::Path;
use std::time::Duration;

use super::failure::Failure;
use super::received::Received;
use super::session::Session;
use crate::model::{Endpoint, Reason};
use crate::protocol::Address;
use crate::suite::case::Action;

/// Asks once; `sent` is what the trace shows of the question, also where there is no answer.
pub(super) async fn ask(
    action: &Action,
    limit: Duration,
    session: &Session,
    sent: &mut String,
) -> Result<Received, Failure> {
    // What is asked most comes first; each of the others is put aside, or every case would be as large as the largest.
    match action {
        Action::Http(action) => http::ask(action, limit, session, sent).await,
        Action::Sql { service, statement, args } => {
            Box::pin(sql::ask(service, statement, args, limit, session, sent)).await
        }
        Action::Redis { service, command } => {
            Box::pin(redis::ask(service, command, limit, session, sent)).await
        }
        Action::Object(action) => Box::pin(object::ask(action, limit, session, sent)).await,
        Action::Tcp(action) => Box::pin(tcp::ask(action, limit, session, sent)).await,
        Action::Tls(action) => Box::pin(tls::ask(action, limit, session, sent)).await,
        Action::WebSocket(action) => Box::pin(websocket::ask(action, limit, session, sent)).await,
        Action::Events(action) => Box::pin(sse::ask(action, limit, session, sent)).await,
        Action::Container { service, measured } => {
            Box::pin(container::ask(service, *measured, session, sent)).await
        }
        Action::Command(action) => Box::pin(command::ask(action, limit, session, sent)).await,
        Action::Browser(action) => Box::pin(browser::ask(action, limit, session, sent)).await,
    }
}

fn endpoint<'s>(session: &'s Session, service: &str) -> Result<&'s Endpoint, Failure> {
    session.endpoints.get(service).ok_or_else(|| {
        Failure::unknown(Reason::NoData, format!("nothing says where `{service}` answers"))
    })
}

fn address(text: &str) -> Result<Address, Failure> {
    text.parse::<Address>().map_err(|error| Failure::unknown(Reason::NoData, error.to_string()))
}

async fn file(path: &Path) -> Result<Vec<u8>, Failure> {
    tokio::fs::read(path).await.map_err(|cause| {
        Failure::unknown(Reason::NoData, format!("cannot read {}: {cause}", path.display()))
    })
}
