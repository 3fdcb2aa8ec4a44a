//! Performs planned checks, whoever planned them: concurrency, claims, time limits, retries, interruption.
//!
//! A dispatcher owns all state and orders the events; the work only answers. What leaves here has
//! been redacted.

mod attempts;
mod cores;
mod dispatch;
mod halt;
mod options;
mod scope;
mod shuffle;
mod task;

pub use cores::on_all_cores;
pub use dispatch::{Event, run};
pub use options::Options;
pub use scope::{Revealed, Scope};
pub use task::{Claim, Task};

#[cfg(test)]
mod tests;
