//! Performs cases: steps in order, then the cleanup, whatever came of the steps; and the commands of
//! adopted suites.

mod ask;
mod case;
mod command;
mod failure;
mod fixture;
mod ground;
mod leaving;
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
pub use leaving::{Removal, ThrownAway, is_made_on, labels_of_own, sweep};
pub use load::{ReadyJourney, ready_journeys, unset_secret};
pub use session::NoValue;

pub(super) use case::CaseRun;
pub(super) use command::CommandRun;
pub(super) use fixture::Instance;
pub(super) use sandbox::Sandbox;
pub(super) use trace::{cut, ending};
