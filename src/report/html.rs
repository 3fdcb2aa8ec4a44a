//! A report for a browser: one page that needs nothing outside itself and works without scripts.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::group::{Group, WORST_FIRST, grouped};
use super::load;
use super::plot::intervals;
use super::stamp::{icon, stamp};
use super::style::{of_verdict, symbol};
use super::words::{counted, elapsed, meaning, noticed, plural, tally, tried};
use super::{Report, visible};
use crate::model::{
    CheckResult, Counts, Kind, Outcome, Phase, Reason, Run, Screenshot, Severity, StepTrace,
};

const STYLE: &str = include_str!("html.css");
const SCRIPT: &str = include_str!("html.js");

/// Gives the page.
pub fn render(report: &Report<'_>) -> String {
    let Report { run, judgement, .. } = report;
    let title = format!("{} {}: {}", run.project, run.environment, judgement.verdict.word());
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (visible(&title)) }
                link rel="icon" href=(icon(judgement.verdict));
                style { (PreEscaped(STYLE)) }
            }
            body {
                (header(report))
                (why(report))
                (table(run))
                (controls(run.counts()))
                main { (kinds(run)) }
                footer { "Proofmark " (visible(&run.tool)) }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    let mut page = page.into_string();
    page.push('\n');
    page
}

