//! The compiled binary from outside: what it says, what it exits with, what it leaves behind.
//!
//! Nothing here needs a running stack; `tests/stack` does what does.

#![expect(clippy::unwrap_used, reason = "a test may end by panicking")]

mod adopted;
mod canaries;
mod doctor;
mod env_files;
#[path = "../fake/mod.rs"]
mod fake;
mod help;
mod hosts;
mod init;
mod interrupt;
mod interrupted;
mod judge;
mod kept_rounds;
mod load;
mod load_reports;
mod profiles;
mod project;
mod refusals;
mod remote;
mod review;
mod rounds;
mod selection;
mod shop;
mod static_record;
mod thousand;
mod unkept;
