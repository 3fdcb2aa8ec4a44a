//! What is tolerated of each metric.

use std::str::FromStr;
use std::sync::Arc;

use thiserror::Error;

use super::Direction;
use crate::config::nearest;
use crate::model::{Diagnostic, Percent, Span};

/// What a metric may get worse by, unless something else is said.
const TOLERANCE: Percent = Percent(10.0);
/// The share of requests that may go without a correct response, unless something else is said.
const ERROR_BUDGET: Percent = Percent(1.0);

/// Says why an option is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SettingError {
    /// What stands after the metric's name cannot be read.
    #[error("{0}")]
    Value(String),
    /// Nothing stands before the `=`.
    #[error("no metric is named before the `=`; write METRIC=VALUE, or the value alone for all")]
    NoMetric,
}

/// Is a value for one metric, or for all that have none of their own: `p95=5%` or `5%`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    metric: Option<String>,
    value: T,
}

impl<T: FromStr<Err: ToString>> FromStr for Setting<T> {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let (metric, value) = match text.rsplit_once('=') {
            Some((metric, value)) => (Some(metric.to_owned()), value),
            None => (None, text),
        };
        if metric.as_deref() == Some("") {
            return Err(SettingError::NoMetric);
        }
        let value =
            value.parse().map_err(|cause: T::Err| SettingError::Value(cause.to_string()))?;
        Ok(Self { metric, value })
    }
}

impl<T> Setting<T> {
    /// Is a value for one metric.
    pub fn of(metric: impl Into<String>, value: T) -> Self {
        Self { metric: Some(metric.into()), value }
    }

    fn is_of(&self, known: &[String]) -> bool {
        self.metric.as_ref().is_none_or(|metric| known.contains(metric))
    }
}

/// Is an amount in the unit of a metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Amount(pub f64);

impl FromStr for Amount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let amount = text.parse::<f64>().ok().filter(|amount| amount.is_finite() && *amount >= 0.0);
        amount.map(Self).ok_or_else(|| {
            format!(
                "`{text}` is not an amount; write a number of 0 or more in the metric's own unit"
            )
        })
    }
}

/// Says what is tolerated; a metric's own setting goes before one for all.
#[derive(Debug, Clone)]
pub struct Rule {
    /// What the candidate may be worse by.
    pub tolerance: Vec<Setting<Percent>>,
    /// The least change that matters at all, in the metric's own unit.
    pub floor: Vec<Setting<Amount>>,
    /// What the baseline differs from itself by, as it was measured.
    pub noise: Vec<Setting<Percent>>,
    /// Which way is better.
    pub direction: Vec<Setting<Direction>>,
    /// The share of requests that may go without a correct response.
    pub error_budget: Percent,
    /// The metrics that gate; all where none is named.
    pub gating: Vec<String>,
    /// Whether no pair is added to these any more, so that there is no other look at them.
    pub is_last_look: bool,
}

impl Default for Rule {
    fn default() -> Self {
        Self {
            tolerance: Vec::new(),
            floor: Vec::new(),
            noise: Vec::new(),
            direction: Vec::new(),
            error_budget: ERROR_BUDGET,
            gating: Vec::new(),
            is_last_look: false,
        }
    }
}

/// Is what a metric may be worse by, and which of the three it comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tolerance {
    /// The share, such as 0.1.
    pub share: f64,
    /// What set it.
    pub from: &'static str,
}

impl Rule {
    /// Whether a failure of this metric fails the verdict.
    pub(super) fn gates(&self, metric: &str) -> bool {
        self.gating.is_empty() || self.gating.iter().any(|gating| gating == metric)
    }

    pub(super) fn direction(&self, metric: &str) -> Option<Direction> {
        of(&self.direction, metric)
    }

    /// Gives the largest of the relative tolerance, the floor as a share of the baseline and the noise.
    pub(super) fn tolerance(&self, metric: &str, baseline: f64) -> Tolerance {
        let Percent(relative) = self.relative(metric);
        let floor = of(&self.floor, metric).map_or(0.0, |Amount(floor)| floor / baseline);
        let noise = of(&self.noise, metric).map_or(0.0, |Percent(noise)| noise / 100.0);
        let mut widest = Tolerance { share: relative / 100.0, from: "relative" };
        for (share, from) in [(floor, "absolute floor"), (noise, "measured noise")] {
            if share > widest.share {
                widest = Tolerance { share, from };
            }
        }
        widest
    }

