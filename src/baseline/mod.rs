//! Records what is known to work, has a person review it, and holds a target against it.

mod body;
mod confinement;
mod container;
mod file;
mod folder;
mod mask;
mod review;
mod rules;
mod wiring;

pub use body::{Body, Figure, Figures, Section};
pub use file::{Approval, Info, SnapshotFile, Standing, Status};
pub use folder::{BaselineError, Folder};
pub use review::{
    Awaiting, Change, Entry, PendingReview, Selection, accept, changes, pending, reject,
};
pub use rules::{RULES, Rule, rule_for};

#[cfg(test)]
mod tests;
