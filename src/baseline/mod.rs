//! Records what is known to work, has a person review it, and holds a target against it.

mod body;
mod file;
mod folder;
mod rules;

pub use body::{Body, Figure, Figures, Section};
pub use file::{Approval, Info, SnapshotFile, Standing, Status};
pub use folder::{BaselineError, Folder};
pub use rules::{RULES, Rule, rule_for};
