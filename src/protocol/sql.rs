//! SQL statements, one at a time, with rows as JSON.

use std::error::Error as _;
use std::time::Duration;

use bytes::BytesMut;
use serde_json::Value;
use thiserror::Error;
use tokio_postgres::types::{Format, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Config, NoTls};

use crate::model::{Endpoint, show_duration};

/// Is what a statement gave back.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// One object a row, in order; empty for a statement that returns none.
    pub rows: Vec<Value>,
    /// How many rows were changed, for a statement that returns none.
    pub affected: Option<u64>,
}

/// Says why a statement has no result.
#[derive(Debug, Error)]
pub enum SqlError {
    /// The database could not be reached, or did not let us in.
    #[error("cannot reach the database at {url}: {cause}")]
    Unreachable {
        /// Where it should be; it holds no password.
        url: String,
        /// What happened.
        cause: String,
    },
    /// The result was not there in time.
    #[error("no result from {url} within {}", show_duration(*.limit))]
    TimedOut {
        /// Where the database is.
        url: String,
        /// How long was waited.
        limit: Duration,
    },
    /// The database refused the statement.
    #[error("the database refused the statement: {message} ({state})")]
    Refused {
        /// What it said.
        message: String,
        /// The SQLSTATE code.
        state: String,
    },
    /// The values do not fit the statement's parameters.
    #[error(
        "the statement has {wanted} of `$1`, `$2`, …, and the values given for them are {given}"
    )]
    Arguments {
        /// How many the statement has.
        wanted: usize,
        /// How many were given.
        given: usize,
    },
}

/// Performs one statement on a fresh connection; `$1`, `$2`, … stand for `values`.
///
/// Values go as text and the database reads them as the type that the statement wants, so that a
/// UUID, a number or a time need no cast.
///
/// # Errors
///
/// When there is no result within `limit`.
pub async fn sql_statement(
    endpoint: &Endpoint,
    statement: &str,
    values: &[Value],
    limit: Duration,
) -> Result<Rows, SqlError> {
    let url = &endpoint.url;
    let answered = tokio::time::timeout(limit, async {
        let unreachable =
            |error| SqlError::Unreachable { url: url.clone(), cause: innermost(&error) };
        let mut config: Config = url.parse().map_err(unreachable)?;
        if let Some(password) = &endpoint.password {
            config.password(password.reveal());
        }
        let (client, connection) = config.connect(NoTls).await.map_err(unreachable)?;
        let connection = tokio::spawn(connection);
        let result = perform(&client, url, statement, values).await;
        connection.abort();
        result
    });
    match answered.await {
        Ok(result) => result,
        Err(_) => Err(SqlError::TimedOut { url: url.clone(), limit }),
    }
}

async fn perform(
    client: &Client,
    url: &str,
    statement: &str,
    values: &[Value],
) -> Result<Rows, SqlError> {
    let refused = |error: tokio_postgres::Error| match error.as_db_error() {
        Some(db) => SqlError::Refused {
            message: db.message().to_owned(),
            state: db.code().code().to_owned(),
        },
        None => SqlError::Unreachable { url: url.to_owned(), cause: innermost(&error) },
    };
    let statement = statement.trim().trim_end_matches(';');
    let prepared = client.prepare(statement).await.map_err(refused)?;
    let (wanted, given) = (prepared.params().len(), values.len());
    if wanted != given {
        return Err(SqlError::Arguments { wanted, given });
    }
    let values: Vec<Argument> = values.iter().map(Argument::of).collect();
    let values: Vec<&(dyn ToSql + Sync)> =
        values.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
    if prepared.columns().is_empty() {
        let affected = client.execute(&prepared, &values).await.map_err(refused)?;
        return Ok(Rows { rows: Vec::new(), affected: Some(affected) });
    }
    // The database itself turns each row into JSON, whatever the types of its columns; on a line of
    // its own, because the statement may end in a comment.
    let as_json = format!("with q as (\n{statement}\n) select to_jsonb(q)::text from q");
    let found = client.query(&as_json, &values).await.map_err(refused)?;
    let rows = found.iter().map(|row| {
        let json: &str = row.get(0);
        serde_json::from_str(json).expect("PostgreSQL writes valid JSON")
    });
    Ok(Rows { rows: rows.collect(), affected: None })
}

fn innermost(error: &tokio_postgres::Error) -> String {
    let mut cause = error.source();
    let mut text = error.to_string();
    while let Some(inner) = cause {
        text = inner.to_string();
        cause = inner.source();
    }
    text
}

/// Is a value sent in text form, or NULL.
#[derive(Debug)]
struct Argument(Option<String>);

impl Argument {
    fn of(value: &Value) -> Self {
        Self(match value {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        })
    }
}

impl ToSql for Argument {
    fn to_sql(
        &self,
        _: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match &self.0 {
            None => Ok(IsNull::Yes),
            Some(text) => {
                out.extend_from_slice(text.as_bytes());
                Ok(IsNull::No)
            }
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    to_sql_checked!();
}
