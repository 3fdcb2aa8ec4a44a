//! Keeps history: runs, rounds of loads, deployments with their journal, and releases, in SQLite; and one lock
//! per environment.

mod file;
mod history;
mod lock;
mod rounds;
mod schema;

pub use file::{Readers, file_name, replace_file};
pub use history::{Store, StoreError, StoredRelease};
pub use lock::Lock;
pub use rounds::Anchor;

#[cfg(test)]
mod tests;
