//! Writes a first `proofmark.yaml` and a first set of suites for a Compose project.
//!
//! [`guess`] says what each service seems to be, and claims no more than its files and containers
//! show; [`drafts`] writes that down so that all of it holds on a healthy stack.

mod draft;
mod guess;
mod image;
mod release;

#[cfg(test)]
mod tests;

pub use draft::{Draft, Project, drafts};
pub use guess::{Guess, Spoken, guess};
pub use release::release_variable;
