//! A day, as people write it.

use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Names one day in UTC, `2026-06-01`; an earlier one is less than a later one.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
pub struct Date(String);

/// Says why a text names no day.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is no day; write it as 2026-06-01")]
pub struct DateError(String);

impl Date {
    /// Gives the day in which a time lies.
    #[must_use]
    pub fn of(time: SystemTime) -> Self {
        let mut text = humantime::format_rfc3339_seconds(time).to_string();
        text.truncate(LENGTH);
        Self(text)
    }
}

/// How many characters a day has.
const LENGTH: usize = "2026-06-01".len();

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let midnight = format!("{text}T00:00:00Z");
        match humantime::parse_rfc3339(&midnight) {
            Ok(_) if text.len() == LENGTH => Ok(Self(text.to_owned())),
            _ => Err(DateError(text.to_owned())),
        }
    }
}

impl TryFrom<String> for Date {
    type Error = DateError;

    fn try_from(text: String) -> Result<Self, DateError> {
        text.parse()
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.0
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_day_is_read_only_as_it_is_written_and_only_where_the_calendar_has_it() {
        for text in ["2026-06-01", "2028-02-29"] {
            assert_eq!(text.parse::<Date>().unwrap().to_string(), text);
        }
        for text in ["2026-02-30", "2026-6-1", "01.06.2026", "tomorrow", "", "2026-06-01T00:00:00Z"]
        {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }

    #[test]
    fn days_sort_as_they_follow_each_other() {
        let eve = SystemTime::UNIX_EPOCH + Duration::from_secs(24 * 3600 - 1);
        assert_eq!(Date::of(eve).to_string(), "1970-01-01");
        assert!(Date::of(eve) < Date::of(eve + Duration::from_secs(1)));
    }
}
