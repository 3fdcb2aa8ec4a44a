//! What is asked again, what is slow, and how the time of a run ends.

use super::*;
use crate::config::FlakyResult;

/// Fails until its attempt of this number, and remembers which attempts there were.
fn holding_at(name: &str, number: u32, log: &Arc<Mutex<Vec<u32>>>) -> Task {
    let log = Arc::clone(log);
    Task::repeatable(check(name), move |scope| {
        let attempt = scope.attempt();
        log.lock().unwrap().push(attempt);
        async move {
            sleep(Duration::from_millis(10)).await;
            if attempt < number {
                Finding::fail(Reason::Expectation, format!("not at {attempt}"))
            } else {
                Finding::pass("holds")
            }
        }
    })
}

#[tokio::test(start_paused = true)]
async fn what_does_not_hold_is_asked_again_as_often_as_the_profile_says() {
    let log = Arc::default();
    let options = Options { retries: 2, ..options(1) };
    let plan = vec![holding_at("flaky", 3, &log), holding_at("never", 9, &log), failing("once")];
    let (results, events) = observed(plan, options, &CancellationToken::new()).await;
    assert_eq!(*log.lock().unwrap(), [1, 2, 3, 1, 2, 3]);
    assert_eq!(
        events,
        [
            "planned 3",
            "started flaky",
            "retried flaky after fail not at 1",
            "retried flaky after fail not at 2",
            "pass flaky",
            "started never",
            "retried never after fail not at 1",
            "retried never after fail not at 2",
            "fail never",
            "started once",
            "fail once",
        ]
    );
    assert!(results[0].is_flaky() && !results[1].is_flaky());
    let attempts = results[1].attempts.as_deref().unwrap();
    assert_eq!((attempts.at_most, attempts.count()), (3, 3));
    assert_eq!((results[2].attempts.as_deref(), results[1].message.as_str()), (None, "not at 3"));
}

#[tokio::test(start_paused = true)]
async fn a_flaky_check_fails_where_that_is_what_flaky_means() {
    let options = Options { retries: 1, flaky_result: FlakyResult::Fail, ..options(1) };
    let plan = vec![holding_at("flaky", 2, &Arc::default())];
    let (results, _) = observed(plan, options, &CancellationToken::new()).await;
    assert_eq!(outcomes(&results), [("flaky", Outcome::Fail, Some(Reason::Flaky))]);
    assert_eq!(results[0].message, "held only at attempt 2; at the first, not at 1");
}

#[tokio::test(start_paused = true)]
async fn what_a_waiver_accepts_is_not_asked_again() {
    let log = Arc::default();
    let accept = |_: &Check, finding: Finding| Finding { outcome: Outcome::Waived, ..finding };
    let plan = vec![holding_at("known", 9, &log).weighed(accept)];
    let options = Options { retries: 5, ..options(1) };
    let (results, _) = observed(plan, options, &CancellationToken::new()).await;
    assert_eq!((results[0].outcome, log.lock().unwrap().len()), (Outcome::Waived, 1));
}

#[tokio::test(start_paused = true)]
async fn a_check_past_its_time_is_asked_again_and_an_interrupted_one_is_not() {
    let stop = CancellationToken::new();
    let interrupt = stop.clone();
    let task = Task::repeatable(check("hangs"), move |scope| {
        let interrupt = interrupt.clone();
        async move {
            if scope.attempt() == 2 {
                interrupt.cancel();
            }
            scope.stopped().await;
            Finding::pass("too late to count")
        }
    });
    let options = Options { retries: 5, ..options(1) };
    let plan = vec![task.within(Duration::from_millis(5))];
    let (results, _) = observed(plan, options, &stop).await;
    assert_eq!(outcomes(&results), [("hangs", Outcome::Inconclusive, Some(Reason::Cancelled))]);
    let attempts = results[0].attempts.as_deref().unwrap();
    assert_eq!(attempts.others[0].reason, Some(Reason::TimedOut));
}

#[tokio::test(start_paused = true)]
async fn past_the_limit_of_the_run_what_is_under_way_cleans_up_and_nothing_passes() {
    let cleaned = Arc::new(Mutex::new(false));
    let seen = Arc::clone(&cleaned);
    let task = Task::new(check("under way"), |scope| async move {
        scope.stopped().await;
        *seen.lock().unwrap() = true;
        Finding::pass("too late to count")
    });
    let options = Options { limit: Some(Duration::from_millis(50)), ..options(1) };
    let plan = vec![passing("quick", 5), task, passing("waiting", 0)];
    let (results, _) = observed(plan, options, &CancellationToken::new()).await;
    assert_eq!(
        outcomes(&results),
        [
            ("quick", Outcome::Pass, None),
            ("under way", Outcome::Inconclusive, Some(Reason::TimedOut)),
            ("waiting", Outcome::Inconclusive, Some(Reason::TimedOut)),
        ]
    );
    assert!(*cleaned.lock().unwrap());
    assert_eq!(results[1].message, "the 50ms of the run are over");
}

#[tokio::test(start_paused = true)]
async fn a_slow_check_is_told_while_it_runs_and_marked_when_it_ended() {
    let options = Options { slow_after: Some(Duration::from_millis(20)), ..options(2) };
    let plan = vec![passing("slow", 30), passing("quick", 10)];
    let (results, events) = observed(plan, options, &CancellationToken::new()).await;
    assert_eq!(
        events,
        [
            "planned 2",
            "started slow",
            "started quick",
            "pass quick",
            "slow slow after 20ms",
            "pass slow"
        ]
    );
    assert_eq!(results.iter().map(|r| r.slow).collect::<Vec<_>>(), [true, false]);
}
