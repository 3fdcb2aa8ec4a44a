//! A report for a person at a terminal, perhaps at three in the morning.
//!
//! What holds takes one line a group; what does not is told in full; the answer comes last, where
//! the eye and the prompt are.

use std::fmt::Write as _;

use anstyle::Style;
use console::truncate_str;

use super::group::{Group, grouped};
use super::load;
use super::page::Page;
use super::style::{self, DIM, FAIL, INCONCLUSIVE, PASS, STRONG, WAIVED, ink, inked, symbol};
use super::table::{Cell, aligned};
use super::text::with_its_body;
use super::tree::tree;
use super::words::{counted, elapsed, meaning, noticed, plural, tally, tried};
use super::{Report, visible};
use crate::model::{CheckResult, Counts, Kind, Outcome, Phase, Run, Severity, StepTrace};

/// Is how many lines of one piece of text are shown; JSON and HTML have all of it.
const MOST_LINES: usize = 10;
/// Is how many reasons are repeated under the verdict.
const MOST_REASONS: usize = 12;
/// Is how much of a group's name its line shows, in columns; each identity carries all of it.
const WIDEST_NAME: usize = 28;
/// Is how many cells of a group's line stay on it where not all of them fit.
const UP_TO_THE_NAME: usize = 4;
/// Is how wide the labels before evidence are, in columns.
const LABEL: usize = 12;

/// Gives the report, styled, with its prose and evidence wrapped to `width` columns.
pub fn render(report: &Report<'_>, width: usize) -> String {
    let mut page = Page::new(width);
    header(&mut page, report.run);
    let groups = grouped(report.run);
    let loads = load::cases(report.run);
    let mut rows: Vec<Vec<Cell>> = groups.iter().map(summary).collect();
    let fits = aligned(&rows).iter().all(|line| page.holds(line));
    if !fits {
        for row in &mut rows {
            row.truncate(UP_TO_THE_NAME);
        }
    }
    for (group, line) in groups.iter().zip(aligned(&rows)) {
        page.line(&line);
        if !fits {
            page.text("   ", &said(group), ink(group.worst()), MOST_LINES);
        }
        for case in loads.iter().filter(|case| group.holds(case.index)) {
            load::told(&mut page, case);
        }
        if group.kind == Kind::Drift {
            tree(&mut page, group);
        } else {
            group.results.iter().for_each(|(_, result)| told(&mut page, result));
        }
        if !group.all_passed() {
            page.gap();
        }
    }
    if !groups.is_empty() {
        page.gap();
        for line in aligned(&counts(report.run)) {
            page.line(&line);
        }
        page.gap();
    }
    answer(&mut page, report);
    page.finish()
}

fn header(page: &mut Page, run: &Run) {
    let parts: Vec<String> = [
        Some(run.project.clone()),
        Some(run.environment.clone()),
        run.release.as_ref().map(|release| format!("release {release}")),
        run.phase.map(Phase::word).map(str::to_owned),
        Some(run.command.clone()),
        Some(run.started.clone()),
    ]
    .into_iter()
    .flatten()
    .collect();
    page.text("", &parts.join(" · "), STRONG, MOST_LINES);
    page.gap();
}

fn summary(group: &Group<'_>) -> Vec<Cell> {
    let worst = group.worst();
    vec![
        Cell::left(symbol(worst)).ink(ink(worst)),
        Cell::left(group.kind.word()).ink(STRONG),
        Cell::left(truncate_str(&visible(group.name).replace('\n', " "), WIDEST_NAME, "…")),
        Cell::left(counted(group.kind, group.results.len())).ink(DIM),
        Cell::left(said(group)).ink(ink(worst)),
    ]
}

fn said(group: &Group<'_>) -> String {
    if group.all_passed() { "ok".to_owned() } else { tally(group.counts()) }
}

fn told(page: &mut Page, result: &CheckResult) {
    match result.outcome {
        Outcome::Pass => in_passing(page, result),
        Outcome::Fail | Outcome::Inconclusive if result.check.severity == Severity::Info => {
            for_information(page, result);
        }
        Outcome::Fail | Outcome::Inconclusive => in_full(page, result),
        Outcome::Waived | Outcome::Skipped => {
            let lead = format!("  {} ", inked(ink(result.outcome), symbol(result.outcome)));
            let text = format!("{}: {}", result.check.name, result.message);
            page.text(&lead, &text, Style::new(), MOST_LINES);
        }
    }
}

/// Tells in short of what has no part in the verdict.
fn for_information(page: &mut Page, result: &CheckResult) {
    let lead = format!("  {} ", inked(DIM, "·"));
    let CheckResult { check, message, .. } = result;
    let place = check.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
    let text = format!("{}, for information: {message}{place}", check.name);
    page.text(&lead, &text, Style::new(), MOST_LINES);
}

/// Tells of what holds only where something was noticed on the way.
fn in_passing(page: &mut Page, result: &CheckResult) {
    let noticed = noticed(result);
    if noticed.is_empty() {
        return;
    }
    let lead = format!("  {} ", inked(INCONCLUSIVE, "~"));
    let took = elapsed(result.elapsed_ms);
    let text = format!("{}: {} ({took})", result.check.name, noticed.join(", "));
    page.text(&lead, &text, Style::new(), MOST_LINES);
    for line in tried(result) {
        page.text("    ", &line, DIM, MOST_LINES);
    }
}

