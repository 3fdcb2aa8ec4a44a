//! What a stress shows.

use super::*;
use crate::model::LoadSecond;

const STRESS: &str = "\
requests: [{ name: products, get: 'http://h/', expect: { status: 200 } }]
stress: { from: 50/s, by: 50/s, every: 2s, up_to: 150/s }
";

/// Gives the seconds of a stress whose rates had these longest responses.
fn stressed(longest: [f64; 3]) -> LoadRecord {
    let second = |at: usize| LoadSecond {
        at: u32::try_from(at).unwrap(),
        correct: 50,
        max_ms: Some(longest[at / 2]),
        busy: 0.1,
        ..LoadSecond::default()
    };
    LoadRecord { skipped_ms: 0.0, seconds: (0..6).map(second).collect(), ..well() }
}

#[test]
fn a_stress_tells_the_highest_rate_up_to_which_everything_was_kept_to() {
    let judged = |record: &LoadRecord, limits: &str| {
        let case = case(&format!("{STRESS}{limits}"), "");
        let [aspect] = &Aspect::all(&case, None)[..] else { panic!("one aspect") };
        let finding = found(aspect, record, &case);
        (finding.outcome, finding.message)
    };
    let (outcome, message) = judged(&stressed([20.0, 30.0, 1200.0]), "");
    assert_eq!(outcome, Outcome::Pass);
    assert_eq!(message, "held 100.0/s; at 150.0/s max was 1.20 s in one second, over 1.00 s");
    let at_least = "limits: { throughput: 120/s }";
    assert_eq!(judged(&stressed([20.0, 30.0, 1200.0]), at_least).0, Outcome::Fail);
    // What was held after a rate that was not held is not held.
    assert_eq!(
        judged(&stressed([20.0, 1200.0, 30.0]), "limits: { throughput: 100/s }").0,
        Outcome::Fail
    );
    assert_eq!(judged(&stressed([1200.0; 3]), "").0, Outcome::Fail);
    let (outcome, message) = judged(&stressed([20.0; 3]), "");
    assert_eq!((outcome, &*message), (Outcome::Pass, "held 150.0/s; the highest that was offered"));

    let mut busy = stressed([20.0; 3]);
    busy.seconds[3].busy = 0.9;
    assert_eq!(judged(&busy, at_least).0, Outcome::Inconclusive);
    let mut cut = stressed([20.0; 3]);
    cut.seconds.truncate(3);
    assert_eq!(judged(&cut, at_least).0, Outcome::Inconclusive);
    let mut failing = stressed([20.0; 3]);
    failing.seconds[3].failed = 2;
    assert_eq!(judged(&failing, at_least).0, Outcome::Fail);
}
