//! Keeps what a deployment could destroy: a database dump and the configuration, read back and
//! verified.
//!
//! A backup is a folder whose `manifest.json` is written last: without it there is no backup.

mod database;
mod logs;
mod manifest;
mod take;

pub use manifest::{Backup, BackupError, Entry, verify};
pub use take::take;
