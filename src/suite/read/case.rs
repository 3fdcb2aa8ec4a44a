//! From a case as written to the cases it means: one, or one for each row of its table.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::Reader;
use super::names::{Common, Names};
use super::raw::{RawCase, RawFile};
use super::written::Written;
use crate::config::{Content, Entries, Node, Spanned, Text};
use crate::model::{Diagnostic, show_duration};
use crate::runner::{Task, on_all_cores};
use crate::suite::case::{Case, Level, Step};
use crate::suite::fixture::Fixture;

/// How many cases take about as long to read as a thread takes to begin.
const WORTH_A_THREAD: usize = 100;

impl Reader<'_> {
    /// Reads the cases, each of which has the fixtures of its suite too.
    pub(super) fn cases(
        &self,
        raw: &RawFile,
        suite: (Level, &[Arc<Fixture>]),
        names: &Names,
    ) -> Result<Vec<Case>, Diagnostic> {
        let common = names.as_common();
        let written = raw.cases.as_ref().map_or(&[][..], |cases| &cases.value);
        let read = |written: &Spanned<RawCase>| self.rows(raw, suite, written, &common);
        let mut cases: Vec<Case> = Vec::with_capacity(written.len());
        let mut seen = BTreeSet::new();
        for (written, read) in written.iter().zip(on_all_cores(written, WORTH_A_THREAD, read)) {
            for case in read? {
                self.only_once(&mut seen, &case.name, &written.value.name)?;
                cases.push(case);
            }
        }
        self.only_its_own_snapshots(cases.iter().flat_map(Case::all_steps))?;
        Ok(cases)
    }

    /// Reads a case once, or once for each row of its table.
    fn rows(
        &self,
        file: &RawFile,
        suite: (Level, &[Arc<Fixture>]),
        written: &Spanned<RawCase>,
        common: &Common,
    ) -> Result<Vec<Case>, Diagnostic> {
        match &written.value.each {
            None => Ok(vec![self.case(file, suite, written, None, common)?]),
            Some(table) if table.value.is_empty() => Err(self
                .refuse(table.at, "a table without rows makes no case")
                .help("give it a row, as in `each: [{ sku: ghost, status: 404 }]`")),
            Some(table) => {
                let rows = table.value.iter();
                rows.map(|row| self.case(file, suite, written, Some(row), common)).collect()
            }
        }
    }

    fn case(
        &self,
        file: &RawFile,
        (level, fixtures): (Level, &[Arc<Fixture>]),
        written: &Spanned<RawCase>,
        row: Option<&Spanned<Entries>>,
        common: &Common,
    ) -> Result<Case, Diagnostic> {
        let raw = &written.value;
        let mut name = self.line(&raw.name)?;
        let mut names = Names::beyond(common);
        let fixtures = self.named_fixtures(&raw.fixtures, fixtures, level, &mut names)?;
        let mut values = Vec::new();
        if let Some(row) = row {
            for (column, value) in &row.value.0 {
                values.push((column.value.clone(), self.draft(value, &names)?));
                self.define(&mut names, column, "a column", Names::add_own)?;
            }
            name = format!("{name} ({})", shown(&row.value));
        }
        if raw.steps.value.is_empty() {
            return Err(self
                .refuse(raw.name.at, "a case without steps proves nothing")
                .help("add a step, such as `- get: ${api}/health`"));
        }
        let steps = self.steps(&raw.steps.value, &mut names)?;
        let limit =
            self.duration_or(raw.timeout.as_ref().or(file.timeout.as_ref()), Task::LIMIT)?;
        self.ends_in_time(&steps, &raw.steps.value, limit)?;
        let cleanup = self.steps(&raw.cleanup, &mut names)?;
        self.all_used(&names, "the case")?;
        let tags = file.tags.iter().chain(&raw.tags).map(|tag| self.line(tag));
        let serial = raw.serial.as_ref().or(file.serial.as_ref());
        let group = raw.group.as_ref().or(file.group.as_ref());
        Ok(Case {
            name,
            place: self.place(written.at),
            tags: tags.collect::<Result<_, _>>()?,
            row: values,
            limit,
            claims: self.claims(serial, group)?,
            fixtures,
            steps,
            code: None,
            cleanup,
        })
    }

    /// Refuses a step that may wait for longer than its whole case may take: what it waited for would not be told.
    fn ends_in_time(
        &self,
        steps: &[Step],
        written: &[Spanned<Entries>],
        limit: Duration,
    ) -> Result<(), Diagnostic> {
        for (step, written) in steps.iter().zip(written) {
            let within = step.until.as_ref().map_or(Duration::ZERO, |until| until.within);
            if within > limit {
                let at = Written::of(written).get("within").map_or(written.at, |node| node.at);
                let (within, limit) = (show_duration(within), show_duration(limit));
                return Err(self
                    .refuse(
                        at,
                        format!("the step waits for {within}, and its case ends after {limit}"),
                    )
                    .help(format!(
                        "give the case a longer `timeout` than {within}, or wait for less"
                    )));
            }
        }
        Ok(())
    }

    pub(super) fn steps(
        &self,
        written: &[Spanned<Entries>],
        names: &mut Names,
    ) -> Result<Vec<Step>, Diagnostic> {
        // Collected, one step would take the place of four.
        let mut steps = Vec::with_capacity(written.len());
        for step in written {
            steps.push(self.step(Written::of(step), names)?);
        }
        Ok(steps)
    }
}

/// Writes a row as it ends the name of its case.
fn shown(row: &Entries) -> String {
    let column = |(name, node): &(Text, Node)| {
        let value = match &node.value {
            Content::Text(text) if text.is_empty() => "\"\"".to_owned(),
            Content::Text(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
            Content::Number(number) => number.to_string(),
            Content::Boolean(truth) => truth.to_string(),
            other => other.described().to_owned(),
        };
        format!("{}: {value}", name.value)
    };
    row.0.iter().map(column).collect::<Vec<_>>().join(", ")
}
