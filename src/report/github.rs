//! A report for the log of a GitHub job: workflow commands that GitHub shows on the line they name.
//!
//! GitHub shows the first ten of each level of a step, so that the worst come first; the log has all
//! of them.

use super::group::grouped;
use super::words::{meaning, tally, tried};
use super::{Report, visible};
use crate::model::{CheckResult, Outcome, Severity, Verdict};

/// Names the level of an annotation, as its command has it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Error,
    Warning,
    Notice,
}

impl Level {
    const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Notice];

    const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }

    /// Gives the level at which a result is shown, if it is: what could not be measured is no error
    /// of the target, and what holds needs no line.
    fn of(result: &CheckResult) -> Option<Self> {
        match (result.outcome, result.check.severity) {
            (Outcome::Fail, Severity::Critical) => Some(Self::Error),
            (Outcome::Fail, Severity::Warning) | (Outcome::Inconclusive, _) => Some(Self::Warning),
            (Outcome::Fail, Severity::Info) | (Outcome::Waived, _) => Some(Self::Notice),
            (Outcome::Pass, _) if result.is_flaky() => Some(Self::Notice),
            (Outcome::Pass | Outcome::Skipped, _) => None,
        }
    }
}

/// Gives one annotation for each result that a reader has to see, and the answer as the last.
pub fn render(report: &Report<'_>) -> String {
    let groups = grouped(report.run);
    let results: Vec<&CheckResult> =
        groups.iter().flat_map(|group| group.results.iter().map(|(_, result)| *result)).collect();
    let mut lines = String::new();
    for level in Level::ALL {
        for result in results.iter().filter(|result| Level::of(result) == Some(level)) {
            lines.push_str(&annotation(level, result));
        }
    }
    lines.push_str(&answer(report));
    lines
}

fn annotation(level: Level, result: &CheckResult) -> String {
    let check = &result.check;
    let mut properties = Vec::new();
    if let Some(place) = &check.place {
        properties.push(("file", place.file.clone()));
        properties.push(("line", place.line.to_string()));
        properties.push(("col", place.column.to_string()));
    }
    let outcome = if result.is_flaky() { "flaky" } else { result.outcome.word() };
    let title = format!("{outcome} {}: {}", check.group, check.name);
    properties.push(("title", title));
    let evidence = &result.evidence;
    let sides = [("expected", &evidence.expected), ("actual", &evidence.actual)];
    let sides = sides.into_iter().filter_map(|(name, text)| Some((name, text.as_deref()?)));
    let sides = sides.map(|(name, text)| format!("\n{name}: {text}"));
    let mut said = format!("{}{}", result.message, sides.collect::<String>());
    for line in tried(result) {
        said.push('\n');
        said.push_str(&line);
    }
    command(level, &properties, &said)
}

fn answer(report: &Report<'_>) -> String {
    let Report { run, judgement, decision } = report;
    let level = match judgement.verdict {
        Verdict::Pass => Level::Notice,
        Verdict::Inconclusive => Level::Warning,
        Verdict::Fail => Level::Error,
    };
    let decided = decision.map(|decision| format!(", {}: {}", decision.word(), meaning(decision)));
    let title = format!(
        "{} {}: {}{}",
        run.project,
        run.environment,
        judgement.verdict.word(),
        decided.unwrap_or_default()
    );
    let mut said = tally(run.counts());
    if report.looks_like_success() {
        said = format!("{said}; {}", judgement.because.join("; "));
    }
    command(level, &[("title", title)], &said)
}

/// Writes one workflow command, in which only this function's own marks are acted upon.
fn command(level: Level, properties: &[(&str, String)], message: &str) -> String {
    let property = |(name, value): &(&str, String)| {
        format!("{name}={}", escaped(value).replace(':', "%3A").replace(',', "%2C"))
    };
    let properties: Vec<String> = properties.iter().map(property).collect();
    format!("::{} {}::{}\n", level.word(), properties.join(","), escaped(message))
}

/// Escapes what ends a command: its line, and the mark of an escape.
fn escaped(text: &str) -> String {
    visible(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use crate::report::Format;
    use crate::report::tests::{rendered, sample};

    #[test]
    fn every_line_is_one_command_whatever_a_target_said() {
        let text = rendered(Format::Github, &sample());
        for line in text.lines() {
            let rest = line.strip_prefix("::").unwrap();
            let (command, message) = rest.split_once("::").unwrap();
            let (level, properties) = command.split_once(' ').unwrap();
            assert!(["error", "warning", "notice"].contains(&level), "{line}");
            assert!(properties.split(',').all(|p| p.split_once('=').is_some()), "{line}");
            assert!(!message.is_empty(), "{line}");
        }
        assert!(text.contains("::error file=suites/e2e/orders.yaml,line=11,col=5,title=fail orders%3A a shopper can place an order::"));
        assert!(text.ends_with('\n'));
    }

    #[test]
    fn what_is_no_error_of_the_target_is_none_in_the_log() {
        let text = rendered(Format::Github, &sample());
        let level = |title: &str| {
            let line = text.lines().find(|line| line.contains(title)).unwrap();
            line.split(' ').next().unwrap().to_owned()
        };
        assert_eq!(level("title=inconclusive cache%3A answers PING"), "::warning");
        assert_eq!(level("title=fail storage%3A memory stays under 80%25"), "::warning");
        assert_eq!(level("title=waived api%3A environment.FEATURE_FLAGS"), "::notice");
    }
}
