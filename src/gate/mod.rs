//! Plans everything that decides about a release, and turns one run into one decision.
//!
//! Every command that judges a target comes through [`inspect`]: `diff` and `check` cover a part of
//! what `gate` covers, and a deployment asks the same question in each of its phases. [`measure`] asks the load cases of
//! two targets in turn.

mod coverage;
mod decision;
mod forecast;
mod foretold;
mod inspect;
mod plan;
mod report_file;
mod series;
mod waivers;

pub use coverage::Coverage;
pub use decision::write_decision;
pub use forecast::{Forecast, forecast};
pub use foretold::foresee_rounds;
pub use inspect::{GateError, Inspection, Question, cases, inspect, perform, plan_for};
pub use report_file::{ReportFile, ReportFileError};
pub use series::{Compared, Measurement, Outcome, SeriesError, measure};
pub use waivers::waive;

#[cfg(test)]
mod consistency;
