//! The compiled binary from outside: what it says, what it exits with, what it leaves behind.
//!
//! Nothing here needs a running stack; `tests/stack` does what does.

#![expect(clippy::unwrap_used, reason = "a test may end by panicking")]

mod doctor;
mod help;
mod hosts;
mod project;
mod refusals;
mod remote;
mod selection;
mod static_record;
