//! Changes a target: each phase is judged by the gate, and a release that fails is taken back.
//!
//! `script` is the order of events and knows neither Docker nor files; `live` is the one place where
//! they happen, and `deployment` what surrounds them: the lock, the history, the outcome.

mod decision;
mod deployment;
mod live;
mod order;
mod preflight;
mod release;
mod script;
mod startup;
mod way_back;

#[cfg(test)]
mod tests;

pub use deployment::{deploy, rollback};
pub use order::{DeployError, Order, Outcome};
