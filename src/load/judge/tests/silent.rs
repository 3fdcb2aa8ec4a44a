//! A target that takes connections and answers nothing.

use super::*;

const ERRORS: Aspect = Aspect::Errors(Of::All);

/// Gives the record of arrivals of which so many were given up on and so many had not ended.
fn silent(failed: u64, unfinished: u64, overdue: u64) -> LoadRecord {
    let counts = RequestRecord { failed, unfinished, overdue, ..RequestRecord::default() };
    let response = times(failed + unfinished, 30_000);
    let lag = times(failed + unfinished, 0);
    let request = RequestRecord { name: "products".into(), response, lag, ..counts };
    let mut record = LoadRecord { requests: vec![request], ..well() };
    let due = failed + unfinished;
    record.generator =
        GeneratorRecord { reached: true, due: Some(due), sent: due, ..record.generator };
    record.troubles = vec!["products: no whole response within 30s".into()];
    record
}

/// The whole of it was `unreachable`, so that no gate failed and no deployment was taken back.
#[test]
fn a_target_that_takes_every_connection_and_answers_none_fails_every_number() {
    for record in [silent(500, 0, 0), silent(10, 490, 490), silent(1, 0, 0)] {
        for aspect in aspects() {
            assert_eq!(judged(&aspect, &record, &with("")).0, Outcome::Fail, "{aspect}");
        }
        assert_eq!(judged(&ERRORS, &record, &with("")), FAILED);
    }
    assert_eq!(
        found(&TIME, &silent(10, 490, 490), &with("")).message,
        "the target took connections and answered not one of 500 requests: products: no whole response within 30s"
    );
}

#[test]
fn a_target_that_took_no_connection_is_not_known_to_be_there() {
    let mut closed = silent(500, 0, 0);
    closed.generator.reached = false;
    for aspect in aspects() {
        let unreachable = (Outcome::Inconclusive, Some(Reason::Unreachable));
        assert_eq!(judged(&aspect, &closed, &with("")), unreachable, "{aspect}");
    }
}

#[test]
fn what_waited_as_long_as_one_may_take_is_an_error_and_is_told() {
    let record = silent(10, 490, 490);
    let message = found(&ERRORS, &record, &with("")).message;
    assert!(
        message.starts_with(
            "500 of 500 requests without a correct response, 490 of them not ended when the load was: 100.0%"
        ),
        "{message}"
    );
    // Of a load that ended early, what had time left is no error.
    let mut ended = silent(10, 490, 40);
    ended.generator.aborted = Some("10 errors are more than 1% of all 500 requests".into());
    let message = found(&ERRORS, &ended, &with("")).message;
    assert!(message.starts_with("50 of 50 requests"), "{message}");
    assert_eq!(judged(&ERRORS, &ended, &with("")), FAILED);
}

#[test]
fn a_certain_failure_stands_beside_a_doubt_and_what_a_generator_left_is_none() {
    let doubts: [fn(&mut GeneratorRecord); 3] = [
        |generator| generator.busy = 0.95,
        |generator| generator.sent = 9,
        |generator| generator.aborted = Some("it was stopped".into()),
    ];
    for doubt in doubts {
        let mut ended = silent(500, 0, 0);
        doubt(&mut ended.generator);
        assert_eq!(judged(&ERRORS, &ended, &with("")), FAILED);
        assert_eq!(judged(&TIME, &ended, &with("")).0, Outcome::Inconclusive);
        // Nothing came to an end before its time: the generator may have been too slow to see it.
        let mut open = silent(0, 500, 0);
        doubt(&mut open.generator);
        for aspect in aspects() {
            assert_eq!(judged(&aspect, &open, &with("")).0, Outcome::Inconclusive, "{aspect}");
        }
    }
    let mut overrun = silent(0, 500, 500);
    overrun.generator.busy = 0.95;
    assert_eq!(judged(&ERRORS, &overrun, &with("")).0, Outcome::Inconclusive);
}

#[test]
fn the_longest_time_gets_no_shorter_after_a_load_that_ended_early() {
    let mut ended = well();
    ended.generator.aborted = Some("it was stopped".into());
    ended.requests[0].response.record(Duration::from_millis(1500));
    assert_eq!(judged(&TIME, &ended, &with("")), FAILED);
    // Of a percentile the rest might have made up for it.
    let mut early = well();
    early.generator.aborted = Some("it was stopped".into());
    early.requests[0].response = times(500, 400);
    let cancelled = (Outcome::Inconclusive, Some(Reason::Cancelled));
    assert_eq!(judged(&TIME, &early, &with("limits: { p95: 300ms }")), cancelled);
    ended.generator.busy = 0.95;
    assert_eq!(judged(&TIME, &ended, &with("")), cancelled);
}