fn in_full(page: &mut Page, result: &CheckResult) {
    let (check, evidence) = (&result.check, &result.evidence);
    let lead = format!("  {} ", inked(ink(result.outcome), symbol(result.outcome)));
    page.text(&lead, &check.name, ink(result.outcome), MOST_LINES);
    page.text("    ", &result.message, Style::new(), MOST_LINES);
    let not_critical = (check.severity != Severity::Critical).then(|| check.severity.to_string());
    let place = check.place.as_ref().map(ToString::to_string);
    let reason = result.reason.map(crate::model::Reason::word);
    let noticed = Some(noticed(result).join(", ")).filter(|noticed| !noticed.is_empty());
    let tried = Some(tried(result).join("\n")).filter(|tried| !tried.is_empty());
    for (label, text, ink) in [
        ("expected", evidence.expected.as_deref(), PASS),
        ("actual", evidence.actual.as_deref(), ink(result.outcome)),
        ("looked at", evidence.source.as_deref(), Style::new()),
        ("written at", place.as_deref(), Style::new()),
        ("reason", reason.as_deref(), Style::new()),
        ("severity", not_critical.as_deref(), Style::new()),
        ("noticed", noticed.as_deref(), Style::new()),
        ("before", tried.as_deref(), Style::new()),
    ] {
        if let Some(text) = text {
            page.text(&labelled(label), text, ink, MOST_LINES);
        }
    }
    for (at, step) in result.steps.iter().enumerate() {
        if !matches!(step.outcome, Outcome::Pass | Outcome::Skipped) {
            step_in_full(page, step, at + 1, result.steps.len());
        }
    }
    page.gap();
}

fn labelled(label: &str) -> String {
    format!("    {}", inked(DIM, &format!("{label:LABEL$}")))
}

fn step_in_full(page: &mut Page, step: &StepTrace, number: usize, of: usize) {
    let (asked, took) = (plural(step.attempts as usize, "attempt"), elapsed(step.elapsed_ms));
    let title = format!("{} ({asked}, {took})", step.name);
    page.text(&labelled(&format!("step {number}/{of}")), &title, STRONG, MOST_LINES);
    for failure in &step.failures {
        let lead = format!("{}{} ", labelled(""), inked(ink(step.outcome), symbol(step.outcome)));
        page.text(&lead, failure, Style::new(), MOST_LINES);
    }
    for (label, text) in [("sent", &step.sent), ("received", &step.received)] {
        if !text.is_empty() {
            let text = with_its_body(text, MOST_LINES);
            page.text(&labelled(label), &text, Style::new(), MOST_LINES);
        }
    }
    if let Some(screenshot) = &step.screenshot {
        page.text(&labelled("screenshot"), &screenshot.file, Style::new(), MOST_LINES);
    }
}

fn counts(run: &Run) -> Vec<Vec<Cell>> {
    let heads = ["pass", "fail", "inconclusive", "waived", "skipped"];
    let mut rows = vec![vec![Cell::left("")]];
    rows[0].extend(heads.map(|head| Cell::right(head).ink(DIM)));
    let kinds = Kind::ALL.into_iter().filter(|kind| run.of_kind(*kind).next().is_some());
    rows.extend(kinds.map(|kind| count_row(kind.word(), Counts::of(run.of_kind(kind)))));
    rows.push(count_row("all", run.counts()));
    rows
}

fn count_row(name: &str, counts: Counts) -> Vec<Cell> {
    let Counts { pass, fail, inconclusive, waived, skipped } = counts;
    let cells = [
        (pass, PASS),
        (fail, FAIL),
        (inconclusive, INCONCLUSIVE),
        (waived, WAIVED),
        (skipped, DIM),
    ];
    let mut row = vec![Cell::left(name)];
    row.extend(
        cells.map(|(count, ink)| {
            Cell::right(count.to_string()).ink(if count > 0 { ink } else { DIM })
        }),
    );
    row
}

fn answer(page: &mut Page, report: &Report<'_>) {
    let outcome = style::of_verdict(report.judgement.verdict);
    let verdict = report.judgement.verdict.word().to_uppercase();
    let mut line = inked(ink(outcome).bold(), &format!("{} {verdict}", symbol(outcome)));
    if let Some(decision) = report.decision {
        let word = inked(style::of_decision(decision).bold(), &decision.word().to_uppercase());
        line = format!("{line} → {word}: {}", meaning(decision));
    }
    page.line(&line);
    let mut said = format!("{} in {}", tally(report.run.counts()), elapsed(report.run.elapsed_ms));
    let flaky = report.run.results.iter().filter(|result| result.is_flaky()).count();
    let slow = report.run.results.iter().filter(|result| result.slow).count();
    for (count, word) in [(flaky, "flaky"), (slow, "slow")] {
        if count > 0 {
            let _ = write!(said, ", {count} {word}");
        }
    }
    page.text("  ", &said, DIM, MOST_LINES);
    let because = &report.judgement.because;
    for reason in because.iter().take(MOST_REASONS) {
        page.text(&format!("  {} ", inked(ink(outcome), "because")), reason, Style::new(), 2);
    }
    if let Some(more) = because.len().checked_sub(MOST_REASONS).filter(|more| *more > 0) {
        page.line(&inked(DIM, &format!("  … and {} above", plural(more, "more reason"))));
    }
}
