//! A report for a pull request, an issue or the summary of a job.
//!
//! What a target said stands in code only, whose end it cannot reach: there it is no markup, mentions
//! nobody and links nowhere.

use std::fmt::Write as _;

use super::group::{Group, WORST_FIRST, grouped};
use super::load;
use super::style::{of_verdict, symbol};
use super::text::with_its_body;
use super::words::{counted, elapsed, meaning, noticed, plural, tally, tried};
use super::{Report, visible};
use crate::model::{CheckResult, Counts, Kind, Outcome, Phase, Reason, Run, StepTrace, shorten};

/// Is how much a comment on GitHub may hold, less a margin for what closes the report, in bytes.
const MOST: usize = 60_000;
/// Is how many lines of one piece of text are shown; JSON and HTML have all of it.
const MOST_LINES: usize = 12;
/// Is how long one of them may be, in characters.
const MOST_COLUMNS: usize = 300;

/// Gives the report: the answer and the counts, what has to be seen, and the rest collapsed.
pub fn render(report: &Report<'_>) -> String {
    let mut page = Page::default();
    let groups = grouped(report.run);
    answer(&mut page, report);
    counts(&mut page, report.run);
    for case in load::cases(report.run) {
        under_load(&mut page, &case);
    }
    let left: usize = [Outcome::Fail, Outcome::Inconclusive, Outcome::Waived]
        .map(|outcome| section(&mut page, outcome, &groups))
        .iter()
        .sum();
    if left > 0 {
        page.gap();
        let more = plural(left, "more result");
        page.line(&format!("… and {more} that would not fit here: see the JSON or HTML report."));
    }
    rest(&mut page, &groups);
    page.0
}

/// Collects lines.
#[derive(Default)]
struct Page(String);

impl Page {
    fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    /// Leaves one empty line, never two.
    fn gap(&mut self) {
        if !self.0.ends_with("\n\n") {
            self.0.push('\n');
        }
    }

    /// Writes text if it fits, and tells whether it did.
    fn fits(&mut self, text: &str) -> bool {
        let fits = self.0.len() + text.len() <= MOST;
        if fits {
            self.0.push_str(text);
        }
        fits
    }
}

fn answer(page: &mut Page, report: &Report<'_>) {
    let Report { run, judgement, decision } = report;
    let symbol = symbol(of_verdict(judgement.verdict));
    let verdict = judgement.verdict.word().to_uppercase();
    let decided = decision.map(|it| format!(" → {}: {}", it.word().to_uppercase(), meaning(it)));
    page.line(&format!("## {symbol} {verdict}{}", decided.unwrap_or_default()));
    page.gap();
    let about = [
        Some(code(&run.project)),
        Some(code(&run.environment)),
        run.release.as_ref().map(|release| format!("release {}", code(release))),
        run.phase.map(Phase::word).map(str::to_owned),
        Some(code(&format!("proofmark {}", run.command))),
        Some(code(&run.started)),
        Some(elapsed(run.elapsed_ms)),
    ];
    page.line(&about.into_iter().flatten().collect::<Vec<_>>().join(" · "));
    if report.looks_like_success() {
        page.gap();
        page.line(&code(&judgement.because.join("; ")));
    }
}

fn counts(page: &mut Page, run: &Run) {
    if run.results.is_empty() {
        return;
    }
    let mut row = |name: &str, cells: [String; WORST_FIRST.len()]| {
        page.line(&format!("| {name} | {} |", cells.join(" | ")));
    };
    let cells = |counts: Counts| {
        WORST_FIRST.map(|outcome| match counts.of_outcome(outcome) {
            0 => String::new(),
            count => count.to_string(),
        })
    };
    row("", WORST_FIRST.map(|outcome| outcome.word().to_owned()));
    row(":--", WORST_FIRST.map(|_| "--:".to_owned()));
    for kind in Kind::ALL {
        let counts = Counts::of(run.of_kind(kind));
        if counts.total() > 0 {
            row(kind.word(), cells(counts));
        }
    }
    row("**all**", cells(run.counts()));
}

/// Writes the numbers of a load case in a table, if it fits.
fn under_load(page: &mut Page, case: &load::Case<'_>) {
    let record = case.record;
    let title = format!("**load** {} · {}", code(case.suite), code(&case.name));
    let mut text = format!("{title}\n\n{}\n\n", code(&load::about(record)));
    text += "| request | sent | errors | rate | p50 | p95 | p99 | max |\n";
    text += "| :-- | --: | --: | --: | --: | --: | --: | --: |\n";
    let all = (record.requests.len() > 1).then(|| record.all());
    for request in record.requests.iter().chain(&all) {
        // A bar would end the cell, in code too.
        let name = code(&request.name).replace('|', "\\|");
        let rate = load::rate(record, request).map_or("–".to_owned(), |rate| rate.to_string());
        let times = [0.5, 0.95, 0.99].map(|share| request.response.percentile(share));
        let times = times.into_iter().chain([request.response.max()]).map(load::shown);
        let times = times.collect::<Vec<_>>().join(" | ");
        let (sent, errors) = (request.sent(), request.incorrect());
        let _ = writeln!(text, "| {name} | {sent} | {errors} | {rate} | {times} |");
    }
    page.gap();
    page.fits(&text);
}

