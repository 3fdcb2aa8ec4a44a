//! What waits, as a person reads it: old and new, class and severity.

use anstyle::Style;
use serde_json::Value;
use similar::{Algorithm, DiffTag, capture_diff_slices};

use crate::baseline::{Awaiting, Change, Entry, PendingReview, Section, notation};
use crate::cli::style::{DIM, FAIL, INCONCLUSIVE, PASS, STRONG, inked};
use crate::cli::waiting::Waiting;
use crate::model::{FactClass, Severity};
use crate::report::{plural, visible, wrap};
use crate::suite::PendingSnapshot;

/// How many columns stand before a sign: room for the longest severity.
const BEFORE_SIGN: usize = 12;

/// Draws what waits, with its place among all that does.
pub(in crate::cli) fn whole(waiting: &Waiting, progress: (usize, usize), width: usize) -> String {
    match waiting {
        Waiting::Service(review) => service(review, progress, width),
        Waiting::Snapshot(answer) => snapshot(answer, progress, width),
    }
}

/// Draws the answer of a step with what was accepted before.
fn snapshot(answer: &PendingSnapshot, progress: (usize, usize), width: usize) -> String {
    let why = match answer.before {
        None => "answered for the first time",
        Some(_) => "differs from what was accepted",
    };
    let from = match (&answer.suite, &answer.step) {
        (Some(suite), Some(step)) => format!("{}: {suite}, step {step}", answer.file),
        _ => answer.file.clone(),
    };
    let mut lines = headed(&answer.snapshot, why, &from, &counted(progress, "review"));
    for marked in answer.lines() {
        let (sign, text) = match marked.split_at_checked(2) {
            Some(("- ", text)) => (Sign::Gone, text),
            Some(("+ ", text)) => (Sign::New, text),
            Some(("  ", text)) => (Sign::Same, text),
            _ => (Sign::Same, marked.as_str()),
        };
        lines.extend(Line { sign, text: visible(text).into_owned() }.laid_out(None, width));
    }
    lines.join("\n")
}

fn service(review: &PendingReview, progress: (usize, usize), width: usize) -> String {
    let mut lines = heading(review, &counted(progress, "review"));
    let mut section = None;
    for change in &review.changes {
        let stands = section_of(change, None);
        if section != Some(stands) {
            lines.push(inked(STRONG, stands.word()));
            section = Some(stands);
        }
        lines.extend(drawn(change, None, width));
    }
    lines.join("\n")
}

/// Draws one change of a service, in the class into which it was put.
pub(super) fn fact(
    review: &PendingReview,
    change: &Change,
    class: Option<FactClass>,
    progress: (usize, usize),
    width: usize,
) -> String {
    let mut lines =
        vec![inked(DIM, &format!("{} of {}", counted(progress, "change"), review.service))];
    lines.push(inked(STRONG, section_of(change, class).word()));
    lines.extend(drawn(change, class, width));
    lines.join("\n")
}

fn counted((at, of): (usize, usize), noun: &str) -> String {
    format!("{at} of {}", plural(of, noun))
}

fn heading(review: &PendingReview, counted: &str) -> Vec<String> {
    let why = match review.awaiting {
        Awaiting::New => "recorded for the first time",
        Awaiting::Changed => "differs from what was accepted",
        Awaiting::Unapproved => "in place, and nobody approved it",
        Awaiting::Edited => "edited after it was approved; version control shows how",
    };
    let release = review.release.as_ref().map(|name| format!(", release {name}"));
    let from = format!(
        "{}: environment {} of project {}{}",
        review.file,
        review.environment,
        review.project,
        release.unwrap_or_default()
    );
    let mut lines = headed(&review.service, why, &from, counted);
    if let Some(old) = &review.replaces {
        let when = old.approved_at.as_ref().map(|at| format!(" on {at}")).unwrap_or_default();
        let old = format!("in place of what {} approved{when}", old.approved_by);
        lines.push(inked(DIM, &visible(&old)));
    }
    lines
}

