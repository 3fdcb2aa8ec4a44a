//! One reader a kind of value: from the text of a scalar to what it means, or why not.

use std::fmt::Display;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use super::profile::FlakyResult;
use super::settings::{Access, AlertAction, SecurityLevel, Strategy};
use crate::model::{Policy, Protocol, parse_duration};

#[expect(clippy::unnecessary_wraps, reason = "each reader has the same shape")]
pub(super) fn string(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

#[expect(clippy::unnecessary_wraps, reason = "each reader has the same shape")]
pub(super) fn path(text: &str) -> Result<PathBuf, String> {
    Ok(PathBuf::from(text))
}

pub(super) fn parsed<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|cause: T::Err| cause.to_string())
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).map_err(|cause| cause.to_string())
}

pub(super) fn yes_or_no(text: &str) -> Result<bool, String> {
    one_of(text, &[("yes", true), ("no", false), ("true", true), ("false", false)])
}

pub(super) fn count(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| format!("`{text}` is no number of cases; write 1 or more"))
}

pub(super) fn retries(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("`{text}` is no number of retries; write 0 or more"))
}

pub(super) fn flaky_result(text: &str) -> Result<FlakyResult, String> {
    one_of(text, &[("pass", FlakyResult::Pass), ("fail", FlakyResult::Fail)])
}

pub(super) fn access(text: &str) -> Result<Access, String> {
    one_of(text, &[("engine", Access::Engine), ("http", Access::Http)])
}

pub(super) fn security_level(text: &str) -> Result<SecurityLevel, String> {
    one_of(
        text,
        &[
            ("basic", SecurityLevel::Basic),
            ("full", SecurityLevel::Full),
            ("maximum", SecurityLevel::Maximum),
        ],
    )
}

pub(super) fn protocol(text: &str) -> Result<Protocol, String> {
    one_of(
        text,
        &[
            ("http", Protocol::Http),
            ("postgres", Protocol::Postgres),
            ("redis", Protocol::Redis),
            ("s3", Protocol::S3),
            ("supabase", Protocol::Supabase),
        ],
    )
}

pub(super) fn strategy(text: &str) -> Result<Strategy, String> {
    one_of(text, &[("recreate", Strategy::Recreate)])
}

pub(super) fn policy(text: &str) -> Result<Policy, String> {
    one_of(
        text,
        &[("show", Policy { warnings_fail: false }), ("fail", Policy { warnings_fail: true })],
    )
}

pub(super) fn alert_action(text: &str) -> Result<AlertAction, String> {
    one_of(
        text,
        &[
            ("log", AlertAction::Log),
            ("console", AlertAction::Console),
            ("rollback_check", AlertAction::RollbackCheck),
        ],
    )
}

/// Reads a limit that an environment may only tighten downwards.
pub(super) fn at_most<T>(limit: T) -> impl Fn(&str) -> Result<T, String>
where
    T: FromStr<Err: Display> + PartialOrd + Display,
{
    move |text| match parsed::<T>(text)? {
        value if value > limit => {
            Err(format!("{value} is looser than the {limit} that always hold"))
        }
        value => Ok(value),
    }
}

/// Reads a limit that an environment may only tighten upwards.
pub(super) fn at_least<T>(limit: T) -> impl Fn(&str) -> Result<T, String>
where
    T: FromStr<Err: Display> + PartialOrd + Display,
{
    move |text| match parsed::<T>(text)? {
        value if value < limit => {
            Err(format!("{value} is looser than the {limit} that always hold"))
        }
        value => Ok(value),
    }
}

fn one_of<T: Copy>(text: &str, choices: &[(&str, T)]) -> Result<T, String> {
    choices.iter().find(|(word, _)| *word == text).map(|(_, value)| *value).ok_or_else(|| {
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        format!("`{text}` is not known here; use one of {}", words.join(", "))
    })
}
