//! Results on stdout, everything else on stderr, reports in files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use super::args::{OutputFormat, Shared};
use super::context::Context;
use super::error::CommandError;
use crate::config::{self, ConfigError, Settings};
use crate::gate::{Inspection, ReportFile, ReportFileError};
use crate::model::{Exit, seen_from};
use crate::report;

/// Prints a result; colours are taken out where stdout does not want them.
pub(super) fn print(text: &str) {
    anstream::println!("{}", text.trim_end_matches('\n'));
}

/// Says something that is not a result.
pub(super) fn eprint(text: &str) {
    anstream::eprintln!("{}", text.trim_end_matches('\n'));
}

/// Writes plain data as JSON.
pub(super) fn json(data: &impl Serialize) -> String {
    serde_json::to_string_pretty(data).expect("plain data has string keys and no failing fields")
}

/// Reads the settings of the environment that was asked for.
pub(super) fn settings_of(
    context: &Context,
    shared: &Shared,
) -> Result<Arc<Settings>, ConfigError> {
    let file = match &shared.config {
        Some(file) => context.folder.join(file),
        None => config::find(&context.folder)?,
    };
    config::load(&file, &shared.env, &context.variables).map(Arc::new)
}

/// Reads the formats off the endings, before anything is run.
pub(super) fn report_files(
    context: &Context,
    files: &[PathBuf],
) -> Result<Vec<ReportFile>, ReportFileError> {
    files.iter().map(|file| ReportFile::of(&context.folder, file)).collect()
}

/// Prints an inspection in the format that was asked for.
pub(super) fn publish(context: &Context, inspection: &Inspection, format: OutputFormat) {
    print(&report::render(format, &inspection.report(), context.width));
}

/// Writes the report files of an inspection, and gives what kept one from being written.
pub(super) fn write_reports(
    context: &Context,
    inspection: &Inspection,
    files: &[ReportFile],
) -> Vec<CommandError> {
    let mut troubles = Vec::new();
    for file in files {
        match file.write(inspection) {
            Ok(()) => eprint(&format!("report written to {}", shown(context, file.path()))),
            Err(cause) => troubles.push(cause.into()),
        }
    }
    troubles
}

/// Gives the exit code of what was found out. What could not be written or kept of it is told, and takes the place of
/// no exit code but that of what holds.
pub(super) fn exit_after(found: Exit, troubles: impl IntoIterator<Item = CommandError>) -> Exit {
    let told: Vec<Exit> = troubles.into_iter().map(|trouble| trouble.report()).collect();
    match told.first() {
        Some(exit) if found == Exit::Holds => *exit,
        _ => found,
    }
}

/// Names a file as seen from the working directory.
pub(super) fn shown(context: &Context, path: &Path) -> String {
    seen_from(&context.folder, path)
}

/// Writes a whole file, and its folder where that is missing.
pub(super) fn write(path: &Path, text: &str) -> Result<(), CommandError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(path, text))
        .map_err(|cause| CommandError::Write { file: path.display().to_string(), cause })
}
