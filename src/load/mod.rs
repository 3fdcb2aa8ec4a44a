//! Plans load: visitors from a suite file, made in a child process, watched and judged by thresholds.
//!
//! Goose's kill switch, its Ctrl-C handler and its logger belong to the whole process, so that it has
//! one of its own: [`Generator`] starts it, [`work`] is what it does. Each request is timed by our own
//! clock to the last byte of its body, because goose's stops at the headers, and only correct
//! responses count, because a closed port refuses quickly.
//!
//! [`rounds`] holds a candidate against its baseline, by the methods of [`statistics`].

mod cpu;
mod generator;
mod host;
mod judge;
mod open;
mod performance;
mod plan;
mod protocol;
mod recorder;
mod resources;
pub mod rounds;
mod slice;
pub mod statistics;
#[cfg(test)]
mod tests;
mod users;
mod visit;
mod worker;
mod workload;

pub use generator::{Generator, LoadError};
pub use plan::plan;
pub use worker::work;
