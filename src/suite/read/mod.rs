//! Reads suite files: what is written becomes what it means, or is refused with its place.
//!
//! A suite cannot pass by accident: an unknown key, an empty matcher, a step that expects nothing, a
//! capture that nobody uses are each refused here, before anything runs.

mod adopted;
mod answer_kind;
mod capture;
mod case;
mod claim;
mod expectation;
mod file;
mod fixture;
mod load;
mod matcher;
mod names;
mod raw;
mod reader;
mod schema;
mod snapshot;
mod step;
mod verb;
mod written;

#[cfg(test)]
mod tests;

pub use file::read_suite;
pub use schema::{fixture_schema, suite_schema};

pub(super) use fixture::read_fixture_files;
pub(super) use load::finish;

use reader::Reader;
