//! Judges rounds of measurements of a baseline and a candidate, wherever they come from.
//!
//! A round is a warm-up and a fixed load against one side, and gives one number a metric. It is the unit of
//! evidence, because requests inside a round are not independent. `table` and `read` turn a file into
//! [`Rounds`], `write` writes one, `metric` knows which way is better, `rule` what is tolerated, `standing` is the rule, and
//! `ratio`, `count`, `footing` and `sequence` give the findings.

mod count;
mod footing;
mod metric;
mod ratio;
mod read;
mod rule;
mod sequence;
mod standing;
mod table;
mod write;

#[cfg(test)]
mod tests;

pub use metric::Direction;
pub use ratio::least_pairs;
pub use read::read;
pub use rule::{Amount, Rule, Setting, SettingError};
pub use standing::{Claim, FIRST_LOOK, LAST_LOOK, LEAST_PAIRS, LEVEL, Standing, levels_together};
pub use write::{Measured, csv};

use crate::config::Source;
use crate::model::{Check, Diagnostic, Finding, Kind, Percent, Severity, Span};
use metric::Nature;

/// Holds the rounds of a file: for each metric its pairs, in the order in which the file names them.
#[derive(Debug)]
pub struct Rounds {
    source: Source,
    metrics: Vec<Metric>,
    /// A place where the rounds' environment is not that of the first, and both environments.
    mixed: Option<(Span, [String; 2])>,
}

/// Holds what was measured of one metric; each pair has both sides.
#[derive(Debug)]
struct Metric {
    name: String,
    /// Where the file names it first.
    span: Span,
    pairs: Vec<Pair>,
}

/// Joins a round of the baseline with the round of the candidate that ran next to it.
#[derive(Debug, Clone, Copy)]
struct Pair {
    number: u64,
    baseline: Reading,
    candidate: Reading,
}

/// Is one number, and when its round ran.
#[derive(Debug, Clone, Copy)]
struct Reading {
    value: f64,
    order: u64,
    span: Span,
}

impl Reading {
    /// Gives the number of a metric that counts.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count was read as a whole number that is exact"
    )]
    const fn count(self) -> u64 {
        self.value as u64
    }
}

impl Rounds {
    /// Judges every metric by the rule, together those that gate; `group` names the rounds in the checks.
    ///
    /// # Errors
    ///
    /// When the rule names a metric that the rounds do not have, or which way is better is not known.
    pub fn judge(&self, rule: &Rule, group: &str) -> Result<Vec<(Check, Finding)>, Diagnostic> {
        rule.refuse_unknown(&self.names().collect::<Vec<_>>())?;
        let ratios = ratio::judge(self, rule)?;
        let budget = rule.error_budget.0 / 100.0;
        let mut checks = Vec::new();
        for metric in self.judged() {
            let own = ratios.iter().find(|(name, _)| *name == metric.name);
            let (severity, finding) = if let Some((_, found)) = own {
                found.clone()
            } else {
                (Severity::Critical, count::judge(self, metric, budget)?)
            };
            let severity = if rule.gates(&metric.name) { severity } else { Severity::Info };
            let check = Check::new(Kind::Load, group, &*metric.name)
                .with_severity(severity)
                .at(metric.span.place(&self.source.name));
            checks.push((check, finding));
        }
        checks.extend(footing::judge(self, budget, group)?);
        checks.extend(sequence::judge(self, group));
        Ok(checks)
    }

    /// Gives the noise of every metric that is a ratio, in percent, where both sides are the same build; of one that
    /// cannot be compared, why not.
    #[must_use]
    pub fn noises(&self) -> Vec<(&str, Result<Percent, Finding>)> {
        ratio::noises(self)
    }

    /// Names the metrics that are judged, in the order of the file.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.judged().map(|metric| &*metric.name)
    }

    /// Gives the metrics that are judged: all but the numbers of requests.
    fn judged(&self) -> impl Iterator<Item = &Metric> {
        self.metrics.iter().filter(|metric| metric::nature(&metric.name) != Nature::Requests)
    }

    /// Gives the metrics that count requests without a correct response.
    fn judged_as_errors(&self) -> impl Iterator<Item = &Metric> {
        self.metrics.iter().filter(|metric| metric::nature(&metric.name) == Nature::Errors)
    }

    /// Gives the numbers of requests that belong to a metric: those of the same requests, else of all.
    fn requests_of(&self, name: &str) -> Option<&Metric> {
        let own = metric::requests_beside(name);
        let named = |wanted: &str| self.metrics.iter().find(|metric| metric.name == wanted);
        named(&own).or_else(|| named(metric::REQUESTS))
    }

    fn refuse(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        self.source.refuse(span, message)
    }
}
