//! Performs cases: steps in order, then the cleanup, whatever came of the steps.

mod ask;
mod case;
mod failure;
mod ground;
mod load;
mod received;
mod sandbox;
mod screenshot;
mod session;
mod snapshot;
mod step;
mod trace;

#[cfg(test)]
mod tests;

pub use ground::Ground;
pub use load::filled_requests;
pub use session::NoValue;

pub(super) use case::CaseRun;
pub(super) use sandbox::Sandbox;
