//! The numbers of a candidate held against a baseline.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Says what the numbers of a comparison are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Statistic {
    /// Candidate over baseline, where less is better.
    Ratio,
    /// Baseline over candidate, where more is better: above 1 is worse here too.
    InverseRatio,
    /// The candidate's failures among its requests, from 0 to 1.
    Share,
}

impl Statistic {
    /// Shows a value as the change that a person sees in the candidate: `+3.1%`, or a share in percent.
    #[must_use]
    pub fn show(self, value: f64) -> String {
        match self {
            Self::Ratio => change(value),
            Self::InverseRatio => change(1.0 / value),
            Self::Share => format!("{}%", (value * 100_000.0).round() / 1000.0),
        }
    }

    /// Shows an interval; an end that is not there is without bound.
    #[must_use]
    pub fn show_interval(self, low: Option<f64>, high: Option<f64>) -> String {
        let low = low.map(|low| self.show(low));
        let high = high.map(|high| self.show(high));
        let (from, to) = if self == Self::InverseRatio { (high, low) } else { (low, high) };
        match (from, to) {
            (None, None) => "unbounded".to_owned(),
            (from, to) => {
                let end = |end: Option<String>| end.unwrap_or_else(|| "unbounded".to_owned());
                format!("{} to {}", end(from), end(to))
            }
        }
    }
}

/// Shows a ratio as a change in percent, without a sign where it is none.
fn change(ratio: f64) -> String {
    let percent = ((ratio - 1.0) * 1000.0).round() / 10.0;
    if percent == 0.0 { "0%".to_owned() } else { format!("{percent:+}%") }
}

/// Shows four digits of a number, those before its point in full.
fn significant(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let whole = value.abs().log10().floor();
    let scale = 10_f64.powf(3.0 - whole.min(3.0));
    if scale.is_finite() {
        ((value * scale).round() / scale).to_string()
    } else {
        value.to_string()
    }
}

/// Holds what a candidate's rounds show beside what they may show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// What the estimate, the interval, the limit and the worst round are.
    pub statistic: Statistic,
    /// The median of the baseline's rounds, in the metric's own unit; its share of failures for one.
    pub baseline: f64,
    /// The same of the candidate's.
    pub candidate: f64,
    /// The estimate.
    pub estimate: f64,
    /// The lower end of the interval; none where there are too few pairs for one.
    pub low: Option<f64>,
    /// The upper end of the interval.
    pub high: Option<f64>,
    /// How likely the interval holds the truth.
    pub confidence: f64,
    /// What the estimate may be at most: one and the tolerance, or the budget of failures.
    pub limit: f64,
    /// How many pairs of rounds there are.
    pub pairs: usize,
    /// About how many would settle it, where these do not.
    pub pairs_needed: Option<usize>,
    /// The candidate's worst round.
    pub worst: f64,
    /// The number of the pair that it belongs to.
    pub worst_pair: u64,
}

impl Comparison {
    /// Shows what the baseline's and the candidate's rounds are: four digits of each, or a share.
    #[must_use]
    pub fn shown_sides(&self) -> (String, String) {
        let show = |value| match self.statistic {
            Statistic::Share => self.statistic.show(value),
            Statistic::Ratio | Statistic::InverseRatio => significant(value),
        };
        (show(self.baseline), show(self.candidate))
    }

    /// Shows the estimate.
    #[must_use]
    pub fn shown_estimate(&self) -> String {
        self.statistic.show(self.estimate)
    }

    /// Shows the interval.
    #[must_use]
    pub fn shown_interval(&self) -> String {
        self.statistic.show_interval(self.low, self.high)
    }

    /// Shows the limit.
    #[must_use]
    pub fn shown_limit(&self) -> String {
        self.statistic.show(self.limit)
    }
}

#[cfg(test)]
mod tests {
    use super::Statistic::{InverseRatio, Ratio, Share};

    #[test]
    fn a_change_is_shown_as_it_is_seen_in_the_candidate() {
        assert_eq!(Ratio.show(1.1), "+10%");
        assert_eq!(Ratio.show(0.9996), "0%");
        assert_eq!(InverseRatio.show(1.25), "-20%");
        assert_eq!(Share.show(0.000_15), "0.015%");
    }

    #[test]
    fn the_lower_end_stands_first_whichever_way_is_better() {
        assert_eq!(Ratio.show_interval(Some(0.9), Some(1.2)), "-10% to +20%");
        assert_eq!(InverseRatio.show_interval(Some(0.8), Some(1.25)), "-20% to +25%");
        assert_eq!(Ratio.show_interval(None, None), "unbounded");
        assert_eq!(InverseRatio.show_interval(Some(0.8), None), "unbounded to +25%");
    }
}
