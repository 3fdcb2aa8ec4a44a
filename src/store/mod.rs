//! Remembers what was run, deployed and promoted, and keeps two deployments of one environment apart.
//!
//! The history is one SQLite file in the state folder. Its calls block, each for a few milliseconds
//! (up to five seconds while another process writes), so that async callers make them between awaits
//! and never inside a busy loop. Times are given as values, RFC 3339 in UTC.

mod deployments;
mod error;
mod history;
mod lock;
mod releases;
mod runs;
mod schema;

#[cfg(test)]
mod tests;

pub use deployments::DeploymentEvent;
pub use error::StoreError;
pub use history::Store;
pub use lock::{Lock, Owner};
pub use releases::KeptRelease;
pub use runs::KeptRun;
