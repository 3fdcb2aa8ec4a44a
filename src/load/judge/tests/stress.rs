//! What a stress shows.

use super::*;
use crate::model::StepRecord;

const STRESS: &str = "\
requests: [{ name: products, get: 'http://h/', expect: { status: 200 } }]
stress: { from: 50/s, by: 50/s, every: 2s, up_to: 150/s }
";
const AT_LEAST: &str = "limits: { throughput: 120/s }";

/// Gives the record of a stress that came so far; of its last step something may be told.
fn stressed(steps: usize, last: impl Fn(&mut StepRecord)) -> LoadRecord {
    let rates = [50.0, 100.0, 150.0].into_iter();
    let step = |rate| StepRecord { rate, busy: 0.1, ..StepRecord::default() };
    let mut seen: Vec<StepRecord> = rates.take(steps).map(step).collect();
    if let Some(step) = seen.last_mut() {
        last(step);
    }
    LoadRecord { skipped_ms: 0.0, steps: seen, ..well() }
}

fn judged(record: &LoadRecord, limits: &str) -> (Outcome, String) {
    let case = case(&format!("{STRESS}{limits}"), "");
    let [aspect] = &Aspect::all(&case, None)[..] else { panic!("one aspect") };
    let finding = found(aspect, record, &case);
    (finding.outcome, finding.message)
}

fn broken(step: &mut StepRecord) {
    step.broken = Some("p95 was over 200 ms: 11 of 200 took longer".to_owned());
}

fn unoffered(step: &mut StepRecord) {
    step.unoffered = Some("the generator was 90% busy, so it is its own limit".to_owned());
}

#[test]
fn a_stress_tells_the_highest_rate_up_to_which_everything_was_kept_to() {
    let (outcome, message) = judged(&stressed(3, broken), "");
    assert_eq!(outcome, Outcome::Pass);
    assert_eq!(message, "held 100.0/s; at 150.0/s p95 was over 200 ms: 11 of 200 took longer");
    assert_eq!(judged(&stressed(3, broken), AT_LEAST).0, Outcome::Fail);
    assert_eq!(judged(&stressed(1, broken), "").0, Outcome::Fail);
    let (outcome, message) = judged(&stressed(3, |_| {}), AT_LEAST);
    assert_eq!((outcome, &*message), (Outcome::Pass, "held 150.0/s; the highest that was offered"));
}

fn untold(step: &mut StepRecord) {
    step.untold = Some("no request was due; make the steps longer".to_owned());
}

#[test]
fn a_rate_at_which_nothing_showed_is_neither_held_nor_too_much() {
    let (outcome, message) = judged(&stressed(1, untold), "");
    assert_eq!(outcome, Outcome::Inconclusive);
    assert!(
        message
            .starts_with("no rate was held; at 50.0/s no request was due; make the steps longer"),
        "{message}"
    );
    assert_eq!(judged(&stressed(3, untold), AT_LEAST).0, Outcome::Inconclusive);
    assert_eq!(judged(&stressed(3, untold), "").0, Outcome::Pass, "100/s was held before");
}

/// The stress ends with its first step, before a request has waited for as long as one may take.
#[test]
fn a_target_that_takes_connections_and_answers_nothing_holds_no_rate() {
    let mut hung = stressed(1, |step| {
        step.broken = Some("not one of 100 requests was answered".to_owned());
    });
    hung.requests[0] =
        RequestRecord { name: "products".into(), unfinished: 100, ..RequestRecord::default() };
    hung.generator.aborted = Some("at 50/s not one of 100 requests was answered".to_owned());
    assert_eq!(judged(&hung, "").0, Outcome::Inconclusive, "nobody knows whether it is there");
    hung.generator.reached = true;
    let (outcome, message) = judged(&hung, "");
    assert_eq!(outcome, Outcome::Fail);
    assert!(
        message.starts_with("no rate was held; at 50.0/s not one of 100 requests was answered"),
        "{message}"
    );
}

#[test]
fn a_rate_that_the_generator_did_not_offer_says_nothing_of_the_target() {
    assert_eq!(judged(&stressed(3, unoffered), AT_LEAST).0, Outcome::Inconclusive);
    assert_eq!(judged(&stressed(1, unoffered), "").0, Outcome::Inconclusive);
    // What was held before is held.
    assert_eq!(judged(&stressed(3, unoffered), "").0, Outcome::Pass);
}

#[test]
fn a_stress_that_was_cut_short_says_nothing_of_the_rates_that_it_did_not_come_to() {
    assert_eq!(judged(&stressed(2, |_| {}), AT_LEAST).0, Outcome::Inconclusive);
    assert_eq!(judged(&stressed(0, |_| {}), "").0, Outcome::Inconclusive);
}
