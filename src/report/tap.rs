//! A report for a harness that reads the Test Anything Protocol, version 14.

use std::fmt::Write as _;

use serde_json::Value;

use super::words::{noticed, tried};
use super::{Report, visible};
use crate::model::{CheckResult, Outcome, Reason};

/// Gives one test point for each check, in the order of the plan, with a YAML block where there is
/// something to say.
///
/// `Fail` and `Inconclusive` are `not ok`, and the block says which. What was waived is not ok and
/// marked `TODO`, which a harness counts as no failure; what was not asked is marked `SKIP`.
pub fn render(report: &Report<'_>) -> String {
    let results = &report.run.results;
    let nothing = report.looks_like_success();
    let mut tap = format!("TAP version 14\n1..{}\n", results.len() + usize::from(nothing));
    for (index, result) in results.iter().enumerate() {
        point(&mut tap, index + 1, result);
    }
    if nothing {
        // A harness takes a plan without failures for a success.
        let number = results.len() + 1;
        line(&mut tap, &format!("not ok {number} - something was measured"));
        let because = harmless(&report.judgement.because.join("; "));
        block(&mut tap, &[("outcome", Outcome::Inconclusive.word().into()), ("message", because)]);
    }
    tap
}

fn point(tap: &mut String, number: usize, result: &CheckResult) {
    let check = &result.check;
    let description = escaped(&check.id);
    let message = escaped(&result.message);
    line(
        tap,
        &match result.outcome {
            Outcome::Pass => format!("ok {number} - {description}"),
            Outcome::Fail | Outcome::Inconclusive => format!("not ok {number} - {description}"),
            Outcome::Waived => format!("not ok {number} - {description} # TODO {message}"),
            Outcome::Skipped => format!("ok {number} - {description} # SKIP {message}"),
        },
    );
    if result.outcome != Outcome::Pass || !noticed(result).is_empty() {
        block(tap, &said(result));
    }
}

fn said(result: &CheckResult) -> Vec<(&'static str, Value)> {
    let (check, evidence) = (&result.check, &result.evidence);
    let known = [
        ("outcome", Some(result.outcome.word().to_owned())),
        ("reason", result.reason.map(Reason::word)),
        ("severity", Some(check.severity.to_string())),
        ("message", Some(result.message.clone())),
        ("expected", evidence.expected.clone()),
        ("actual", evidence.actual.clone()),
        ("source", evidence.source.clone()),
        ("at", check.place.as_ref().map(ToString::to_string)),
    ];
    let lists = [("noticed", noticed(result)), ("attempts", tried(result))];
    let known = known.into_iter().filter_map(|(key, text)| Some((key, harmless(&text?))));
    let mut said: Vec<(&str, Value)> = known.collect();
    for (key, lines) in lists {
        if !lines.is_empty() {
            said.push((key, lines.iter().map(|line| harmless(line)).collect()));
        }
    }
    let failures: Vec<Value> = result
        .steps
        .iter()
        .flat_map(|step| step.failures.iter().map(|it| harmless(&format!("{}: {it}", step.name))))
        .collect();
    if !failures.is_empty() {
        said.push(("failures", failures.into()));
    }
    said
}

fn harmless(text: &str) -> Value {
    visible(text).into()
}

/// Writes a block of YAML whose values are JSON, which YAML reads as it is.
fn block(tap: &mut String, entries: &[(&str, Value)]) {
    line(tap, "  ---");
    for (key, value) in entries {
        line(tap, &format!("  {key}: {value}"));
    }
    line(tap, "  ...");
}

fn line(tap: &mut String, line: &str) {
    writeln!(tap, "{line}").expect("a string takes whatever is written to it");
}

/// Writes text on one line in which nothing begins a directive.
fn escaped(text: &str) -> String {
    let one_line = visible(text).split_whitespace().collect::<Vec<_>>().join(" ");
    one_line.replace('\\', "\\\\").replace('#', "\\#")
}

#[cfg(test)]
mod tests {
    use crate::config::{Source, read_yaml};
    use crate::model::Outcome;
    use crate::report::Format;
    use crate::report::tests::{rendered, sample};

    #[test]
    fn the_plan_the_points_and_their_directives_agree_with_the_run() {
        let run = sample();
        let text = rendered(Format::Tap, &run);
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("TAP version 14"));
        assert_eq!(lines.next(), Some(format!("1..{}", run.results.len()).as_str()));
        let points: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("ok ") || line.starts_with("not ok "))
            .collect();
        assert_eq!(points.len(), run.results.len());
        for (point, result) in points.iter().zip(&run.results) {
            let (is_ok, directive) = match result.outcome {
                Outcome::Pass => (true, None),
                Outcome::Fail | Outcome::Inconclusive => (false, None),
                Outcome::Waived => (false, Some(" # TODO ")),
                Outcome::Skipped => (true, Some(" # SKIP ")),
            };
            assert_eq!(point.starts_with("ok "), is_ok, "{point}");
            assert_eq!(directive.is_some_and(|it| point.contains(it)), point.contains(" # "));
        }
    }

    #[test]
    fn each_block_is_yaml_that_says_what_came_of_the_check() {
        let text = rendered(Format::Tap, &sample());
        let blocks: Vec<&str> = text
            .split("  ---\n")
            .skip(1)
            .map(|rest| rest.split("  ...\n").next().unwrap())
            .collect();
        assert!(blocks.len() > 5);
        for block in blocks {
            let read: serde_json::Value = read_yaml(&Source::new("", block)).unwrap();
            assert!(read["outcome"].is_string() && read["message"].is_string(), "{block}");
        }
    }
}
