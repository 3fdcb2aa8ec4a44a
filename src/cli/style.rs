//! The styles of what the command line itself says; results wear those of `report::style`.

use anstyle::{AnsiColor, Style};
use clap::builder::Styles;

pub use crate::report::style::{DIM, FAIL, INCONCLUSIVE, PASS, STRONG, ink, inked, symbol};

/// What a person can type.
pub const TYPED: Style = AnsiColor::Cyan.on_default();

/// The styles of `--help` and of refused arguments.
pub const HELP: Styles = Styles::styled()
    .header(STRONG)
    .usage(STRONG)
    .literal(TYPED.bold())
    .placeholder(TYPED)
    .error(FAIL)
    .valid(PASS)
    .invalid(INCONCLUSIVE);
