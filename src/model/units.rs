//! Numbers with their units: a bare number where a unit belongs is an error.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Says which form a number with a unit has to have.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not {what}; write it like `{example}`")]
pub struct UnitError {
    text: String,
    what: &'static str,
    example: String,
}

impl UnitError {
    fn new(text: &str, what: &'static str, example: &str) -> Self {
        Self { text: text.to_owned(), what, example: example.to_owned() }
    }
}

/// Is a time in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Millis(pub f64);

/// Is a share in percent: `80%` is `Percent(80.0)`.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Percent(pub f64);

/// Is a rate in events per second.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Rate(pub f64);

/// Is an amount of memory or disk in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Bytes(pub u64);

/// Reads `300ms`, `20s` or `1m 30s`.
///
/// # Errors
///
/// When a number has no unit or the unit is unknown.
pub fn parse_duration(text: &str) -> Result<Duration, UnitError> {
    humantime::parse_duration(text).map_err(|_| UnitError::new(text, "a duration", "300ms"))
}

/// Writes a duration as [`parse_duration`] reads it.
#[must_use]
pub fn show_duration(duration: Duration) -> String {
    humantime::format_duration(duration).to_string()
}

impl From<Duration> for Millis {
    fn from(duration: Duration) -> Self {
        Self(duration.as_secs_f64() * 1000.0)
    }
}

impl FromStr for Millis {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        parse_duration(text).map(Self::from)
    }
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ms if ms < 10.0 => write!(f, "{ms:.2} ms"),
            ms if ms < 1_000.0 => write!(f, "{ms:.0} ms"),
            ms if ms < 60_000.0 => write!(f, "{:.2} s", ms / 1_000.0),
            ms => write!(f, "{:.0}m {:02.0}s", (ms / 60_000.0).floor(), (ms % 60_000.0) / 1_000.0),
        }
    }
}

impl FromStr for Percent {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let number = text.strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
        let is_share = |number: &f64| (0.0..=100.0).contains(number);
        number.filter(is_share).map(Self).ok_or_else(|| {
            // What lacks nothing but its sign is shown with it.
            let bare =
                text.trim().parse().ok().filter(is_share).map(|_| format!("{}%", text.trim()));
            UnitError::new(text, "a share from 0% to 100%", &bare.unwrap_or("80%".to_owned()))
        })
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", (self.0 * 10.0).round() / 10.0)
    }
}

impl FromStr for Rate {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let number = text.strip_suffix("/s").and_then(|number| number.trim().parse::<f64>().ok());
        number
            .filter(|number| number.is_finite() && *number >= 0.0)
            .map(Self)
            .ok_or_else(|| UnitError::new(text, "a rate per second", "10/s"))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1}/s", self.0)
    }
}

const BINARY_UNITS: [(&str, u64); 4] =
    [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

impl FromStr for Bytes {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let refuse = || UnitError::new(text, "an amount of bytes", "512MiB");
        let (number, unit) = BINARY_UNITS
            .iter()
            .find_map(|(name, unit)| Some((text.strip_suffix(name)?.trim(), *unit)))
            .ok_or_else(refuse)?;
        let number: u64 = number.parse().map_err(|_| refuse())?;
        number.checked_mul(unit).map(Self).ok_or_else(refuse)
    }
}

impl fmt::Display for Bytes {
    #[expect(clippy::cast_precision_loss, reason = "shown with one digit after the point")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, unit) =
            BINARY_UNITS.into_iter().find(|(_, unit)| self.0 >= *unit).unwrap_or(("B", 1));
        if self.0.is_multiple_of(unit) {
            write!(f, "{} {name}", self.0 / unit)
        } else {
            write!(f, "{:.1} {name}", self.0 as f64 / unit as f64)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_number_is_refused_wherever_a_unit_belongs() {
        assert!(parse_duration("300").is_err());
        assert!("80".parse::<Percent>().is_err());
        assert!("10".parse::<Rate>().is_err());
        assert!("512".parse::<Bytes>().is_err());
    }

    #[test]
    fn what_is_written_is_what_was_read() {
        assert_eq!(show_duration(parse_duration("1m 30s").unwrap()), "1m 30s");
        assert_eq!("80%".parse::<Percent>().unwrap().to_string(), "80%");
        assert_eq!("10/s".parse::<Rate>().unwrap().to_string(), "10.0/s");
        assert_eq!("256MiB".parse::<Bytes>().unwrap().to_string(), "256 MiB");
    }

    #[test]
    fn a_share_over_one_hundred_percent_is_refused() {
        assert!("101%".parse::<Percent>().is_err());
        assert!("-1%".parse::<Percent>().is_err());
    }
}
