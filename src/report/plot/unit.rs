//! How the numbers of a picture are written, and what is round among them.

use crate::model::{Bytes, Millis, Percent, Rate};

/// Is what an axis counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Seconds,
    Millis,
    Rate,
    Percent,
    Bytes,
    Count,
    /// A share of all, from 0 to 1.
    Share,
    /// How many times as much.
    Times,
}

impl Unit {
    /// Writes a number of an axis: short, for it is round.
    pub fn tick(self, value: f64) -> String {
        match self {
            Self::Seconds if value >= 60.0 && value % 60.0 == 0.0 => {
                format!("{} min", trimmed(value / 60.0))
            }
            Self::Seconds if value > 60.0 => {
                format!("{}:{:02} min", (value / 60.0).floor(), value % 60.0)
            }
            Self::Seconds => format!("{} s", trimmed(value)),
            Self::Millis if value >= 1000.0 => format!("{} s", trimmed(value / 1000.0)),
            Self::Millis => format!("{} ms", trimmed(value)),
            Self::Rate => format!("{}/s", trimmed(value)),
            Self::Percent => format!("{}%", trimmed(value)),
            Self::Bytes => Bytes(whole(value)).to_string(),
            Self::Count => trimmed(value),
            Self::Share => format!("{}%", trimmed(value * 100.0)),
            Self::Times => format!("{}×", trimmed(value)),
        }
    }

    /// Writes a number that was measured.
    pub fn value(self, value: f64) -> String {
        match self {
            Self::Millis => Millis(value).to_string(),
            Self::Rate => Rate(value).to_string(),
            Self::Percent => Percent(value).to_string(),
            Self::Seconds | Self::Bytes | Self::Count | Self::Share | Self::Times => {
                self.tick(value)
            }
        }
    }

    /// Gives the round number at or over `least` that two ticks may lie apart.
    pub fn step(self, least: f64) -> f64 {
        const TIMES: [f64; 14] = [
            1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0,
            7200.0,
        ];
        match self {
            Self::Seconds if least > 0.5 => {
                let time = TIMES.into_iter().find(|step| *step >= least);
                time.unwrap_or_else(|| round(least / 3600.0) * 3600.0)
            }
            Self::Bytes => 2_f64.powf(least.max(1.0).log2().ceil()),
            Self::Count => round(least).max(1.0),
            _ => round(least),
        }
    }
}

/// Gives the number among 1, 2, 2.5 and 5 times a power of ten that is at or over `least`.
fn round(least: f64) -> f64 {
    let decade = 10_f64.powf(least.log10().floor());
    let marks = [1.0, 2.0, 2.5, 5.0, 10.0].map(|mark| mark * decade);
    marks.into_iter().find(|mark| *mark >= least * 0.999_999).unwrap_or(least)
}

/// Writes a number to at most six digits after its point, without noughts at its end.
fn trimmed(value: f64) -> String {
    ((value * 1e6).round() / 1e6).to_string()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an amount of memory is no less than nought"
)]
fn whole(value: f64) -> u64 {
    value.round() as u64
}