/// Allows this page's own style and script, by their hashes, and nothing else.
///
/// Markup that a target smuggled past the escaping could still neither run nor load anything.
fn policy() -> String {
    let hash = |text: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)));
    format!(
        "default-src 'none'; style-src {}; script-src {}; img-src data:; base-uri 'none'; \
         form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

fn header(report: &Report<'_>) -> Markup {
    let run = report.run;
    let facts = [
        ("environment", Some(run.environment.as_str())),
        ("release", run.release.as_deref()),
        ("phase", run.phase.map(Phase::word)),
        ("asked by", Some(run.command.as_str())),
    ];
    html! {
        header {
            div {
                p.brand { "Proofmark" }
                h1 { (visible(&run.project)) }
                dl.facts {
                    @for (name, value) in facts {
                        @if let Some(value) = value { div { dt { (name) } dd { (visible(value)) } } }
                    }
                    div { dt { "began" } dd { (moment(&run.started)) } }
                    div { dt { "took" } dd { (elapsed(run.elapsed_ms)) } }
                }
            }
            (stamp(report))
        }
    }
}

fn moment(rfc3339: &str) -> Markup {
    let read = rfc3339.replacen('T', " ", 1).replace('Z', " UTC");
    html! { time datetime=(visible(rfc3339)) { (visible(&read)) } }
}

fn why(report: &Report<'_>) -> Markup {
    let Report { run, judgement, decision } = report;
    let class = of_verdict(judgement.verdict).word();
    html! {
        section.why.(class) aria-labelledby="why" {
            h2 #why {
                (judgement.verdict.word())
                @if let Some(decision) = decision { " → " (decision.word()) }
            }
            p {
                @if let Some(decision) = decision { (meaning(*decision)) ". " }
                (tally(run.counts())) "."
            }
            @if !judgement.because.is_empty() {
                ol {
                    @for because in &judgement.because {
                        li {
                            @match position(run, because) {
                                Some(index) => { a href={ "#r" (index) } { (visible(because)) } }
                                None => { (visible(because)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Finds the result that a reason of the judgement speaks of.
fn position(run: &Run, because: &str) -> Option<usize> {
    run.results.iter().position(|result| {
        because
            .strip_prefix(result.check.id.as_str())
            .and_then(|rest| rest.strip_prefix(": "))
            .is_some_and(|message| message == result.message)
    })
}

fn table(run: &Run) -> Markup {
    let row = |name: &str, counts: Counts| {
        html! {
            tr {
                th scope="row" { (name) }
                @for outcome in WORST_FIRST {
                    @let count = counts.of_outcome(outcome);
                    td.(if count > 0 { outcome.word() } else { "none" }) { (count) }
                }
            }
        }
    };
    html! {
        @if !run.results.is_empty() {
            div.scroll {
                table {
                    caption { "Checks by kind" }
                    thead {
                        tr {
                            td {}
                            @for outcome in WORST_FIRST { th scope="col" { (label(outcome)) } }
                        }
                    }
                    tbody {
                        @for kind in Kind::ALL {
                            @let counts = Counts::of(run.of_kind(kind));
                            @if counts.total() > 0 { (row(kind.word(), counts)) }
                        }
                    }
                    tfoot { (row("all", run.counts())) }
                }
            }
        }
    }
}

fn label(outcome: Outcome) -> Markup {
    html! { span.mark.(outcome.word()) aria-hidden="true" { (symbol(outcome)) } " " (outcome.word()) }
}

/// Draws what only a script can serve; the script unhides it.
fn controls(counts: Counts) -> Markup {
    html! {
        @if counts.total() > 0 {
            div #controls role="search" hidden {
                input #filter type="search" placeholder="Filter, press /" aria-label="Filter checks"
                    autocomplete="off" spellcheck="false";
                div role="group" aria-label="Outcomes shown" {
                    @for outcome in WORST_FIRST {
                        @if counts.of_outcome(outcome) > 0 {
                            button type="button" aria-pressed="true" data-outcome=(outcome.word()) {
                                (label(outcome)) " " span.count { (counts.of_outcome(outcome)) }
                            }
                        }
                    }
                }
                p #shown role="status" {}
            }
        }
    }
}

fn kinds(run: &Run) -> Markup {
    let groups = grouped(run);
    html! {
        @for kind in Kind::ALL {
            @let mut of_kind = groups.iter().filter(|group| group.kind == kind).peekable();
            @if of_kind.peek().is_some() {
                section.kind aria-labelledby=(kind) {
                    h2 #(kind) { (kind) }
                    @if kind == Kind::Load { (load::page(run)) }
                    @for group in of_kind { (section(group, run.elapsed_ms)) }
                }
            }
        }
    }
}

fn section(group: &Group<'_>, run_ms: f64) -> Markup {
    let worst = group.worst();
    let is_open = matches!(worst, Outcome::Fail | Outcome::Inconclusive);
    html! {
        details.group open[is_open] {
            summary {
                span.mark.(worst.word()) aria-hidden="true" { (symbol(worst)) }
                span.name { (visible(group.name)) }
                span.tally {
                    (counted(group.kind, group.results.len())) ", "
                    @if group.all_passed() { "ok" } @else { (tally(group.counts())) }
                }
            }
            (compared(group))
            @for (index, result) in group.worst_first() { (article(index, result, run_ms)) }
        }
    }
}

/// Draws the results of a group that hold a candidate against a baseline.
fn compared(group: &Group<'_>) -> Markup {
    let results: Vec<&CheckResult> = group.results.iter().map(|(_, result)| *result).collect();
    let first = group.results.first().map_or(0, |(index, _)| *index);
    intervals(&results, &format!("compared{first}"))
}

fn article(index: usize, result: &CheckResult, run_ms: f64) -> Markup {
    let CheckResult { check, outcome, message, steps, .. } = result;
    let in_full = matches!(outcome, Outcome::Fail | Outcome::Inconclusive);
    html! {
        article #{ "r" (index) } .(outcome.word()) data-outcome=(outcome.word()) {
            div.head {
                div.title {
                    h3 {
                        span.mark.(outcome.word()) role="img" aria-label=(outcome.word()) {
                            (symbol(*outcome))
                        }
                        (visible(&check.name))
                    }
                    p.message { (visible(message)) }
                }
                (clock(result, run_ms))
            }
            @if in_full || result.waiver.is_some() { (tags(result)) }
            @if let words @ [_, ..] = noticed(result).as_slice() {
                p.tags { @for word in words { code { (word) } " " } }
            }
            @for line in tried(result) { p.source { (visible(&line)) } }
            (evidence(result))
            @if !steps.is_empty() {
                ol.steps { @for step in steps { (trace(step)) } }
            }
        }
    }
}

fn tags(result: &CheckResult) -> Markup {
    let severity = result.check.severity;
    html! {
        p.tags {
            @if let Some(reason) = result.reason.map(Reason::word) { code { (reason) } " " }
            @if severity != Severity::Critical { code { (severity) } " " }
            @if let Some(place) = &result.check.place { code { (visible(&place.to_string())) } " " }
            @if let Some(waiver) = &result.waiver { "waived at " code { (visible(&waiver.place.to_string())) } }
        }
    }
}

fn evidence(result: &CheckResult) -> Markup {
    let evidence = &result.evidence;
    let sides = [
        ("expected", evidence.expected.as_deref(), Outcome::Pass),
        ("actual", evidence.actual.as_deref(), result.outcome),
    ];
    html! {
        @if evidence.expected.is_some() || evidence.actual.is_some() {
            div.sides {
                @for (name, text, ink) in sides {
                    @if let Some(text) = text {
                        figure.(ink.word()) { figcaption { (name) } (excerpt(name, text)) }
                    }
                }
            }
        }
        @if let Some(source) = &evidence.source {
            p.source { "looked at " code { (visible(source)) } }
        }
    }
}

/// Shows foreign text as it is; it scrolls, and so the keyboard has to reach it.
fn excerpt(name: &str, text: &str) -> Markup {
    html! { pre tabindex="0" role="region" aria-label=(name) { (visible(text)) } }
}

fn trace(step: &StepTrace) -> Markup {
    let StepTrace { name, outcome, elapsed_ms, attempts, sent, received, failures, screenshot } =
        step;
    let is_open = !matches!(outcome, Outcome::Pass | Outcome::Skipped);
    html! {
        li {
            details open[is_open] {
                summary {
                    span.mark.(outcome.word()) role="img" aria-label=(outcome.word()) { (symbol(*outcome)) }
                    span.name { (visible(name)) }
                    @if *attempts > 0 {
                        span.tally { (plural(*attempts as usize, "attempt")) ", " (elapsed(*elapsed_ms)) }
                    }
                }
                @if !failures.is_empty() {
                    ul { @for failure in failures { li { (visible(failure)) } } }
                }
                div.sides {
                    @for (name, text) in [("sent", sent), ("received", received)] {
                        @if !text.is_empty() { figure { figcaption { (name) } (excerpt(name, text)) } }
                    }
                }
                @if let Some(screenshot) = screenshot { (picture(screenshot)) }
            }
        }
    }
}

/// Shows a picture inside the page; only its file is named where a stored run has it no more.
fn picture(screenshot: &Screenshot) -> Markup {
    let Screenshot { file, png } = screenshot;
    html! {
        figure.picture {
            figcaption { "page, kept as " code { (visible(file)) } }
            @if !png.is_empty() {
                img alt="the page as the browser showed it"
                    src={ "data:image/png;base64," (BASE64_STANDARD.encode(png)) };
            }
        }
    }
}

/// Draws when in the run the check was under way, and how long.
///
/// A drawing, not a styled box: the page's policy allows no style attributes.
fn clock(result: &CheckResult, run_ms: f64) -> Markup {
    let share = |ms: f64| if run_ms > 0.0 { (ms / run_ms * 100.0).clamp(0.0, 100.0) } else { 0.0 };
    let width = share(result.elapsed_ms).max(2.0);
    let start = share(result.began_ms).min(100.0 - width);
    html! {
        span.clock {
            svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" {
                rect.track width="100" height="6" {}
                rect.bar x=(format!("{start:.2}")) width=(format!("{width:.2}")) height="6" {}
            }
            span { (elapsed(result.elapsed_ms)) }
        }
    }
}
