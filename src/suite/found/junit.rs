//! `JUnit`'s XML as pytest, Playwright, Jest, Maven, Go, k6, Hurl and goss write it.
//!
//! There is no schema that all keep to. Roots are `testsuites` or `testsuite`, suites nest, names are
//! missing, `errors` are counted that are nowhere shown. What is read is what they agree on.

use std::time::Duration;

use quick_xml::escape::{resolve_xml_entity, unescape_with};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::case::{FoundCase, FoundReport, failed, left_out, line};
use crate::model::Finding;

/// Reads a report; one that is not whole shows no case at all.
pub(in crate::suite) fn read(text: &str) -> FoundReport {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut reading = Reading::default();
    loop {
        let read = match reader.read_event() {
            Err(error) => Err(error.to_string()),
            Ok(Event::Eof) => break,
            Ok(event) => reading.take(&event),
        };
        if let Err(why) = read {
            let read = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            let line = text.bytes().take(read).filter(|byte| *byte == b'\n').count() + 1;
            return FoundReport::unreadable(format!("line {line}: {why}"));
        }
    }
    reading.finish()
}

#[derive(Default)]
struct Reading {
    /// Whether a root was seen.
    began: bool,
    /// How many elements are open.
    depth: usize,
    suites: Vec<OpenSuite>,
    case: Option<OpenCase>,
    part: Option<(Part, String)>,
    report: FoundReport,
}

/// Is a suite whose end was not read.
struct OpenSuite {
    name: String,
    /// How many failures and errors it says that it has.
    declared: usize,
    /// How many of its cases failed so far.
    shown: usize,
}

/// Is a case whose end was not read.
#[derive(Default)]
struct OpenCase {
    name: String,
    stands_for_its_suite: bool,
    elapsed: Duration,
    source: Option<String>,
    /// The message of the first failure or error; there may be several.
    failure: Option<String>,
    skipped: Option<String>,
    details: String,
    printed: String,
    /// How often its own runner saw it fail before it passed.
    flaky: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Failure,
    Skipped,
    Printed,
}

impl Reading {
    fn take(&mut self, event: &Event<'_>) -> Result<(), String> {
        match event {
            Event::Start(element) => {
                self.depth += 1;
                self.open(element)?;
            }
            Event::Empty(element) => {
                self.open(element)?;
                self.close(element.local_name().as_ref());
            }
            Event::End(element) => {
                self.depth -= 1;
                self.close(element.local_name().as_ref());
            }
            Event::Text(text) => self.write(&text.decode().map_err(|e| e.to_string())?),
            Event::CData(text) => self.write(&text.decode().map_err(|e| e.to_string())?),
            Event::GeneralRef(reference) => {
                let name = reference.decode().map_err(|e| e.to_string())?;
                let whole = format!("&{name};");
                // A reference that only a document type would explain is left as it stands.
                self.write(&unescape_with(&whole, resolve_xml_entity).unwrap_or((&whole).into()));
            }
            _ => {}
        }
        Ok(())
    }

    fn open(&mut self, element: &BytesStart<'_>) -> Result<(), String> {
        let name = element.local_name();
        let name = name.as_ref();
        if !self.began && !matches!(name, b"testsuites" | b"testsuite") {
            let name = String::from_utf8_lossy(name);
            return Err(format!("`{name}` is not the root of a JUnit report"));
        }
        self.began = true;
        let attributes = Attributes::of(element)?;
        match name {
            b"testsuite" => self.suites.push(OpenSuite {
                name: line(attributes.get("name").unwrap_or_default()),
                declared: attributes.count("failures") + attributes.count("errors"),
                shown: 0,
            }),
            b"testcase" => self.case = Some(self.case_of(&attributes)),
            b"failure" | b"error" => {
                let suite = self.suites.last().map(|suite| suite.name.clone());
                // A suite that fails as a whole has no case to say it with.
                let case = self.case.get_or_insert_with(|| OpenCase {
                    name: suite.unwrap_or_else(|| "the report".to_owned()),
                    stands_for_its_suite: true,
                    ..OpenCase::default()
                });
                let message = attributes.get("message").or(attributes.get("type"));
                let message = message.unwrap_or_default().to_owned();
                let first = case.failure.get_or_insert_default();
                if first.is_empty() {
                    *first = message;
                }
                self.part = Some((Part::Failure, String::new()));
            }
            b"skipped" => {
                if let Some(case) = &mut self.case {
                    case.skipped = Some(attributes.get("message").unwrap_or_default().to_owned());
                    self.part = Some((Part::Skipped, String::new()));
                }
            }
            b"system-out" | b"system-err" if self.case.is_some() => {
                self.part = Some((Part::Printed, String::new()));
            }
            b"flakyFailure" | b"flakyError" => {
                self.case.iter_mut().for_each(|case| case.flaky += 1);
            }
            _ => {}
        }
        Ok(())
    }

