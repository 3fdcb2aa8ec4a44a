//! Results on stdout, everything else on stderr, reports in files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{OutputFormat, Shared};
use super::context::Context;
use super::error::CommandError;
use crate::config::{self, ConfigError, Settings};
use crate::gate::Inspection;
use crate::report::{self, Format, Report};

/// Prints a result; colours are taken out where stdout does not want them.
pub(super) fn print(text: &str) {
    anstream::println!("{}", text.trim_end_matches('\n'));
}

/// Says something that is not a result.
pub(super) fn eprint(text: &str) {
    anstream::eprintln!("{}", text.trim_end_matches('\n'));
}

/// Reads the settings of the environment that was asked for.
pub(super) fn settings_of(context: &Context, shared: &Shared) -> Result<Arc<Settings>, ConfigError> {
    let file = match &shared.config {
        Some(file) => context.folder.join(file),
        None => config::find(&context.folder)?,
    };
    config::load(&file, &shared.env, &context.variables).map(Arc::new)
}

impl From<OutputFormat> for Format {
    fn from(format: OutputFormat) -> Self {
        match format {
            OutputFormat::Human => Self::Human,
            OutputFormat::Json => Self::Json,
            OutputFormat::Junit => Self::Junit,
            OutputFormat::Html => Self::Html,
        }
    }
}

/// Is a report file that was asked for, with the format that its ending names.
#[derive(Debug)]
pub(super) struct ReportFile {
    path: PathBuf,
    format: Format,
}

/// Reads the formats off the endings, before anything is run.
pub(super) fn report_files(
    context: &Context,
    files: &[PathBuf],
) -> Result<Vec<ReportFile>, CommandError> {
    let of = |file: &PathBuf| {
        let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let format = Format::of_extension(ending)
            .ok_or_else(|| CommandError::UnknownReport(file.display().to_string()))?;
        Ok(ReportFile { path: context.folder.join(file), format })
    };
    files.iter().map(of).collect()
}

/// Prints an inspection in the format that was asked for and writes its report files.
pub(super) fn publish(
    inspection: &Inspection,
    format: OutputFormat,
    files: &[ReportFile],
) -> Result<(), CommandError> {
    let report = Report {
        run: &inspection.run,
        judgement: &inspection.judgement,
        decision: inspection.decision,
    };
    print(&report::render(format.into(), &report));
    for file in files {
        write(&file.path, &report::render(file.format, &report))?;
        eprint(&format!("report written to {}", file.path.display()));
    }
    Ok(())
}

/// Writes a whole file, and its folder where that is missing.
pub(super) fn write(path: &Path, text: &str) -> Result<(), CommandError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(path, text))
        .map_err(|cause| CommandError::Write { file: path.display().to_string(), cause })
}
