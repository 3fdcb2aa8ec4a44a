//! Which renderings there are, and the one door to them.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use thiserror::Error;

use super::{Report, csv, github, hlog, html, json, junit, markdown, sarif, tap, terminal};

/// Names a rendering.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// For a person at a terminal, with styles that the edge strips where they do not belong.
    #[default]
    Human,
    /// For a program.
    Json,
    /// For a CI server.
    Junit,
    /// One page for a browser, without anything outside itself.
    Html,
    /// For a pull request, an issue or the summary of a job.
    Markdown,
    /// For a service that shows findings beside the files, as SARIF 2.1.0.
    Sarif,
    /// For the log of a GitHub job, which puts each annotation on its line.
    Github,
    /// For a harness that reads the Test Anything Protocol, version 14.
    Tap,
    /// For a spreadsheet or a notebook: every number that was measured under load.
    Csv,
    /// For the tools of HDR histograms: the response times under load, as an interval log.
    Hlog,
}

/// Says that a word names no rendering.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not a format; use {words}", words = Format::listed(Format::word))]
pub struct FormatError(String);

impl Format {
    /// Every rendering.
    pub const ALL: [Self; 10] = [
        Self::Human,
        Self::Json,
        Self::Junit,
        Self::Html,
        Self::Markdown,
        Self::Sarif,
        Self::Github,
        Self::Tap,
        Self::Csv,
        Self::Hlog,
    ];

    /// The word for it on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Junit => "junit",
            Self::Html => "html",
            Self::Markdown => "markdown",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Tap => "tap",
            Self::Csv => "csv",
            Self::Hlog => "hlog",
        }
    }

    /// The ending of a file that holds it, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Human => "txt",
            Self::Json => "json",
            Self::Junit => "xml",
            Self::Html => "html",
            Self::Markdown => "md",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Tap => "tap",
            Self::Csv => "csv",
            Self::Hlog => "hlog",
        }
    }

    /// Gives the rendering that the ending of a file's name asks for.
    #[must_use]
    pub fn of_file(file: &Path) -> Option<Self> {
        let ending = file.extension()?.to_str()?;
        Self::ALL.into_iter().find(|format| format.extension() == ending)
    }

    /// Names something of every rendering, in a sentence: `.txt, .json or .xml`.
    #[must_use]
    pub fn listed<T: fmt::Display>(of: impl Fn(Self) -> T) -> String {
        let [first @ .., last] = Self::ALL.map(|format| of(format).to_string());
        format!("{} or {last}", first.join(", "))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Format {
    type Err = FormatError;

    fn from_str(word: &str) -> Result<Self, FormatError> {
        let named = Self::ALL.into_iter().find(|format| format.word() == word);
        named.ok_or_else(|| FormatError(word.to_owned()))
    }
}

/// Gives the whole text of a report, ending in a newline.
///
/// `width` is in columns and binds only [`Format::Human`]: the others are read by programs, or by a
/// browser that knows its own.
#[must_use]
pub fn render(format: Format, report: &Report<'_>, width: usize) -> String {
    match format {
        Format::Human => terminal::render(report, width),
        Format::Json => json::render(report),
        Format::Junit => junit::render(report),
        Format::Html => html::render(report),
        Format::Markdown => markdown::render(report),
        Format::Sarif => sarif::render(report),
        Format::Github => github::render(report),
        Format::Tap => tap::render(report),
        Format::Csv => csv::render(report),
        Format::Hlog => hlog::render(report),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_read_from_its_own_word_and_no_other() {
        for format in Format::ALL {
            assert_eq!(format.word().parse(), Ok(format));
        }
        let refused = "yaml".parse::<Format>().unwrap_err();
        assert_eq!(
            refused.to_string(),
            "`yaml` is not a format; use human, json, junit, html, markdown, sarif, github, tap, csv or hlog"
        );
    }

    #[test]
    fn every_ending_names_one_format() {
        for format in Format::ALL {
            let file = Path::new("out").join("report").with_extension(format.extension());
            assert_eq!(Format::of_file(&file), Some(format));
        }
        assert_eq!(Format::of_file(Path::new("report")), None);
    }
}
