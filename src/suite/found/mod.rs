//! Reads what other runners report: `JUnit`'s XML and the Test Anything Protocol, case by case.
//!
//! A report is read for what it proves. One that ends in the middle, counts more than it shows or cannot
//! be read is broken, and says so; none of its silence is taken for success.

mod case;
mod files;
mod junit;
mod tap;
#[cfg(test)]
mod tests;

pub(super) use case::{FoundReport, tell_apart};
pub(super) use files::ReportFiles;
pub(super) use junit::read as read_junit;
pub(super) use tap::read as read_tap;
