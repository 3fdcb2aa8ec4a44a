//! The differences of one service from its baseline, as a tree for the terminal.
//!
//! What is as recorded is counted in the line above; the rest stands by class, worst first: recorded
//! value and present one beside each other where they fit, under each other where they do not.

use anstyle::Style;
use console::measure_text_width;

use super::group::Group;
use super::page::Page;
use super::style::{DIM, FAIL, INCONCLUSIVE, PASS, STRONG, ink, inked, symbol};
use super::visible;
use crate::model::{CheckResult, Outcome, Reason, Severity};

/// Is how wide the column of the paths may be; a longer one pushes its own line only.
const WIDEST_PATH: usize = 32;
/// Is how many lines of one piece of text are shown; JSON and HTML have all of it.
const MOST_LINES: usize = 10;
/// Is how wide the labels before evidence are, in columns.
const LABEL: usize = 10;

/// Writes every result of the group that is no pass.
pub fn tree(page: &mut Page, group: &Group<'_>) {
    let classes = classes(group);
    let rows = classes.iter().flat_map(|(_, results)| results);
    let paths = rows.map(|result| measure_text_width(&one_line(&result.check.name)));
    let column = paths.max().unwrap_or_default().min(WIDEST_PATH);
    for (at, (title, results)) in classes.iter().enumerate() {
        let (branch, trunk) = boughs(at + 1 == classes.len());
        page.line(&format!("  {} {}", inked(DIM, branch), inked(STRONG, title)));
        for (at, result) in results.iter().enumerate() {
            let (branch, twig) = boughs(at + 1 == results.len());
            let lead = format!("  {} ", inked(DIM, &format!("{trunk} {branch}")));
            let under = format!("  {} ", inked(DIM, &format!("{trunk} {twig}")));
            Row { result, lead, under, column }.write(page);
        }
    }
}

/// Gives what stands before an entry, and before what hangs under it.
const fn boughs(is_last: bool) -> (&'static str, &'static str) {
    if is_last { ("└─", "  ") } else { ("├─", "│ ") }
}

/// Sorts what is no pass by class; the classes in the order in which a reader has to see them.
fn classes<'g>(group: &'g Group<'_>) -> Vec<(String, Vec<&'g CheckResult>)> {
    let mut classes: Vec<(String, Vec<&CheckResult>)> = Vec::new();
    for (_, result) in group.worst_first() {
        let word = result.reason.map(Reason::word).unwrap_or_default().replace('_', " ");
        let title = match result.outcome {
            Outcome::Pass => continue,
            Outcome::Fail => word,
            Outcome::Inconclusive => format!("could not tell: {word}"),
            Outcome::Waived => format!("waived: {word}"),
            Outcome::Skipped => format!("not asked: {word}"),
        };
        match classes.iter_mut().find(|(known, _)| *known == title) {
            Some((_, results)) => results.push(result),
            None => classes.push((title, vec![result])),
        }
    }
    for (_, results) in &mut classes {
        results.sort_by_key(|result| result.check.severity);
    }
    classes
}

/// Is one entry of the tree.
struct Row<'r> {
    result: &'r CheckResult,
    /// What stands before it.
    lead: String,
    /// What stands before the lines that hang under it.
    under: String,
    /// How wide the column of the paths is.
    column: usize,
}

impl Row<'_> {
    fn write(&self, page: &mut Page) {
        let CheckResult { check, outcome, message, evidence, waiver, .. } = self.result;
        let ink = ink(*outcome);
        let sides = evidence.expected.as_deref().zip(evidence.actual.as_deref());
        let restated = sides.filter(|sides| restates(message, &check.name, *sides));
        let place = check.place.as_ref().map(ToString::to_string);
        let source = evidence.source.as_ref().filter(|source| Some(*source) != place.as_ref());

        let (mut line, path) = self.head();
        let beside = match restated {
            Some((expected, actual)) => {
                let [expected, actual] = [(expected, PASS), (actual, ink)]
                    .map(|(side, ink)| inked(ink, &one_line(side)));
                format!("{expected} {} {actual}", inked(DIM, "→"))
            }
            None => one_line(message),
        };
        let padded = " ".repeat(self.column.saturating_sub(path));
        let whole = format!("{line}{padded}  {beside}");
        let is_beside = page.holds(&whole);
        let mut hanging: Vec<(&str, &str, Style)> = Vec::new();
        if is_beside {
            line = whole;
        } else if restated.is_none() {
            hanging.push(("", message, Style::new()));
        }
        if let Some((expected, actual)) = sides
            && !(is_beside && restated.is_some())
            && !(restated.is_none() && message.contains(expected) && message.contains(actual))
        {
            hanging.extend([("expected", expected, PASS), ("actual", actual, ink)]);
        }
        if let Some(place) = &place {
            let whole = format!("{line}  {}", inked(DIM, &one_line(place)));
            if page.holds(&whole) {
                line = whole;
            } else {
                hanging.push(("at", place, DIM));
            }
        }
        hanging.extend(source.map(|source| ("looked at", source.as_str(), DIM)));
        let waived_at = waiver.as_ref().map(|waiver| waiver.place.to_string());
        hanging.extend(waived_at.as_deref().map(|place| ("waived at", place, DIM)));
        page.line(&line);
        for (label, text, ink) in hanging {
            let label = if label.is_empty() { String::new() } else { format!("{label:LABEL$}") };
            let under = format!("{}  ", self.under);
            let first = format!("{under}{}", inked(DIM, &label));
            page.text_under(
                &first,
                &format!("{under}{}", " ".repeat(label.len())),
                text,
                ink,
                MOST_LINES,
            );
        }
    }

    /// Gives the line up to the path, and how wide the path is.
    fn head(&self) -> (String, usize) {
        let CheckResult { check, outcome, .. } = self.result;
        let path = one_line(&check.name);
        let severity = match check.severity {
            Severity::Critical => FAIL,
            Severity::Warning => INCONCLUSIVE,
            Severity::Info => DIM,
        };
        let head = [
            inked(ink(*outcome), symbol(*outcome)),
            inked(severity, &format!("{:8}", check.severity)),
            inked(STRONG, &path),
        ];
        (format!("{}{}", self.lead, head.join(" ")), measure_text_width(&path))
    }
}

