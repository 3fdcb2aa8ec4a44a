//! Speaks to services: HTTP, SQL, Redis.
//!
//! Each protocol is one file with one question-and-answer call, a time limit on the whole of it, and
//! an error that keeps apart *the service could not be reached* from *the service refused*.

mod http;
mod redis;
mod sql;

pub use http::{Http, HttpError, HttpRequest, HttpResponse, Method};
pub use redis::{RedisError, redis_command};
pub use sql::{Rows, SqlError, sql_statement};