    /// Takes out what is said of metrics that are not `known`.
    #[must_use]
    pub fn of_only(&self, known: &[String]) -> Self {
        fn kept<T: Clone>(settings: &[Setting<T>], known: &[String]) -> Vec<Setting<T>> {
            settings.iter().filter(|setting| setting.is_of(known)).cloned().collect()
        }
        Self {
            tolerance: kept(&self.tolerance, known),
            floor: kept(&self.floor, known),
            noise: kept(&self.noise, known),
            direction: kept(&self.direction, known),
            error_budget: self.error_budget,
            gating: self.gating.iter().filter(|metric| known.contains(metric)).cloned().collect(),
            is_last_look: self.is_last_look,
        }
    }

    /// Gives what a metric may be worse by beside noise and floor, in percent.
    #[must_use]
    pub fn relative(&self, metric: &str) -> Percent {
        of(&self.tolerance, metric).unwrap_or(TOLERANCE)
    }

    /// Gives what the baseline was measured to differ from itself by, in percent.
    #[must_use]
    pub fn noise_of(&self, metric: &str) -> Option<Percent> {
        of(&self.noise, metric)
    }

    /// Refuses a setting for a metric that the rounds do not have: it would be without effect.
    ///
    /// # Errors
    ///
    /// The first of them.
    pub fn refuse_unknown(&self, known: &[&str]) -> Result<(), Diagnostic> {
        let named = [
            ("--tolerance", named(&self.tolerance)),
            ("--floor", named(&self.floor)),
            ("--noise", named(&self.noise)),
            ("--direction", named(&self.direction)),
            ("--gating", self.gating.iter().map(String::as_str).collect()),
        ];
        for (option, metrics) in named {
            if let Some(unknown) = metrics.into_iter().find(|metric| !known.contains(metric)) {
                let length = u32::try_from(unknown.chars().count()).unwrap_or(u32::MAX);
                let message = format!("the rounds have no metric `{unknown}` that is judged");
                let help = match nearest(unknown, known) {
                    Some(nearest) => format!("did you mean `{nearest}`?"),
                    None => format!("they have {}", known.join(", ")),
                };
                return Err(Diagnostic::new(option, Arc::from(unknown), message)
                    .at(Span { line: 1, column: 1, length })
                    .help(help));
            }
        }
        Ok(())
    }
}

/// Gives the last setting for this metric, else the last for all.
fn of<T: Copy>(settings: &[Setting<T>], metric: &str) -> Option<T> {
    let last = |wanted: Option<&str>| {
        let fits = |setting: &&Setting<T>| setting.metric.as_deref() == wanted;
        settings.iter().rfind(fits).map(|setting| setting.value)
    };
    last(Some(metric)).or_else(|| last(None))
}

fn named<T>(settings: &[Setting<T>]) -> Vec<&str> {
    settings.iter().filter_map(|setting| setting.metric.as_deref()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_of_the_three_is_tolerated() {
        let mut rule = Rule::default();
        let tolerance = |rule: &Rule| rule.tolerance("p95", 20.0);
        assert_eq!(tolerance(&rule), Tolerance { share: 0.1, from: "relative" });
        rule.floor.push("3".parse().unwrap());
        assert_eq!(tolerance(&rule), Tolerance { share: 0.15, from: "absolute floor" });
        rule.noise.push("p95=20%".parse().unwrap());
        assert_eq!(tolerance(&rule), Tolerance { share: 0.2, from: "measured noise" });
    }

    #[test]
    fn a_metrics_own_setting_goes_before_one_for_all() {
        let tolerance = ["p95=5%", "20%"].map(|text| text.parse().unwrap()).into();
        let rule = Rule { tolerance, ..Rule::default() };
        for (metric, share) in [("p95", 0.05), ("p99", 0.2)] {
            let expected = Tolerance { share, from: "relative" };
            assert_eq!(rule.tolerance(metric, 1.0), expected);
        }
    }

    #[test]
    fn a_setting_that_would_tolerate_everything_is_refused() {
        for text in ["nan", "inf", "-1", "p95=", "=3"] {
            assert!(text.parse::<Setting<Amount>>().is_err(), "{text}");
        }
        for text in ["10", "p95=101%", "=5%"] {
            assert!(text.parse::<Setting<Percent>>().is_err(), "{text}");
        }
    }
}
