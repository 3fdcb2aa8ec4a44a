//! Plans security controls: how each container is confined, and how its endpoint answers.
//!
//! The controls are data (`controls`): a row says what holds, how to reach it, and what a violation
//! means at each level. What a container shows is read in `evidence`, without asking the engine again.

mod controls;
mod evidence;
mod header;
mod mounts;
mod plan;
mod ports;

pub use plan::plan;

#[cfg(test)]
mod tests;
