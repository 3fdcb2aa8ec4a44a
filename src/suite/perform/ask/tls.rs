//! Certificates of servers.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::address;
use crate::protocol::{ServerCertificate, TlsQuestion, server_certificate};
use crate::suite::connection::TlsAction;
use crate::suite::draft::fill_template;
use crate::suite::expectation::Subject;
use crate::suite::perform::failure::Failure;
use crate::suite::perform::received::{Parts, Received};
use crate::suite::perform::session::Session;

/// How the address of a database begins, by which it is told from a host of that name.
const POSTGRES: [&str; 2] = ["postgres://", "postgresql://"];

const SECONDS_A_DAY: i64 = 24 * 60 * 60;

pub(super) async fn ask(
    action: &TlsAction,
    limit: Duration,
    session: &Session,
    sent: &mut String,
) -> Result<Received, Failure> {
    let text = fill_template(&action.address, session)?;
    let name = action.server_name.as_ref().map(|name| fill_template(name, session)).transpose()?;
    let question = TlsQuestion {
        address: address(&text)?,
        server_name: name,
        is_postgres: POSTGRES.iter().any(|scheme| text.starts_with(scheme)),
        options: action.options.clone(),
    };
    *sent = match &question.server_name {
        Some(name) => format!("{} as {name}", question.address),
        None => question.address.to_string(),
    };
    let now = (session.ground.clock)();
    let shown = server_certificate(&question, now, limit).await?;
    let parts = parts(shown, now);
    let shown = parts.lines();
    Ok(Received::one(parts, shown))
}

fn parts(shown: ServerCertificate, now: SystemTime) -> Parts {
    let ServerCertificate { protocol, subject, issuer, names, not_after, problem, elapsed } = shown;
    let seconds = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let left = not_after.saturating_sub_unsigned(seconds);
    let expires = u64::try_from(not_after).unwrap_or_default();
    let expires = SystemTime::UNIX_EPOCH + Duration::from_secs(expires);
    Parts::default()
        .with(Subject::Verified, problem.is_none())
        .with_some(Subject::Problem, problem)
        .with(Subject::DaysLeft, left.div_euclid(SECONDS_A_DAY))
        .with(Subject::NotAfter, humantime::format_rfc3339_seconds(expires).to_string())
        .with(Subject::Subject, subject)
        .with(Subject::Issuer, issuer)
        .with(Subject::Names, names.into_iter().map(Value::from).collect::<Vec<_>>())
        .with(Subject::Protocol, protocol)
        .after(elapsed)
}