/// Writes the results with `outcome` by group, and gives how many did not fit.
fn section(page: &mut Page, outcome: Outcome, groups: &[Group<'_>]) -> usize {
    let mut left = 0;
    let mut title = format!("### {} {}\n\n", symbol(outcome), heading(outcome));
    for group in groups {
        let mut name = format!("**{}** {}\n\n", group.kind, code(group.name));
        for (_, result) in group.results.iter().filter(|(_, result)| result.outcome == outcome) {
            page.gap();
            if page.fits(&format!("{title}{name}{}", entry(result))) {
                title.clear();
                name.clear();
            } else {
                left += 1;
            }
        }
    }
    left
}

const fn heading(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Fail => "Failed",
        Outcome::Inconclusive => "Could not tell",
        Outcome::Waived => "Waived",
        Outcome::Pass => "Passed",
        Outcome::Skipped => "Not asked",
    }
}

/// Writes one result as an entry of a list, its evidence in a block of its own.
fn entry(result: &CheckResult) -> String {
    let check = &result.check;
    let tags = [
        Some(check.severity.to_string()),
        result.reason.map(Reason::word).map(|reason| reason.replace('_', " ")),
        check.place.as_ref().map(|place| code(&place.to_string())),
    ];
    let tags: Vec<String> = tags.into_iter().flatten().chain(noticed(result)).collect();
    let title = format!("- {} · {}", code(&check.name), tags.join(" · "));
    let mut lines = vec![shortened(&result.message)];
    lines.extend(tried(result).iter().map(|line| shortened(line)));
    let evidence = &result.evidence;
    for (mark, side) in [("- ", &evidence.expected), ("+ ", &evidence.actual)] {
        if let Some(text) = side {
            lines.push(marked(mark, text));
        }
    }
    for (at, step) in result.steps.iter().enumerate() {
        if !matches!(step.outcome, Outcome::Pass | Outcome::Skipped) {
            lines.extend(traced(step, at + 1, result.steps.len()));
        }
    }
    match lines.as_slice() {
        [message] if !message.contains('\n') => format!("{title}\n  {}\n", code(message)),
        _ => format!("{title}\n\n{}", block("diff", &lines.join("\n"))),
    }
}

fn traced(step: &StepTrace, number: usize, of: usize) -> Vec<String> {
    let (asked, took) = (plural(step.attempts as usize, "attempt"), elapsed(step.elapsed_ms));
    let name = shortened(&step.name);
    let mut lines = vec![String::new(), format!("step {number} of {of}: {name} ({asked}, {took})")];
    lines.extend(step.failures.iter().map(|failure| marked("  ", failure)));
    for (label, text) in [("sent", &step.sent), ("received", &step.received)] {
        if !text.is_empty() {
            let text = with_its_body(text, MOST_LINES);
            lines.push(format!("{label}\n{}", marked("  ", &text)));
        }
    }
    lines
        .extend(step.screenshot.iter().map(|it| format!("screenshot\n{}", marked("  ", &it.file))));
    lines
}

