//! The Test Anything Protocol, versions 12 to 14: <https://testanything.org/tap-version-14-specification.html>.
//!
//! Lines that are none of it are what the tests printed, and are passed over. A parent of subtests is
//! not shown beside them, unless it failed although none of them did.

use std::time::Duration;

use serde_json::Value;

use super::case::{FoundCase, FoundReport, failed, left_out, line};
use crate::config::read_foreign_yaml;
use crate::model::{Finding, Outcome};

/// How many spaces a subtest is indented by.
const INDENT: usize = 4;

/// Reads a stream.
pub(in crate::suite) fn read(text: &str) -> FoundReport {
    let mut reading = Reading::default();
    for line in text.lines() {
        reading.take(line);
    }
    reading.finish()
}

#[derive(Default)]
struct Reading {
    /// The stream, and below it the subtests whose own test point was not read.
    levels: Vec<Level>,
    /// The block of YAML that is open, with its indent.
    block: Option<(usize, String)>,
    bailed_out: Option<String>,
    broken: Option<String>,
}

/// Is a stream, or a subtest in one.
#[derive(Default)]
struct Level {
    points: Vec<Point>,
    /// How many points the plan names.
    planned: Option<usize>,
    /// Why the plan leaves all of it out.
    left_out: Option<String>,
}

/// Is a test point.
struct Point {
    is_ok: bool,
    description: String,
    directive: Option<Directive>,
    /// How long it took, where a comment or its block says so.
    elapsed: Duration,
    /// Its block of YAML, as written.
    block: String,
    /// The comments after it, where it failed.
    comments: String,
    below: Vec<Point>,
}

enum Directive {
    Skip(String),
    Todo(String),
}

impl Reading {
    fn take(&mut self, text: &str) {
        let indent = text.len() - text.trim_start_matches(' ').len();
        let said = text.trim();
        if let Some((at, block)) = &mut self.block {
            if indent == *at && said == "..." {
                self.end_block();
                return;
            }
            if indent >= *at || said.is_empty() {
                block.push_str(text.get(*at..).unwrap_or_default());
                block.push('\n');
                return;
            }
            // It was never closed; what follows is the stream's again.
            self.end_block();
        }
        let depth = indent / INDENT;
        if said == "---" && !indent.is_multiple_of(INDENT) {
            self.block = Some((indent, String::new()));
        } else if let Some(why) = said.strip_prefix("Bail out!") {
            self.bailed_out.get_or_insert_with(|| line(why));
        } else if !indent.is_multiple_of(INDENT) {
            // Neither a point nor a plan stands between two levels.
        } else if let Some(plan) = said.strip_prefix("1..") {
            self.plan(depth, plan);
        } else if let Some(comment) = said.strip_prefix('#') {
            self.comment(depth, comment);
        } else if let Some(point) = Point::read(said) {
            self.point(depth, point);
        }
    }

    /// Keeps what a runner without blocks of YAML says of a failure.
    fn comment(&mut self, depth: usize, comment: &str) {
        let last = self.levels.get_mut(depth).and_then(|level| level.points.last_mut());
        if let Some(point) = last.filter(|point| !point.is_ok)
            && !comment.trim_start().starts_with("Subtest")
        {
            point.comments.push_str(comment);
            point.comments.push('\n');
        }
    }

    fn level(&mut self, depth: usize) -> &mut Level {
        while self.levels.len() <= depth {
            self.levels.push(Level::default());
        }
        &mut self.levels[depth]
    }

    fn plan(&mut self, depth: usize, plan: &str) {
        let (count, comment) = plan.split_once('#').unwrap_or((plan, ""));
        let Ok(count) = count.trim().parse::<usize>() else { return };
        let level = self.level(depth);
        level.planned = Some(count);
        if count == 0 {
            level.left_out = Some(line(after_word(comment.trim(), "skip").unwrap_or(comment)));
        }
    }

    fn point(&mut self, depth: usize, mut point: Point) {
        // What is deeper than this point are its subtests, which end here.
        while self.levels.len() > depth + 1 {
            let below = self.levels.pop().unwrap_or_default();
            self.check_plan(&below, &point.description);
            if self.levels.len() == depth + 1 {
                point.below = below.points;
            }
        }
        self.level(depth).points.push(point);
    }

    fn end_block(&mut self) {
        let Some((at, block)) = self.block.take() else { return };
        let Some(point) =
            self.levels.get_mut(at / INDENT).and_then(|level| level.points.last_mut())
        else {
            return;
        };
        if let Some(Value::Object(said)) = read_foreign_yaml(&block)
            && let Some(ms) = said.get("duration_ms").and_then(Value::as_f64)
        {
            point.elapsed = millis(ms);
        }
        point.block = block;
    }

