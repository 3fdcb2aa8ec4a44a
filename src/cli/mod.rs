//! One file a command: arguments in, one call, result printed. Nothing below knows clap.

pub mod progress;
pub mod style;
