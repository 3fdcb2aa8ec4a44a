//! The ten words that say what a value has to be, and how a value is held against them.

mod kind;
mod matching;

pub use kind::ValueKind;
pub use matching::{Match, Matcher};