/// Writes what needs no attention, in lines that a reader opens.
fn rest(page: &mut Page, groups: &[Group<'_>]) {
    let of = |outcome: Outcome| groups.iter().map(move |g| g.counts().of_outcome(outcome)).sum();
    let counts =
        Counts { pass: of(Outcome::Pass), skipped: of(Outcome::Skipped), ..Counts::default() };
    if counts.total() == 0 {
        return;
    }
    page.gap();
    page.line(&format!("<details><summary>{}</summary>", tally(counts)));
    page.gap();
    for group in groups {
        let about = format!("- **{}** {}", group.kind, code(group.name));
        let passed = group.counts().pass;
        if passed > 0 {
            page.fits(&format!("{about}: {} ok\n", counted(group.kind, passed)));
        }
        for (_, result) in group.results.iter().filter(|(_, r)| r.outcome == Outcome::Pass) {
            let noticed = noticed(result).join(", ");
            if !noticed.is_empty() {
                page.fits(&format!("{about}: {} {noticed}\n", code(&result.check.name)));
            }
        }
        for (_, result) in group.results.iter().filter(|(_, r)| r.outcome == Outcome::Skipped) {
            let (name, message) = (code(&result.check.name), code(&result.message));
            page.fits(&format!("{about}: {name} was not asked: {message}\n"));
        }
    }
    page.gap();
    page.line("</details>");
}

/// Writes foreign text as code on one line, in more backticks than it has in a row itself.
fn code(text: &str) -> String {
    let text = visible(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let text: String = text.chars().take(MOST_COLUMNS).collect();
    if text.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// Writes foreign text as a block of code inside an entry of a list.
fn block(language: &str, text: &str) -> String {
    let fence = "`".repeat((longest_run(text) + 1).max(3));
    let open = format!("{fence}{language}");
    let lines = std::iter::once(open.as_str()).chain(text.split('\n')).chain([fence.as_str()]);
    lines.fold(String::new(), |block, line| block + format!("  {line}").trim_end() + "\n")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

fn marked(mark: &str, text: &str) -> String {
    let lines: Vec<String> =
        shortened(text).split('\n').map(|line| format!("{mark}{line}")).collect();
    lines.join("\n")
}

/// Makes foreign text harmless and legible: a few lines, none of them endless.
fn shortened(text: &str) -> String {
    let text = visible(text);
    let kept = text.trim_end().lines().take(MOST_LINES);
    let mut lines: Vec<String> = kept.map(|line| shorten(line, MOST_COLUMNS)).collect();
    let all = text.trim_end().lines().count();
    if all > MOST_LINES {
        lines.push(format!("… {}", plural(all - MOST_LINES, "more line")));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Check, Finding};
    use crate::report::Format;
    use crate::report::tests::{rendered, sample};

    const MARKUP: &str =
        "a | b ``` @someone #12 [x](javascript:1) <img src=x>\n```\n## title\n</details>";

    /// Gives the lines that a reader of Markdown takes for markup: those outside every block, without
    /// their code.
    fn markup(text: &str) -> Vec<String> {
        let (mut lines, mut fence) = (Vec::new(), None::<String>);
        for line in text.lines() {
            let ticks = line.trim_start();
            let run: String = ticks.chars().take_while(|c| *c == '`').collect();
            match &fence {
                Some(open) if run.len() >= open.len() && ticks == run => fence = None,
                Some(_) => {}
                None if run.len() >= 3 && !ticks[run.len()..].contains('`') => fence = Some(run),
                None => lines.push(without_code(line)),
            }
        }
        assert_eq!(fence, None, "a block is never closed");
        lines
    }

    fn without_code(line: &str) -> String {
        let (mut rest, mut kept) = (line, String::new());
        while let Some(start) = rest.find('`') {
            kept.push_str(&rest[..start]);
            let run = rest[start..].chars().take_while(|c| *c == '`').count();
            let (fence, after) = rest[start..].split_at(run);
            let mut from = 0;
            let end = loop {
                let at = from + after[from..].find(fence).expect("a span of code is never closed");
                let length = after[at..].chars().take_while(|c| *c == '`').count();
                if length == run {
                    break at;
                }
                from = at + length;
            };
            rest = &after[end + run..];
        }
        kept + rest
    }

    #[test]
    fn what_a_target_said_stands_in_code_only() {
        let mut run = sample();
        let check = Check::new(Kind::Drift, MARKUP, MARKUP);
        let finding = Finding::fail(Reason::Changed, MARKUP).comparing(MARKUP, MARKUP);
        run.results.push(CheckResult::new(check.clone(), finding, 0.0, 1.0));
        let short = Finding::inconclusive(Reason::NoData, "`@someone` ``|``");
        run.results.push(CheckResult::new(check.clone(), short, 0.0, 1.0));
        let skipped = Finding::skipped(Reason::NotAllowed, MARKUP);
        run.results.push(CheckResult::new(check, skipped, 0.0, 1.0));
        for line in markup(&rendered(Format::Markdown, &run)) {
            assert!(!line.contains(['@', '[', '!', '(']), "{line}");
            assert!(!line.contains('<') || line.contains("details>"), "{line}");
            let opens_details = line.starts_with("<details>") || line == "</details>";
            assert!(!line.contains("details") || opens_details, "{line}");
        }
    }

    #[test]
    fn a_report_fits_into_a_comment_and_says_what_did_not() {
        let mut run = sample();
        let many = (0..2_000).map(|number| {
            let check = Check::new(Kind::Drift, "api", format!("labels.{number}"));
            let finding = Finding::fail(Reason::Changed, "x".repeat(200)).comparing("a", "b");
            CheckResult::new(check, finding, 0.0, 1.0)
        });
        run.results.extend(many);
        let text = rendered(Format::Markdown, &run);
        assert!(text.len() < 65_536, "{}", text.len());
        assert!(text.contains(" more results that would not fit here"));
        assert!(text.ends_with("</details>\n"));
    }
}
