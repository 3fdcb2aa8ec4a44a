//! Redis commands, one at a time, with the reply as JSON.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, IntoConnectionInfo};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::model::{Endpoint, show_duration};

/// Says why a command has no reply.
#[derive(Debug, Error)]
pub enum RedisError {
    /// The server could not be reached, or did not let us in.
    #[error("cannot reach the server at {url}: {cause}")]
    Unreachable {
        /// Where it should be; it holds no password.
        url: String,
        /// What happened.
        cause: String,
    },
    /// The reply was not there in time.
    #[error("no reply from {url} within {}", show_duration(*.limit))]
    TimedOut {
        /// Where the server is.
        url: String,
        /// How long was waited.
        limit: Duration,
    },
    /// The server refused the command.
    #[error("the server refused the command: {0}")]
    Refused(String),
}

/// Performs one command on a fresh connection and gives the reply; `null` where the reply is nil.
///
/// # Errors
///
/// When there is no reply within `limit`, and when the command is empty.
pub async fn redis_command(
    endpoint: &Endpoint,
    command: &[String],
    limit: Duration,
) -> Result<Value, RedisError> {
    let url = &endpoint.url;
    let answered = tokio::time::timeout(limit, async {
        let mut connection = connect(endpoint).await.map_err(|error| RedisError::Unreachable {
            url: url.clone(),
            cause: error.to_string(),
        })?;
        let mut packed = redis::Cmd::new();
        packed.arg(command);
        match packed.query_async::<redis::Value>(&mut connection).await {
            Ok(reply) => into_json(reply),
            Err(error) if error.is_io_error() || error.is_connection_dropped() => {
                Err(RedisError::Unreachable { url: url.clone(), cause: error.to_string() })
            }
            Err(error) => Err(RedisError::Refused(error.to_string())),
        }
    });
    match answered.await {
        Ok(result) => result,
        Err(_) => Err(RedisError::TimedOut { url: url.clone(), limit }),
    }
}

async fn connect(endpoint: &Endpoint) -> Result<MultiplexedConnection, redis::RedisError> {
    let mut info = endpoint.url.as_str().into_connection_info()?;
    if let Some(password) = &endpoint.password {
        let settings = info.redis_settings().clone().set_password(password.reveal());
        info = info.set_redis_settings(settings);
    }
    // The limit around the whole exchange decides, not the crate's own ones.
    let config =
        AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
    Client::open(info)?.get_multiplexed_async_connection_with_config(&config).await
}

/// Turns a reply into JSON; bytes that are not UTF-8 are shown with replacement characters.
fn into_json(reply: redis::Value) -> Result<Value, RedisError> {
    let list = |items: Vec<redis::Value>| {
        items.into_iter().map(into_json).collect::<Result<Vec<_>, _>>().map(Value::Array)
    };
    Ok(match reply {
        redis::Value::Nil => Value::Null,
        redis::Value::Int(number) => number.into(),
        redis::Value::Double(number) => number.into(),
        redis::Value::Boolean(truth) => truth.into(),
        redis::Value::Okay => "OK".into(),
        redis::Value::SimpleString(text) | redis::Value::VerbatimString { text, .. } => text.into(),
        redis::Value::BulkString(bytes) | redis::Value::BigNumber(bytes) => {
            String::from_utf8_lossy(&bytes).into()
        }
        redis::Value::Array(items) | redis::Value::Set(items) => list(items)?,
        redis::Value::Push { data, .. } => list(data)?,
        redis::Value::Attribute { data, .. } => into_json(*data)?,
        redis::Value::Map(entries) => {
            let entry = |(key, value)| {
                let key = match into_json(key)? {
                    Value::String(text) => text,
                    other => other.to_string(),
                };
                Ok((key, into_json(value)?))
            };
            Value::Object(entries.into_iter().map(entry).collect::<Result<Map<_, _>, _>>()?)
        }
        redis::Value::ServerError(error) => return Err(RedisError::Refused(error.to_string())),
        // The crate may add kinds of reply; one that is not known must not pass for nil.
        other => return Err(RedisError::Refused(format!("the reply {other:?} is not understood"))),
    })
}

#[cfg(test)]
mod tests {
    use redis::Value as Reply;
    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_of_reply_has_its_json() {
        let bulk = |text: &str| Reply::BulkString(text.as_bytes().to_vec());
        let reply = Reply::Array(vec![
            Reply::Nil,
            Reply::Int(7),
            Reply::Okay,
            bulk("confirmed"),
            Reply::Map(vec![(bulk("state"), bulk("pending")), (Reply::Int(1), Reply::Nil)]),
        ]);
        assert_eq!(
            into_json(reply).unwrap(),
            json!([null, 7, "OK", "confirmed", { "state": "pending", "1": null }])
        );
    }
}
