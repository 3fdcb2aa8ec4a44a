//! SQL statements.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::endpoint;
use crate::protocol::{Rows, sql_statement};
use crate::suite::draft::Draft;
use crate::suite::expectation::Subject;
use crate::suite::perform::failure::Failure;
use crate::suite::perform::received::{Parts, Received};
use crate::suite::perform::session::Session;
use crate::suite::perform::trace;

pub(super) async fn ask(
    service: &str,
    statement: &str,
    args: &[Draft],
    limit: Duration,
    session: &Session,
    sent: &mut String,
) -> Result<Received, Failure> {
    let args: Vec<Value> = args.iter().map(|arg| arg.fill(session)).collect::<Result<_, _>>()?;
    *sent = format!("{}\n{}", statement.trim(), Value::Array(args.clone()));
    let began = Instant::now();
    let rows = sql_statement(endpoint(session, service)?, statement, &args, limit).await?;
    let elapsed = began.elapsed();
    let shown = match rows.affected {
        Some(affected) => format!("{affected} rows changed"),
        None => trace::lines(&rows.rows),
    };
    Ok(Received::one(parts(rows).after(elapsed), shown))
}

fn parts(Rows { rows, affected }: Rows) -> Parts {
    let mut parts =
        Parts::default().with(Subject::Rows, rows.len()).with_some(Subject::Affected, affected);
    if let Some(Value::Object(first)) = rows.first() {
        for (column, value) in first {
            parts = parts.with(Subject::Column(column.clone()), value.clone());
        }
    }
    parts.with_json(Some(Value::Array(rows)))
}
