//! Proofmark records the Docker Compose environment that is known to work, runs suites against any
//! target, and answers one question with evidence: promote, hold, or roll back?
//!
//! One shape flows through the crate: settings name a target, planners turn it into
//! [`runner::Task`]s, one runner performs them all, and the [`model::Run`] it gives back is the only
//! input of the verdict and of every report. `ARCHITECTURE.md` draws the floors.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod backup;
pub mod baseline;
pub mod cli;
pub mod config;
pub mod deploy;
pub mod engine;
pub mod gate;
pub mod harness;
pub mod health;
pub mod load;
pub mod model;
pub mod protocol;
pub mod report;
pub mod runner;
pub mod scaffold;
pub mod security;
pub mod store;
pub mod suite;
