//! Where something was written.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Points at a line and column of a file; both count from one.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct Place {
    /// The file, relative to the project where possible.
    pub file: String,
    /// Line, from one.
    pub line: u32,
    /// Column in characters, from one.
    pub column: u32,
}

impl Place {
    /// Points at `line`:`column` of `file`.
    #[must_use]
    pub fn new(file: impl Into<String>, line: u32, column: u32) -> Self {
        Self { file: file.into(), line, column }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Names a file as seen from a folder, or whole where it lies outside of it.
#[must_use]
pub fn seen_from(folder: &Path, file: &Path) -> String {
    file.strip_prefix(folder).unwrap_or(file).display().to_string()
}

/// Marks a run of characters on one line; what a caret is drawn under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Line, from one.
    pub line: u32,
    /// Column in characters, from one.
    pub column: u32,
    /// How many characters; at least one.
    pub length: u32,
}

impl Span {
    /// Names the span's beginning in `file`.
    #[must_use]
    pub fn place(self, file: &str) -> Place {
        Place::new(file, self.line, self.column)
    }
}