/// Tells whether a message says no more than which fact it is about and the two sides.
fn restates(message: &str, path: &str, (expected, actual): (&str, &str)) -> bool {
    let filler = ["was", "is", "and", "not", "as", "it", "there", "never", "recorded"];
    let rest = [path, expected, actual]
        .into_iter()
        .filter(|known| !known.is_empty())
        .fold(message.to_owned(), |rest, known| rest.replacen(known, " ", 1));
    rest.split_whitespace().all(|word| filler.contains(&word))
}

fn one_line(text: &str) -> String {
    visible(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Acceptance, Check, Finding, Kind, Place, Run};
    use crate::report::tests::{judged, sample, without_styles};
    use crate::report::{Format, Report, render};

    #[test]
    fn a_message_is_left_out_only_where_the_sides_say_all_of_it() {
        let sides = ("app", "root");
        assert!(restates("user was app and is root", "user", sides));
        assert!(restates("is not as it was recorded", "user", sides));
        assert!(restates("user was app and is not there", "user", ("app", "nothing")));
        assert!(!restates("user was app and is root; ana accepted nobody", "user", sides));
        assert!(!restates(
            "security.cap_add gained SYS_ADMIN",
            "security.cap_add",
            ("[]", "[\"SYS_ADMIN\"]")
        ));
    }

    fn drifted() -> Run {
        let at = |line| Place::new("baselines/api.snap", line, 12);
        let check = |path: &str, line| Check::new(Kind::Drift, "api", path).at(at(line));
        let changed = |path: &str, was: &str, is: &str| {
            Finding::fail(Reason::Changed, format!("{path} was {was} and is {is}"))
                .comparing(was, is)
        };
        let long = "python3 -m uvicorn shop.api:app --host 0.0.0.0 --port 8000 --workers 4 --no-access-log";
        let waiver = Acceptance {
            reason: "the image is being mended".to_owned(),
            owner: "ana".to_owned(),
            expires: "2026-06-01".parse().unwrap(),
            place: Place::new("waivers.yaml", 2, 12),
        };
        let accepted = Finding {
            outcome: Outcome::Waived,
            message: "user was app and is root; accepted by ana until 2026-06-01: the image is being mended".to_owned(),
            waiver: Some(Box::new(waiver)),
            ..changed("user", "app", "root")
        };
        let gone = "healthcheck.test was [\"CMD\",\"true\"] and is not there";
        let found = "security.pid_mode is host and was never recorded";
        let warning = |check: Check| check.with_severity(Severity::Warning);
        let results = [
            (check("image", 10), Finding::pass("as recorded")),
            (
                warning(check("ports.8000/tcp.host", 31)),
                changed("ports.8000/tcp.host", "127.0.0.1:8000", "0.0.0.0:8000"),
            ),
            (check("security.privileged", 36), changed("security.privileged", "false", "true")),
            (check("command", 12), changed("command", long, &long.replace('4', "1"))),
            (
                check("security.cap_add", 34),
                Finding::fail(Reason::Changed, "security.cap_add gained SYS_ADMIN")
                    .comparing("[]", "[\"SYS_ADMIN\"]"),
            ),
            (
                warning(check("healthcheck.test", 20)),
                Finding::fail(Reason::Missing, gone).comparing("[\"CMD\",\"true\"]", "nothing"),
            ),
            (
                Check::new(Kind::Drift, "api", "security.pid_mode"),
                Finding::fail(Reason::Unmanaged, found).comparing("nothing", "host"),
            ),
            (
                check("health.status", 18),
                Finding::inconclusive(
                    Reason::Unreachable,
                    "http://127.0.0.1:8000/health does not answer: connection refused",
                ),
            ),
            (check("user", 40), accepted),
        ];
        let results = results.map(|(check, finding)| CheckResult::new(check, finding, 0.0, 0.0));
        Run { results: results.into(), ..sample() }
    }

    fn shown(width: usize) -> String {
        let run = drifted();
        let (judgement, decision) = judged(&run);
        let report = Report { run: &run, judgement: &judgement, decision };
        without_styles(&render(Format::Human, &report, width))
    }

    #[test]
    fn drift_is_a_tree_of_classes_with_both_values_beside_each_other() {
        insta::assert_snapshot!(shown(120));
    }

    #[test]
    fn on_a_narrow_page_the_values_stand_under_each_other_and_nothing_is_lost() {
        let text = shown(60);
        assert!(text.lines().all(|line| measure_text_width(line) <= 60), "{text}");
        insta::assert_snapshot!(text);
    }
}
