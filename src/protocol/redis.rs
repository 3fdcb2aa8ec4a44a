//! Redis commands, one at a time, with the reply as JSON.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ErrorKind, IntoConnectionInfo};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::model::{Endpoint, show_duration};

/// Says why a command has no reply.
#[derive(Debug, Error)]
pub enum RedisError {
    /// Nothing listens there.
    #[error("cannot reach {url}: the connection is refused; is the service up?")]
    NobodyListens {
        /// Where it should be; it holds no password.
        url: String,
    },
    /// The server does not let us in.
    #[error(
        "the server at {url} does not let us in: {cause}; correct the file that `password_file` of the service names"
    )]
    Denied {
        /// Where the server is.
        url: String,
        /// What is wrong; the library keeps none of the server's words.
        cause: &'static str,
    },
    /// The connection could not be made, or broke.
    #[error("cannot reach {url}: {cause}")]
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
    #[error("the server refuses the command: {0}")]
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
        let mut connection = connect(endpoint).await.map_err(|error| of_connecting(&error, url))?;
        let mut packed = redis::Cmd::new();
        packed.arg(command);
        match packed.query_async::<redis::Value>(&mut connection).await {
            Ok(reply) => into_json(reply),
            Err(error)
                if error.is_io_error()
                    || error.is_connection_dropped()
                    || error.code() == Some("NOAUTH") =>
            {
                Err(of_connecting(&error, url))
            }
            Err(error) => Err(RedisError::Refused(words(&error))),
        }
    });
    match answered.await {
        Ok(result) => result,
        Err(_) => Err(RedisError::TimedOut { url: url.clone(), limit }),
    }
}

/// Tells apart why there is no connection that takes commands.
fn of_connecting(error: &redis::RedisError, url: &str) -> RedisError {
    let url = url.to_owned();
    let refuses = error.kind() == ErrorKind::AuthenticationFailed
        || matches!(error.code(), Some("NOAUTH" | "WRONGPASS"));
    if refuses {
        let cause = match error.code() {
            Some("NOAUTH") => "it wants a password, and has got none",
            _ => "the password is not the server's",
        };
        return RedisError::Denied { url, cause };
    }
    if error.is_connection_refusal() {
        return RedisError::NobodyListens { url };
    }
    RedisError::Unreachable { url, cause: words(error) }
}

/// Gives the server's own words, as its own client shows them; else the library's.
fn words(error: &redis::RedisError) -> String {
    match (error.code(), error.detail()) {
        // The code stands for every error that has none of its own.
        (Some("ERR") | None, Some(detail)) => detail.to_owned(),
        (Some(code), Some(detail)) => format!("{code} {detail}"),
        (Some(code), None) => code.to_owned(),
        (None, None) => error.to_string(),
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
        redis::Value::ServerError(error) => return Err(RedisError::Refused(words(&error.into()))),
        // The crate may add kinds of reply; one that is not known must not pass for nil.
        other => return Err(RedisError::Refused(format!("the reply {other:?} is not understood"))),
    })
}

#[cfg(test)]
mod tests {
    use redis::Value as Reply;
    use serde_json::json;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::model::{Protocol, Secret};

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

    /// Serves one connection, answering every command whose text holds a word with the line beside it, and
    /// any other with `+OK`.
    async fn server(answers: Vec<(&'static str, &'static str)>) -> Endpoint {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("redis://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut read = vec![0; 4096];
            while let Ok(count @ 1..) = socket.read(&mut read).await {
                let text = String::from_utf8_lossy(&read[..count]).into_owned();
                // Each command begins with the number of its words.
                for command in text.split("\r\n*") {
                    let found = answers.iter().find(|(word, _)| command.contains(word));
                    let line = found.map_or("+OK", |(_, line)| line);
                    socket.write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
                }
            }
        });
        endpoint(url)
    }

    fn endpoint(url: String) -> Endpoint {
        let password = Some(Secret::new("hunter2"));
        Endpoint {
            service: "cache".to_owned(),
            protocol: Protocol::Redis,
            url,
            password,
            health: None,
            signer: None,
        }
    }

    async fn refused(endpoint: Endpoint) -> String {
        let command = ["LPUSH", "orders", "1"].map(str::to_owned);
        let error = redis_command(&endpoint, &command, Duration::from_secs(5)).await.unwrap_err();
        error.to_string().replace(&endpoint.url, "URL")
    }

    #[tokio::test]
    async fn what_a_server_refuses_is_told_in_its_own_words_with_what_to_do() {
        let wrong = "-WRONGPASS invalid username-password pair or user is disabled.";
        insta::assert_snapshot!(refused(server(vec![("AUTH", wrong)]).await).await, @"the server at URL does not let us in: the password is not the server's; correct the file that `password_file` of the service names");
        let none = "-NOAUTH Authentication required.";
        insta::assert_snapshot!(refused(server(vec![("LPUSH", none)]).await).await, @"the server at URL does not let us in: it wants a password, and has got none; correct the file that `password_file` of the service names");
        let kind = "-WRONGTYPE Operation against a key holding the wrong kind of value";
        insta::assert_snapshot!(refused(server(vec![("LPUSH", kind)]).await).await, @"the server refuses the command: WRONGTYPE Operation against a key holding the wrong kind of value");
        let unknown = "-ERR unknown command 'LPUSH'";
        insta::assert_snapshot!(refused(server(vec![("LPUSH", unknown)]).await).await, @"the server refuses the command: unknown command 'LPUSH'");
    }

    #[tokio::test]
    async fn where_nobody_listens_the_service_is_looked_for() {
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("redis://{}", free.local_addr().unwrap());
        drop(free);
        let told = refused(endpoint(url)).await;
        assert_eq!(told, "cannot reach URL: the connection is refused; is the service up?");
    }
}
