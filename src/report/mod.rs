//! Renders a run: each format is a pure function of it and knows nothing of the others.
//!
//! What the formats share lies beside them: `text` makes what a target said harmless, `group` sets
//! the order, `words` the wording, `lines`, `table` and `page` the layout, `style` the colours.

pub mod deployment;
mod format;
mod group;
mod html;
mod json;
mod junit;
mod lines;
mod page;
mod stamp;
pub mod style;
pub mod table;
mod terminal;
mod text;
mod words;

#[cfg(test)]
mod tests;

pub use format::{Format, FormatError, render};
pub use lines::wrap;
pub use text::visible;

use serde::Serialize;

use crate::model::{Decision, Judgement, Run};

/// Holds what every format is a function of.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Report<'a> {
    /// What was asked and what came of it.
    pub run: &'a Run,
    /// The one answer, and why.
    pub judgement: &'a Judgement,
    /// What follows from the answer, where the command decides something.
    pub decision: Option<Decision>,
}