    fn check_plan(&mut self, level: &Level, of: &str) {
        let (shown, planned) = (level.points.len(), level.planned);
        let why = match planned {
            Some(planned) if planned == shown => return,
            Some(planned) => format!("{of} plans {planned} and shows {shown}"),
            None => format!("{of} has no plan, so that nobody knows whether it is whole"),
        };
        self.broken.get_or_insert(why);
    }

    fn finish(mut self) -> FoundReport {
        self.end_block();
        if self.levels.len() > 1 {
            self.broken.get_or_insert("it ends within a subtest".to_owned());
        }
        let Some(stream) = self.levels.drain(..).next() else {
            return FoundReport::unreadable("it holds no test point");
        };
        self.check_plan(&stream, "it");
        let broken = match self.bailed_out {
            Some(why) if why.is_empty() => Some("its runner bailed out".to_owned()),
            Some(why) => Some(format!("its runner bailed out: {why}")),
            None => self.broken,
        };
        let mut cases = Vec::new();
        for point in stream.points {
            point.into_cases("", &mut cases);
        }
        if let (Some(why), true) = (stream.left_out, cases.is_empty()) {
            let name = "the whole plan".to_owned();
            cases.push(FoundCase { name, finding: left_out(&why), elapsed: Duration::ZERO });
        }
        FoundReport { cases, broken }
    }
}

impl Point {
    /// Reads `ok 2 - it answers # SKIP reason`; gives none where the line is no test point.
    fn read(text: &str) -> Option<Self> {
        let (is_ok, rest) = match text.strip_prefix("not ok") {
            Some(rest) => (false, rest),
            None => (true, text.strip_prefix("ok")?),
        };
        if !rest.is_empty() && !rest.starts_with(char::is_whitespace) {
            return None;
        }
        let rest = rest.trim_start().trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
        let rest = rest.strip_prefix("- ").unwrap_or(rest);
        let (description, comment) = split_comment(rest);
        let mut point = Self {
            is_ok,
            description: line(&description),
            directive: None,
            elapsed: Duration::ZERO,
            block: String::new(),
            comments: String::new(),
            below: Vec::new(),
        };
        if let Some(why) = after_word(comment, "skip") {
            point.directive = Some(Directive::Skip(line(why)));
        } else if let Some(why) = after_word(comment, "todo") {
            point.directive = Some(Directive::Todo(line(why)));
        } else if let Some(ms) = comment.strip_prefix("time=").and_then(|t| t.strip_suffix("ms")) {
            point.elapsed = millis(ms.parse().unwrap_or_default());
        }
        Some(point)
    }

    fn into_cases(self, above: &str, cases: &mut Vec<FoundCase>) {
        let own = match (self.description.as_str(), above) {
            ("", _) => format!("{above}test {}", cases.len() + 1),
            (description, _) => format!("{above}{description}"),
        };
        let finding = match (&self.directive, self.is_ok) {
            (Some(Directive::Skip(why)), _) => left_out(why),
            // One that passes is not counted either: a test without a body does.
            (Some(Directive::Todo(why)), _) => {
                left_out(format!("to do: {why}").trim_end_matches(": "))
            }
            (_, true) => Finding::pass("passed"),
            (_, false) => failed(&self.message(), &format!("{}{}", self.block, self.comments), ""),
        };
        let begins = cases.len();
        if self.directive.is_none() {
            let above = format!("{own} › ");
            for point in self.below {
                point.into_cases(&above, cases);
            }
        }
        let has_failed = |case: &FoundCase| case.finding.outcome == Outcome::Fail;
        let is_shown_below = match finding.outcome {
            Outcome::Fail => cases[begins..].iter().any(has_failed),
            _ => cases.len() > begins,
        };
        if !is_shown_below {
            cases.push(FoundCase { name: line(&own), finding, elapsed: self.elapsed });
        }
    }

    /// Gives what the block says in a line, under one of the keys that runners use.
    fn message(&self) -> String {
        let said = read_foreign_yaml::<Value>(&self.block).unwrap_or_default();
        let message = ["message", "error"].iter().find_map(|key| said.get(*key)?.as_str());
        message.unwrap_or(&self.comments).to_owned()
    }
}

/// Splits a description where an unescaped `#` begins a comment, and undoes the escapes.
fn split_comment(text: &str) -> (String, &str) {
    let mut description = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some((_, escaped @ ('#' | '\\'))) => description.push(escaped),
                Some((_, other)) => description.extend(['\\', other]),
                None => description.push('\\'),
            },
            '#' => return (description, text[at + 1..].trim()),
            _ => description.push(character),
        }
    }
    (description, "")
}

/// Gives what follows a directive, whatever the case of its letters and what is joined to it, as in
/// `SKIPPED: no network`.
fn after_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let begins = text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    begins.then(|| {
        let rest = &text[word.len()..];
        rest.trim_start_matches(|c: char| c.is_ascii_alphabetic()).trim_start_matches(':').trim()
    })
}

fn millis(ms: f64) -> Duration {
    Duration::try_from_secs_f64(ms / 1000.0).unwrap_or_default()
}