    fn case_of(&self, attributes: &Attributes) -> OpenCase {
        let own = attributes.get("name").or(attributes.get("id")).map(line).unwrap_or_default();
        let number = self.report.cases.len() + 1;
        let own = if own.is_empty() { format!("case {number}") } else { own };
        let suite = || self.suites.last().map(|suite| suite.name.clone());
        let class = attributes.get("classname").map(line).filter(|class| !class.is_empty());
        let name = match class.or_else(suite) {
            Some(class) if !class.is_empty() && !own.starts_with(&class) => {
                format!("{class}: {own}")
            }
            _ => own,
        };
        let source = attributes.get("file").map(|file| match attributes.get("line") {
            Some(line) => format!("{file}:{line}"),
            None => file.to_owned(),
        });
        let status = attributes.get("status").unwrap_or_default();
        let is_left_out = ["notrun", "disabled", "skipped"].contains(&status);
        OpenCase {
            name,
            source,
            elapsed: attributes.time(),
            skipped: is_left_out.then(String::new),
            ..OpenCase::default()
        }
    }

    fn write(&mut self, text: &str) {
        if let Some((_, written)) = &mut self.part {
            written.push_str(text);
        }
    }

    fn close(&mut self, name: &[u8]) {
        match name {
            b"failure" | b"error" | b"skipped" | b"system-out" | b"system-err" => {
                self.end_part();
                if self.case.as_ref().is_some_and(|case| case.stands_for_its_suite) {
                    self.end_case();
                }
            }
            b"testcase" => self.end_case(),
            b"testsuite" => {
                let Some(suite) = self.suites.pop() else { return };
                if suite.declared > 0 && suite.shown == 0 {
                    let why = format!(
                        "`{}` counts {} that failed, and shows none of them",
                        suite.name, suite.declared
                    );
                    self.report.broken.get_or_insert(why);
                }
                if let Some(outer) = self.suites.last_mut() {
                    outer.shown += suite.shown;
                }
            }
            _ => {}
        }
    }

    fn end_part(&mut self) {
        let (Some((part, text)), Some(case)) = (self.part.take(), &mut self.case) else { return };
        match part {
            Part::Failure => case.add_details(&text),
            Part::Skipped => {
                let why = case.skipped.get_or_insert_default();
                if why.is_empty() {
                    *why = text;
                }
            }
            Part::Printed => case.printed.push_str(&text),
        }
    }

    fn end_case(&mut self) {
        let Some(case) = self.case.take() else { return };
        if case.failure.is_some() {
            self.suites.last_mut().into_iter().for_each(|suite| suite.shown += 1);
        }
        self.report.cases.push(case.into_found());
    }

    fn finish(self) -> FoundReport {
        if !self.began {
            return FoundReport::unreadable("it is empty");
        }
        if self.depth > 0 {
            return FoundReport::unreadable("it ends in the middle");
        }
        self.report
    }
}

impl OpenCase {
    fn add_details(&mut self, text: &str) {
        if !self.details.is_empty() {
            self.details.push('\n');
        }
        self.details.push_str(text.trim());
    }

    fn into_found(self) -> FoundCase {
        let mut finding = match (&self.failure, &self.skipped, self.flaky) {
            (Some(message), _, _) => failed(message, &self.details, &self.printed),
            (None, Some(why), _) => left_out(why),
            (None, None, 0) => Finding::pass("passed"),
            (None, None, times) => {
                Finding::pass(format!("passed after its own runner saw it fail {times}×"))
            }
        };
        finding.evidence.source = self.source;
        FoundCase { name: self.name, finding, elapsed: self.elapsed }
    }
}

/// Holds the attributes of one element.
struct Attributes(Vec<(String, String)>);

impl Attributes {
    fn of(element: &BytesStart<'_>) -> Result<Self, String> {
        let read = element.attributes().map(|attribute| {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let name = String::from_utf8_lossy(attribute.key.local_name().as_ref()).into_owned();
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| error.to_string())?;
            Ok((name, value.into_owned()))
        });
        read.collect::<Result<_, String>>().map(Self)
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn count(&self, name: &str) -> usize {
        self.get(name).and_then(|text| text.trim().parse().ok()).unwrap_or_default()
    }

    /// Gives `time`, in seconds; Maven groups its digits.
    fn time(&self) -> Duration {
        let seconds = self.get("time").and_then(|text| text.replace(',', "").trim().parse().ok());
        seconds.and_then(|s: f64| Duration::try_from_secs_f64(s).ok()).unwrap_or_default()
    }
}
