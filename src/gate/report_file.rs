//! Reports as files: refused before a run that could not write them, written after it.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::Inspection;
use crate::report::{Format, render};

/// How many columns a text report in a file takes.
const WIDTH: usize = 100;

/// Is a report file that was asked for, with the format that its ending names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportFile {
    path: PathBuf,
    format: Format,
}

/// Says why there is no report file.
#[derive(Debug, Error)]
pub enum ReportFileError {
    /// Its ending names no format.
    #[error("`{0}` has no ending that names a format; use {endings}", endings = Format::listed(|format| format!(".{}", format.extension())))]
    NoFormat(String),
    /// It cannot be written.
    #[error("cannot write {file}: {cause}")]
    Write {
        /// The file.
        file: String,
        /// Why not.
        cause: io::Error,
    },
}

impl ReportFile {
    /// Reads the format off the ending of `file`, which is seen from `folder`; nothing is written yet.
    ///
    /// # Errors
    ///
    /// When the ending names no format.
    pub fn of(folder: &Path, file: &Path) -> Result<Self, ReportFileError> {
        let format = Format::of_file(file)
            .ok_or_else(|| ReportFileError::NoFormat(file.display().to_string()))?;
        Ok(Self { path: folder.join(file), format })
    }

    /// Gives where it is written.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the report of an inspection, without colours, and the folder of it where that is missing.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn write(&self, inspection: &Inspection) -> Result<(), ReportFileError> {
        let Self { path, format } = self;
        let text = render(*format, &inspection.report(), WIDTH);
        let text = match format {
            Format::Human => anstream::adapter::strip_str(&text).to_string(),
            _ => text,
        };
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(path, text))
            .map_err(|cause| ReportFileError::Write { file: path.display().to_string(), cause })
    }
}
