//! Performs planned checks, whoever planned them: concurrency, locks, time limits, interruption.
//!
//! A dispatcher owns all state and orders the events; the work only answers. What leaves here has
//! been redacted.

mod dispatch;
mod scope;
mod shuffle;
mod task;

pub use dispatch::{Event, Options, run};
pub use scope::{Revealed, Scope};
pub use task::{Task, Work};

#[cfg(test)]
mod tests;
