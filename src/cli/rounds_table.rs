//! Comparisons under each other, as wide as there is room.

use anstyle::Style;
use console::measure_text_width;

use crate::model::{CheckResult, Comparison, Outcome, Reason, Severity};
use crate::report::style::{DIM, INFORMATION, ink, symbol};
use crate::report::table::{Cell, aligned};
use crate::report::visible;

/// What stands above the columns.
const HEAD: [&str; 11] = [
    "",
    "metric",
    "baseline",
    "candidate",
    "change",
    "interval",
    "tolerance",
    "worst",
    "verdict",
    "pairs",
    "settled by",
];
/// The columns that are left out one after the other where there is no room: the report below has them too. First what the
/// change was computed from; never the change, its interval and the verdict.
const LEAST_NEEDED: [&str; 6] =
    ["baseline", "candidate", "pairs", "settled by", "worst", "tolerance"];

/// Is one line: a cell for each column of [`HEAD`], and the ink of its symbol and its verdict.
struct Line {
    cells: [String; 11],
    ink: Style,
}

/// Gives every named result in a line, what passes too. A column that would say nothing is left out, and where all
/// have as many pairs, a line says so once.
pub(super) fn table<'r>(
    results: impl Iterator<Item = (&'r str, &'r CheckResult)>,
    width: usize,
) -> String {
    let lines: Vec<Line> = results.map(|(name, result)| line(name, result)).collect();
    let mut columns: Vec<usize> = (0..HEAD.len()).collect();
    let pairs = column("pairs");
    let counts: Vec<&str> =
        lines.iter().map(|line| &*line.cells[pairs]).filter(|count| !count.is_empty()).collect();
    let alike = counts.windows(2).all(|two| two[0] == two[1]);
    columns.retain(|at| {
        let says = lines.iter().any(|line| !line.cells[*at].is_empty());
        says && !(*at == pairs && alike)
    });
    for unneeded in LEAST_NEEDED {
        if widest(&drawn(&lines, &columns)) <= width {
            break;
        }
        columns.retain(|at| HEAD[*at] != unneeded);
    }
    let mut drawn = drawn(&lines, &columns);
    if alike && let Some(count) = counts.first() {
        drawn.push(format!("   {count} pairs each"));
    }
    drawn.join("\n")
}

fn column(name: &str) -> usize {
    HEAD.iter().position(|head| *head == name).expect("the name is one of the head's")
}

fn widest(lines: &[String]) -> usize {
    lines.iter().map(|line| measure_text_width(line)).max().unwrap_or_default()
}

fn drawn(lines: &[Line], columns: &[usize]) -> Vec<String> {
    let verdict = column("verdict");
    let mut rows = vec![columns.iter().map(|at| Cell::left(HEAD[*at]).ink(DIM)).collect()];
    rows.extend(lines.iter().map(|line| {
        let cell = |at: &usize| {
            let cell = Cell::left(line.cells[*at].clone());
            if *at == 0 || *at == verdict { cell.ink(line.ink) } else { cell }
        };
        columns.iter().map(cell).collect::<Vec<Cell>>()
    }));
    aligned(&rows)
}

fn line(name: &str, result: &CheckResult) -> Line {
    let numbers = result.evidence.comparison.as_deref().map(numbers).unwrap_or_default();
    let [baseline, candidate, change, interval, tolerance, worst, pairs, settled] = numbers;
    let (symbol, ink) = if result.only_informs() {
        (INFORMATION, DIM)
    } else {
        (symbol(result.outcome), ink(result.outcome))
    };
    let name = visible(name).into_owned();
    let cells = [
        symbol.to_owned(),
        name,
        baseline,
        candidate,
        change,
        interval,
        tolerance,
        worst,
        verdict(result),
        pairs,
        settled,
    ];
    Line { cells, ink }
}

fn numbers(comparison: &Comparison) -> [String; 8] {
    let (baseline, candidate) = comparison.shown_sides();
    [
        baseline,
        candidate,
        comparison.shown_estimate(),
        comparison.shown_interval(),
        comparison.shown_limit(),
        comparison.statistic.show(comparison.worst),
        comparison.pairs.to_string(),
        comparison.pairs_needed.map(|needed| format!("about {needed}")).unwrap_or_default(),
    ]
}

/// Gives the word for an outcome and its reason, unless the number of pairs that would settle it says as much; a failure
/// that only warns is a warning, and one of what does not gate is information.
fn verdict(result: &CheckResult) -> String {
    if result.only_informs() {
        let word =
            if result.reason == Some(Reason::Regression) { "worse" } else { "beyond its limit" };
        return format!("{word} (information)");
    }
    let word = match (result.outcome, result.check.severity) {
        (Outcome::Fail, Severity::Warning) => "warning",
        (outcome, _) => outcome.word(),
    };
    let comparison = result.evidence.comparison.as_deref();
    let is_open = result.outcome == Outcome::Inconclusive
        && comparison.is_some_and(|comparison| comparison.pairs_needed.is_some());
    match result.reason {
        Some(reason) if !is_open => format!("{word}: {}", reason.word()),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;

    use super::*;
    use crate::config::Source;
    use crate::load::rounds::{Rule, read};

    /// The worst round was left out first, though it is what no interval shows.
    #[test]
    fn where_there_is_no_room_the_numbers_behind_the_change_go_first_and_the_verdict_never() {
        let text = include_str!("../../fixtures/rounds/noisy.csv");
        let rounds = read(Source::new("noisy.csv", text)).unwrap();
        let checks = rounds.judge(&Rule::default(), "rounds").unwrap().into_iter();
        let results: Vec<CheckResult> =
            checks.map(|(check, finding)| CheckResult::new(check, finding, 0.0, 1.0)).collect();
        let head = |width| {
            let rows = results.iter().map(|result| (&*result.check.name, result));
            let table = strip_str(&table(rows, width)).to_string();
            table
                .lines()
                .next()
                .unwrap()
                .split("  ")
                .map(str::trim)
                .filter(|it| !it.is_empty())
                .collect::<Vec<_>>()
                .join(", ")
        };
        let all =
            "metric, baseline, candidate, change, interval, tolerance, worst, verdict, settled by";
        assert_eq!(head(200), all);
        assert_eq!(head(95), all.replace(" baseline,", ""));
        assert_eq!(head(85), "metric, change, interval, tolerance, worst, verdict, settled by");
        assert_eq!(head(75), "metric, change, interval, tolerance, worst, verdict");
        assert_eq!(head(65), "metric, change, interval, tolerance, verdict");
        assert_eq!(head(20), "metric, change, interval, verdict");
    }
}