fn headed(name: &str, why: &str, from: &str, counted: &str) -> Vec<String> {
    let why = inked(DIM, &format!("{why}, {counted}"));
    vec![format!("{}  {why}", inked(STRONG, &visible(name))), inked(DIM, &visible(from))]
}

/// Gives the section in which a change stands once it is accepted in the class into which it was put.
fn section_of(change: &Change, class: Option<FactClass>) -> Section {
    class.map_or(change.section(), Section::from)
}

fn drawn(change: &Change, class: Option<FactClass>, width: usize) -> Vec<String> {
    let was = change.before.as_ref().map(|entry| entry.section);
    let stands = section_of(change, class);
    let note = match was {
        Some(was) if was != stands => format!("  ({} before)", was.word()),
        _ => String::new(),
    };
    let path = visible(&change.path);
    let line = |sign, entry: &Entry, note: &str| Line {
        sign,
        text: format!("{path}: {}{note}", visible(&notation(&entry.value))),
    };
    let lines = match (&change.before, &change.after) {
        (Some(old), Some(new)) if old.value == new.value => vec![line(Sign::Moved, new, &note)],
        (Some(old), Some(new)) => match (parts(&old.value), parts(&new.value)) {
            (Some(old), Some(new)) => {
                let head = Line { sign: Sign::Moved, text: format!("{path}:{note}") };
                [head].into_iter().chain(difference(&old, &new)).collect()
            }
            _ => vec![line(Sign::Gone, old, &note), line(Sign::New, new, "")],
        },
        (old, new) => {
            let gone = old.iter().map(|entry| line(Sign::Gone, entry, ""));
            gone.chain(new.iter().map(|entry| line(Sign::New, entry, ""))).collect()
        }
    };
    let mut severity = Some(change.severity);
    lines.iter().flat_map(|line| line.laid_out(severity.take(), width)).collect()
}

/// Says what a line of a difference is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Gone,
    New,
    Same,
    Moved,
}

impl Sign {
    const fn mark(self) -> char {
        match self {
            Self::Gone => '-',
            Self::New => '+',
            Self::Same => ' ',
            Self::Moved => '~',
        }
    }

    const fn ink(self) -> Style {
        match self {
            Self::Gone => FAIL,
            Self::New => PASS,
            Self::Same => DIM,
            Self::Moved => Style::new(),
        }
    }
}

/// Is one line of a difference, before it is broken into what fits.
struct Line {
    sign: Sign,
    text: String,
}

impl Line {
    /// Lays it out behind its sign; what does not fit goes on below, further in.
    fn laid_out(&self, severity: Option<Severity>, width: usize) -> Vec<String> {
        let room = width.saturating_sub(BEFORE_SIGN + 4).max(20);
        let mut before = match severity {
            None => " ".repeat(BEFORE_SIGN),
            Some(severity) => {
                let word = severity.to_string();
                let space = BEFORE_SIGN.saturating_sub(word.len() + 2);
                format!("  {}{}", inked(ink(severity), &word), " ".repeat(space))
            }
        };
        let mut mark = format!("{} ", self.sign.mark());
        let mut lines = Vec::new();
        for text in wrap(&self.text, room) {
            let line = format!("{before}{}", inked(self.sign.ink(), &format!("{mark}{text}")));
            lines.push(line);
            before = " ".repeat(BEFORE_SIGN);
            "    ".clone_into(&mut mark);
        }
        lines
    }
}

const fn ink(severity: Severity) -> Style {
    match severity {
        Severity::Critical => FAIL,
        Severity::Warning => INCONCLUSIVE,
        Severity::Info => DIM,
    }
}

/// Gives what a value consists of: the elements of a list, the lines of a text that has several.
fn parts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(elements) => Some(elements.iter().map(notation).collect()),
        Value::String(text) if text.contains('\n') => {
            Some(text.lines().map(str::to_owned).collect())
        }
        _ => None,
    }
}

