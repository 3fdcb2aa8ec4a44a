//! What the engine's own health check of a container last said, and when.

use std::time::{Duration, SystemTime};

use bollard::models::{Health, HealthConfig};

use crate::model::shorten;

/// What Docker takes for an interval or timeout that is not given.
const DOCKER_DEFAULT: Duration = Duration::from_secs(30);
/// How much of a health check's output is shown, in characters.
const SHOWN: usize = 200;

/// Gives the age of the last entry; none when there is no entry that ended.
///
/// `now` is the engine's clock, because the engine wrote the entry. An entry that ended after `now`
/// was read has no age.
pub(super) fn age(health: &Health, now: SystemTime) -> Option<Duration> {
    let end = SystemTime::from(health.log.as_ref()?.last()?.end?);
    Some(now.duration_since(end).unwrap_or_default())
}

/// Gives the age from which an entry no longer tells how the container is: three intervals and one
/// timeout.
pub(super) fn stale_from(check: &HealthConfig) -> Duration {
    let given = |nanos: Option<i64>| {
        let nanos = nanos.and_then(|nanos| u64::try_from(nanos).ok()).filter(|nanos| *nanos > 0);
        nanos.map_or(DOCKER_DEFAULT, Duration::from_nanos)
    };
    given(check.interval) * 3 + given(check.timeout)
}

/// Gives what the last health check printed, on one line and cut; empty when it printed nothing.
pub(super) fn last_output(health: &Health) -> String {
    let last = health.log.as_ref().and_then(|log| log.last());
    let output = last.and_then(|entry| entry.output.as_deref()).unwrap_or_default();
    let line = output.split_whitespace().collect::<Vec<_>>().join(" ");
    shorten(&line, SHOWN)
}

/// Reads a time as Docker writes it: RFC 3339 with the engine's own offset from UTC.
pub(super) fn instant(text: &str) -> Option<SystemTime> {
    if let Ok(utc) = humantime::parse_rfc3339(text) {
        return Some(utc);
    }
    let (local, offset) = text.split_at_checked(text.len().checked_sub("+00:00".len())?)?;
    let (hours, minutes) = offset.get(1..)?.split_once(':')?;
    let seconds = hours.parse::<u64>().ok()? * 3600 + minutes.parse::<u64>().ok()? * 60;
    let local = humantime::parse_rfc3339(&format!("{local}Z")).ok()?;
    match offset.get(..1)? {
        "+" => local.checked_sub(Duration::from_secs(seconds)),
        "-" => local.checked_add(Duration::from_secs(seconds)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_with_an_offset_is_the_same_moment_in_utc() {
        let utc = instant("2026-03-01T12:00:00.5Z").unwrap();
        assert_eq!(instant("2026-03-01T14:00:00.5+02:00"), Some(utc));
        assert_eq!(instant("2026-03-01T06:30:00.5-05:30"), Some(utc));
    }

    #[test]
    fn what_is_no_time_is_none_whatever_its_bytes() {
        for text in ["", "now", "2026-03-01", "2026-03-01T12:00:00", "ééééé", "+02:00"] {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    #[test]
    fn intervals_that_are_not_given_are_dockers_own() {
        assert_eq!(stale_from(&HealthConfig::default()), Duration::from_secs(120));
        let second = Some(1_000_000_000);
        let check = HealthConfig { interval: second, timeout: second, ..Default::default() };
        assert_eq!(stale_from(&check), Duration::from_secs(4));
    }
}
