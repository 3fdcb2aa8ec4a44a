//! Speaks to services: HTTP, SQL, Redis; and to programs on this host.
//!
//! Each protocol is one file with one question-and-answer call, a time limit on the whole of it, and
//! an error that keeps apart *the service could not be reached* from *the service refused*.

mod http;
mod program;
mod redis;
mod sql;

pub use http::{Http, HttpError, HttpRequest, HttpResponse, Method};
pub use program::{Ended, Printed, Program, ProgramError, kill_programs};
pub use redis::{RedisError, redis_command};
pub use sql::{Rows, SqlError, sql_statement};
