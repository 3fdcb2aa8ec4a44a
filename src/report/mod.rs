//! Renders a run: each format is a pure function of it and knows nothing of the others.
//!
//! What the formats share lies beside them: `text` makes what a target said harmless, `group` sets
//! the order, `words` the wording, `lines`, `table` and `page` the layout, `style` the colours, `plot` the
//! pictures, `load` what is told of a load.

mod csv;
pub mod deployment;
mod format;
mod github;
mod group;
mod hlog;
mod html;
mod json;
mod junit;
mod lines;
mod load;
mod markdown;
mod page;
mod plot;
mod sarif;
mod stamp;
pub mod style;
pub mod table;
mod tap;
mod terminal;
mod text;
mod tree;
mod words;

#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use junit::tests::refused;

pub use format::{Format, FormatError, render};
pub use json::schema;
pub use lines::wrap;
pub use load::Exposition;
pub use text::visible;
pub use words::plural;

use serde::Serialize;

use crate::model::{Decision, Judgement, Run, Verdict};

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

impl Report<'_> {
    /// Whether a reader that knows only failures would take the run for a success, although nothing was
    /// measured that could be one.
    fn looks_like_success(&self) -> bool {
        let counts = self.run.counts();
        self.judgement.verdict == Verdict::Inconclusive && counts.fail + counts.inconclusive == 0
    }
}
