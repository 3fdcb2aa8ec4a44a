//! A load case on a terminal: a table and two lines of blocks.

use super::Case;
use super::by_rate::{came_to, held};
use super::numbers::{about, rate, shown};
use super::spark::spark;
use crate::model::{LoadRecord, LoadSecond, Millis, Rate, RequestRecord, StepRecord};
use crate::report::page::Page;
use crate::report::style::{DIM, FAIL, INCONCLUSIVE, inked};
use crate::report::table::{Cell, aligned};
use crate::report::visible;

use anstyle::Style;
use console::truncate_str;

/// How wide the name of a request may be, in columns.
const WIDEST_NAME: usize = 24;
/// How wide a line of blocks may be.
const WIDEST_SPARK: usize = 48;
/// How many lines a text may take.
const MOST_LINES: usize = 4;
const HEAD: [&str; 8] = ["request", "count", "rate", "p50", "p95", "p99", "max", "errors"];

const RATES: [&str; 6] = ["offered", "correct", "p50", "p95", "p99", "came to"];

/// Tells the numbers of a load case.
pub fn told(page: &mut Page, case: &Case<'_>) {
    let record = case.record;
    page.text("    ", &format!("{}: {}", case.name, about(record)), DIM, MOST_LINES);
    if let Some(aborted) = &record.generator.aborted {
        page.text("    ", &format!("ended before its time: {aborted}"), INCONCLUSIVE, MOST_LINES);
    }
    let mut rows = vec![HEAD.map(|head| Cell::right(head).ink(DIM)).to_vec()];
    rows[0][0] = Cell::left(HEAD[0]).ink(DIM);
    rows.extend(record.requests.iter().map(|request| row(record, request)));
    if record.requests.len() > 1 {
        rows.push(row(record, &record.all()));
    }
    for line in aligned(&rows) {
        page.line(&format!("      {line}"));
    }
    if !record.steps.is_empty() {
        page.line(&format!("      {}", inked(DIM, &held(record))));
        let mut rows = vec![RATES.map(|head| Cell::right(head).ink(DIM)).to_vec()];
        rows[0][RATES.len() - 1] = Cell::left(RATES[RATES.len() - 1]).ink(DIM);
        rows.extend(record.steps.iter().map(step));
        for line in aligned(&rows) {
            page.line(&format!("      {line}"));
        }
    }
    let seconds = &record.seconds;
    let show = |ms| Millis(ms).to_string();
    if seconds.iter().any(|second| second.p99_ms.is_some()) {
        over_time(page, "p99", seconds, |second| second.p99_ms, show);
    } else {
        over_time(page, "max", seconds, |second| second.max_ms, show);
    }
    #[expect(clippy::cast_precision_loss, reason = "requests of a second")]
    let correct = |second: &LoadSecond| Some(second.correct as f64);
    over_time(page, "correct", seconds, correct, |rate| Rate(rate).to_string());
}

fn row(record: &LoadRecord, request: &RequestRecord) -> Vec<Cell> {
    let times = &request.response;
    let name =
        truncate_str(&visible(&request.name).replace('\n', " "), WIDEST_NAME, "…").into_owned();
    let errors = request.incorrect();
    let mut row = vec![Cell::left(name), Cell::right(request.sent().to_string())];
    row.push(Cell::right(rate(record, request).map_or("–".to_owned(), |rate| rate.to_string())));
    row.extend([0.5, 0.95, 0.99].map(|share| Cell::right(shown(times.percentile(share)))));
    row.push(Cell::right(shown(times.max())));
    row.push(Cell::right(errors.to_string()).ink(if errors > 0 { FAIL } else { Style::new() }));
    row
}

fn step(step: &StepRecord) -> Vec<Cell> {
    let mut row = vec![Cell::right(Rate(step.rate).to_string())];
    row.push(Cell::right(step.correct.to_string()));
    let times = [step.p50_ms, step.p95_ms, step.p99_ms];
    row.extend(times.map(|time| Cell::right(shown(time.map(Millis)))));
    let ink = match step {
        StepRecord { unoffered: Some(_), .. } | StepRecord { untold: Some(_), .. } => INCONCLUSIVE,
        StepRecord { broken: Some(_), .. } => FAIL,
        _ => Style::new(),
    };
    row.push(Cell::left(visible(came_to(step))).ink(ink));
    row
}

/// Draws a number of each second, with its lowest and its highest.
fn over_time(
    page: &mut Page,
    name: &str,
    seconds: &[LoadSecond],
    of: impl Fn(&LoadSecond) -> Option<f64>,
    show: impl Fn(f64) -> String,
) {
    let last = seconds.last().map_or(0, |second| second.at as usize + 1);
    let mut values = vec![None; last];
    for second in seconds {
        values[second.at as usize] = of(second);
    }
    let lowest = values.iter().flatten().copied().reduce(f64::min);
    let highest = values.iter().flatten().copied().reduce(f64::max);
    if let (Some(lowest), Some(highest)) = (lowest, highest) {
        let range = format!("{} to {} over {} s", show(lowest), show(highest), values.len());
        let blocks = spark(&values, WIDEST_SPARK);
        page.line(&format!("      {}  {blocks}  {range}", inked(DIM, &format!("{name:<7}"))));
    }
}
