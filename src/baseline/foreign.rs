//! Services that only the settings of an environment speak of: not to be there, or only there.

use super::drift::{Answered, whole};
use super::expected::Expected;
use super::running::Running;
use crate::config::ExpectedService;
use crate::model::{Check, Facts, Finding, Kind, Reason, Severity};

/// Is a service of which the baseline is not asked.
pub(super) struct Foreign<'a> {
    pub name: &'a str,
    pub of: &'a ExpectedService,
    pub expected: &'a Expected,
    pub replicas: &'a [Facts],
}

impl Foreign<'_> {
    pub fn compare(&self, running: &Running, answers: &mut Vec<Answered>) {
        let (name, environment) = (self.name, &self.expected.environment);
        let is_there = !self.replicas.is_empty();
        let finding = match (&self.of.facts, is_there) {
            (None, false) => Finding::pass(format!("not there, as {environment} expects")),
            (None, true) => {
                let message = format!("{name} is there, and {environment} expects it not to be");
                Finding::fail(Reason::Unmanaged, message)
            }
            (Some(_), true) => Finding::pass(format!("there, as {environment} expects")),
            (Some(_), false) => {
                let message = format!("{name} has no container, and {environment} expects it");
                Finding::fail(Reason::Missing, message)
            }
        };
        let place = self.expected.place(self.of.at);
        let finding = finding.from_source(place.to_string());
        let (check, finding) = whole(name, finding, |rule| rule.missing);
        answers.push((check.at(place), finding));
        if let (Some(facts), true) = (&self.of.facts, is_there) {
            for (path, fact) in facts {
                answers.push(self.expected.compare(name, path, fact, self.replicas, running));
            }
            answers.extend(self.unrecorded());
        }
    }

    /// Names what is there and neither recorded nor expected, all in one: nobody could judge each.
    fn unrecorded(&self) -> Option<Answered> {
        let seen = self.replicas.iter().flat_map(Facts::keys);
        let mut paths: Vec<&str> = seen
            .map(String::as_str)
            .filter(|path| self.expected.fact(self.name, path).is_none())
            .collect();
        paths.sort_unstable();
        paths.dedup();
        let (first, count) = (*paths.first()?, paths.len());
        let message = format!(
            "{count} facts of {} were never recorded, {first} and so on; record it, and expect it not to be there elsewhere",
            self.name
        );
        let check = Check::new(Kind::Drift, self.name, "unrecorded facts");
        let finding = Finding::fail(Reason::Unmanaged, message).comparing("none", paths.join(", "));
        Some((check.with_severity(Severity::Warning), finding))
    }
}
