//! Keeps history: runs, deployments with their journal, and releases, in SQLite; and one lock per
//! environment.

mod file;
mod history;
mod lock;
mod schema;

pub use file::{Readers, file_name, replace_file};
pub use history::{Store, StoreError, StoredRelease};
pub use lock::Lock;

#[cfg(test)]
mod tests;
