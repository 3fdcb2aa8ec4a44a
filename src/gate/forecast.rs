//! What a question would ask, without looking at the target.

use serde::Serialize;

use super::inspect::selected;
use super::{Coverage, GateError};
use crate::config::Settings;
use crate::model::Check;

/// Is a case that is selected, and why it would not run.
#[derive(Debug, Clone, Serialize)]
pub struct Forecast {
    /// The case.
    pub check: Check,
    /// Why it would be skipped in the environment of the settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
}

/// Lists the cases that a coverage selects, with what would come of them.
///
/// # Errors
///
/// When a suite is refused or nothing is selected.
pub fn forecast(settings: &Settings, coverage: &Coverage) -> Result<Vec<Forecast>, GateError> {
    let mut cases = Vec::new();
    for suite in selected(settings, coverage)? {
        let skipped = suite.skipped_in(&settings.environment).map(|finding| finding.message);
        cases.extend(suite.checks().map(|check| Forecast { check, skipped: skipped.clone() }));
    }
    Ok(cases)
}
