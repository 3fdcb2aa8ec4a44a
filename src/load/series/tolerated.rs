//! What is tolerated of a load case, and what its noise was measured to be.

use std::time::Duration;

use super::super::rounds::{Rule, Setting};
use super::measure::Subject;
use super::numbers::known;
use super::{Against, CALIBRATION_HOLDS, GATING, Series, case_name, services};
use crate::model::{Calibration, Fingerprint, Percent, show_duration};
use crate::suite::LoadCase;

/// How a calibration is made anew.
const AGAIN: &str = "repeat `proofmark calibrate`";

/// Gives the rule of a load case that is measured at `place`, and what there is to say of its noise.
///
/// Noise that somebody gives goes before noise that was calibrated.
pub(super) fn tolerated(
    subject: &Subject,
    series: &Series,
    place: &Fingerprint,
) -> (Rule, Option<String>) {
    let mut rule = of_case(&series.rule, &subject.case, &services(&subject.candidate));
    if !rule.noise.is_empty() || matches!(series.against, Against::Nothing | Against::Itself) {
        return (rule, None);
    }
    let name = case_name(&subject.suite, &subject.case);
    let calibrations = series.calibrations.get(&name).map_or(&[][..], Vec::as_slice);
    let words = match calibrated(calibrations, place, |started| age(series, started)) {
        Calibrated::Never => "noise never calibrated; `proofmark calibrate` measures it".to_owned(),
        Calibrated::Elsewhere(Calibration { started, fingerprint, .. }) => {
            let differences = place.differences(fingerprint).join("; ");
            format!(
                "the noise calibrated on {started} is of elsewhere and not used ({differences}); {AGAIN}"
            )
        }
        Calibrated::Old(Calibration { started, .. }) => {
            format!("the noise calibrated on {started} is too old and not used; {AGAIN}")
        }
        Calibrated::Here(Calibration { started, pairs, noise, .. }, age) => {
            let noise = noise.iter();
            rule.noise = noise.map(|it| Setting::of(&it.metric, Percent(it.value))).collect();
            let age = show_duration(Duration::from_secs(age.as_secs()));
            format!("noise calibrated on {started}, {age} ago, of {pairs} pairs")
        }
    };
    (rule, Some(words))
}

/// Gives the rule as far as it is about a load case; what is measured is looked at where that was fixed, and then no more.
pub(super) fn of_case(rule: &Rule, case: &LoadCase, services: &[String]) -> Rule {
    let mut rule = Rule { is_last_look: true, ..rule.of_only(&known(case, services)) };
    if rule.gating.is_empty() {
        rule.gating = GATING.map(str::to_owned).into();
    }
    rule
}

fn age(series: &Series, started: &str) -> Option<Duration> {
    let then = humantime::parse_rfc3339_weak(started).ok()?;
    Some(series.now.duration_since(then).unwrap_or_default())
}

/// Says what is known of the noise at a place.
#[derive(Debug, PartialEq)]
enum Calibrated<'c> {
    Never,
    Elsewhere(&'c Calibration),
    Old(&'c Calibration),
    Here(&'c Calibration, Duration),
}

/// Chooses among calibrations, the newest first: one of another place or of long ago is not used.
fn calibrated<'c>(
    calibrations: &'c [Calibration],
    place: &Fingerprint,
    age: impl Fn(&str) -> Option<Duration>,
) -> Calibrated<'c> {
    match calibrations.iter().find(|calibration| calibration.fingerprint == *place) {
        Some(here) => match age(&here.started) {
            Some(age) if age <= CALIBRATION_HOLDS => Calibrated::Here(here, age),
            _ => Calibrated::Old(here),
        },
        None => calibrations.first().map_or(Calibrated::Never, Calibrated::Elsewhere),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calibration(kernel: &str, started: &str) -> Calibration {
        Calibration {
            case: "browsing/shoppers".into(),
            environment: "local".into(),
            started: started.into(),
            fingerprint: Fingerprint { kernel: kernel.into(), ..Fingerprint::default() },
            pairs: 10,
            noise: Vec::new(),
        }
    }

    #[test]
    fn only_what_was_calibrated_at_this_place_and_lately_is_used() {
        let place = calibration("6.1", "").fingerprint;
        let hours = |hours: u64| Duration::from_secs(hours * 3600);
        let age = |started: &str| started.parse().ok().map(hours);
        let other = calibration("6.2", "1");
        let (new, old) = (calibration("6.1", "2"), calibration("6.1", "721"));
        let all = [other.clone(), new.clone(), old.clone()];
        assert_eq!(calibrated(&all, &place, age), Calibrated::Here(&new, hours(2)));
        assert_eq!(calibrated(&all[2..], &place, age), Calibrated::Old(&old));
        assert_eq!(calibrated(&all[..1], &place, age), Calibrated::Elsewhere(&other));
        assert_eq!(calibrated(&[], &place, age), Calibrated::Never);
        let broken = [calibration("6.1", "no time")];
        assert_eq!(calibrated(&broken, &place, age), Calibrated::Old(&broken[0]));
    }
}
