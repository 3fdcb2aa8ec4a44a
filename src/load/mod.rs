//! Plans load: users and arrivals from a suite file, performed in a child process, judged by thresholds.
//!
//! [`Generator`] starts the process and listens to it, [`work`] is what it does: `users` wait for each answer, under goose, whose
//! kill switch, Ctrl-C handler and logger belong to a whole process; what `open` sends comes by the clock, over an engine of our
//! own. Each request is timed by our own clock to the last byte of its body, because goose's stops at the
//! headers, and only correct responses count, because a closed port refuses quickly.
//!
//! [`rounds`] holds a candidate against its baseline, by the methods of [`statistics`]; [`series`] measures the rounds.

mod clients;
mod cpu;
mod generator;
mod host;
mod intervals;
mod judge;
mod limits;
mod live;
mod open;
mod performance;
mod plan;
mod protocol;
mod recorder;
mod resources;
pub mod rounds;
pub mod series;
mod slice;
pub mod statistics;
#[cfg(test)]
mod tests;
mod users;
mod visit;
mod worker;
mod workload;

pub use generator::{Generator, LoadError, WORKER};
pub use plan::plan;
pub use worker::work;