/// Shows part by part what is gone and new; what is the same on both sides shares a line.
fn difference(old: &[String], new: &[String]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut show = |sign, parts: &[String]| {
        lines.extend(parts.iter().map(|part| Line { sign, text: visible(part).into_owned() }));
    };
    for operation in capture_diff_slices(Algorithm::Myers, old, new) {
        let (tag, before, after) = operation.as_tag_tuple();
        if tag == DiffTag::Equal {
            show(Sign::Same, &[old[before].join(", ")]);
        } else {
            show(Sign::Gone, &old[before]);
            show(Sign::New, &new[after]);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::baseline::Superseded;

    fn entry(section: Section, value: Value) -> Entry {
        Entry { section, value }
    }

    fn review(changes: Vec<Change>) -> PendingReview {
        PendingReview {
            service: "api".to_owned(),
            awaiting: Awaiting::Changed,
            file: "baselines/api.snap.new".to_owned(),
            environment: "local".to_owned(),
            project: "shop".to_owned(),
            release: Some("1.1.0".to_owned()),
            replaces: Some(Superseded {
                approved_by: "Ada".to_owned(),
                approved_at: Some("2026-11-23T17:00:00Z".to_owned()),
                digest: "sha256:00".to_owned(),
            }),
            whole: false,
            changes,
        }
    }

    fn change(
        path: &str,
        severity: Severity,
        before: Option<Entry>,
        after: Option<Entry>,
    ) -> Change {
        Change { path: path.to_owned(), before, after, severity }
    }

    fn plain(drawn: &str) -> String {
        anstream::adapter::strip_str(drawn).to_string()
    }

    #[test]
    fn old_and_new_stand_under_each_other_with_class_and_severity() {
        use Section::{Local, Performance, Portable};
        use Severity::{Critical, Info, Warning};
        let old = json!(["python3", "-m", "uvicorn", "api:app", "--log-level", "warning"]);
        let new = json!(["python3", "-m", "uvicorn", "api:app", "--reload"]);
        let figure = |median| json!({ "median": median, "min": 1, "max": 9.5 });
        let shown = review(vec![
            change("command", Critical, Some(entry(Portable, old)), Some(entry(Portable, new))),
            change("labels.team", Info, Some(entry(Portable, json!("shop"))), None),
            change(
                "user",
                Critical,
                Some(entry(Portable, json!("10001"))),
                Some(entry(Portable, json!(10001))),
            ),
            change(
                "working_dir",
                Warning,
                Some(entry(Local, json!("/"))),
                Some(entry(Portable, json!("/"))),
            ),
            change("ports.80/tcp.host", Warning, None, Some(entry(Local, json!("127.0.0.1:80")))),
            change(
                "health.response_ms",
                Warning,
                Some(entry(Performance, figure(2))),
                Some(entry(Performance, figure(8))),
            ),
        ]);
        insta::assert_snapshot!(plain(&service(&shown, (2, 5), 60)));
    }

    #[test]
    fn a_fact_shows_the_class_into_which_it_was_put() {
        let moved = change(
            "user",
            Severity::Critical,
            Some(entry(Section::Portable, json!("root"))),
            Some(entry(Section::Portable, json!("app"))),
        );
        let shown = review(vec![moved.clone()]);
        insta::assert_snapshot!(plain(&fact(&shown, &moved, Some(FactClass::Local), (1, 3), 80)));
    }

    #[test]
    fn a_long_value_is_broken_into_lines_that_fit() {
        let long = vec!["word"; 30].join(" ");
        let new = change(
            "command",
            Severity::Critical,
            None,
            Some(entry(Section::Portable, json!(long))),
        );
        let lines = plain(&service(&review(vec![new]), (1, 1), 60));
        assert!(lines.lines().skip(3).all(|line| line.len() <= 60), "{lines}");
        assert_eq!(lines.matches("word").count(), 30);
    }

    #[test]
    fn nothing_recorded_is_obeyed_by_a_terminal() {
        let value = json!("a\u{1b}[2Jb");
        let new =
            change("labels.\u{1b}[0m", Severity::Info, None, Some(entry(Section::Portable, value)));
        assert!(!plain(&service(&review(vec![new]), (1, 1), 60)).contains('\u{1b}'));
    }
}
