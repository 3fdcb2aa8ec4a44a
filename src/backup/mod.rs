//! Takes a backup of a target before it is changed, and tells whether one is whole.
//!
//! A backup is a folder: a dump of each PostgreSQL service, the configuration, what the services last
//! wrote, and a manifest with the size and checksum of every file. The manifest is written last; a
//! folder without one is no backup. Bringing a database back is not done here.

mod database;
mod error;
mod files;
mod manifest;
mod take;

#[cfg(test)]
mod tests;

pub use error::BackupError;
pub use manifest::{Backup, Entry, Manifest, verify};
pub use take::take;
