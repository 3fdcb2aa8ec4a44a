//! Plans health probes: what the engine says of each container, what each endpoint answers, and how
//! much of its limits everything uses.
//!
//! The engine's own health check and the endpoint are asked separately: a container may report itself
//! well while nobody outside can reach it. What cannot be found out is never the service's failure.

mod container;
mod endpoint;
mod health_log;
mod plan;
mod probe;
mod summary;
mod usage;

pub use plan::plan;

#[cfg(test)]
mod tests;
