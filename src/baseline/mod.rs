//! Records what is known to work, has a person review it, and holds a target against it.
//!
//! [`record`] leaves a pending snapshot for each service that differs from the accepted baseline,
//! [`pending`], [`accept`] and [`reject`] are the review, and [`plan`] turns each accepted fact into a
//! check. [`RULES`] say where a fact is meant to hold and how much it matters.

mod answer;
mod body;
mod capture;
mod difference;
mod drift;
mod expected;
mod file;
mod files;
mod folder;
mod foreign;
mod headers;
mod info;
mod mask;
mod measure;
mod memory;
mod mutate;
mod plan;
mod probe;
mod record;
mod record_files;
mod remote;
mod review;
mod rules;
mod running;
mod selection;

#[cfg(test)]
mod tests;

/// The fewest services of which one thread reads the facts.
const SERVICES_A_THREAD: usize = 16;

pub use answer::{Answer, Answers};
pub use body::{Body, Figure, Figures, Section, notation};
pub use file::{SnapshotFile, Standing};
pub use folder::{BaselineError, Folder};
pub use info::{Approval, Info, Recorded, Status, Superseded};
pub use mutate::plan_mutations;
pub use plan::plan;
pub use record::{RecordOptions, Recording, Unreferenced, record};
pub use record_files::{FilesRecording, FilesToRecord, record_files};
pub use review::{
    Awaiting, Change, Entry, PendingReview, accept, answer, changes, pending, reject,
};
pub use rules::{RULES, Rule, rule_for};
pub use selection::Selection;
