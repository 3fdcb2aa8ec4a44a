//! What a check finds on its way.

use super::*;

fn revealed(name: &str, finding: Finding) -> Revealed {
    Revealed { check: check(name), finding, elapsed: Duration::from_millis(7) }
}

#[tokio::test(start_paused = true)]
async fn what_a_check_reveals_follows_it_in_its_own_order_whatever_else_ends() {
    let task = Task::new(check("suite"), |scope| async move {
        sleep(Duration::from_millis(20)).await;
        let failed = Finding::fail(Reason::Expectation, "does not hold");
        scope.reveal([revealed("b", Finding::pass("holds")), revealed("a", failed)]);
        Finding::pass("ended")
    });
    let plan = vec![task, passing("other", 10)];
    let (results, events) = observed(plan, options(2), &CancellationToken::new()).await;
    let names: Vec<&str> = results.iter().map(|r| r.check.name.as_str()).collect();
    assert_eq!(names, ["suite", "b", "a", "other"]);
    assert_eq!(
        events,
        [
            "planned 2",
            "started suite",
            "started other",
            "pass other",
            "revealed 2",
            "pass suite",
            "pass b",
            "fail a",
        ]
    );
    assert!((results[1].elapsed_ms - 7.0).abs() < f64::EPSILON);
}

#[tokio::test(start_paused = true)]
async fn what_was_revealed_before_a_check_was_cut_short_or_broke_is_kept_weighed_and_redacted() {
    let reveal = |scope: &Scope| {
        scope.learn_secret("hunter2");
        scope.reveal([revealed("found", Finding::fail(Reason::Expectation, "said hunter2"))]);
    };
    let late = Task::new(check("late"), move |scope| async move {
        reveal(&scope);
        std::future::pending().await
    });
    let broken = Task::new(check("broken"), move |scope| async move {
        reveal(&scope);
        panic!("a bug")
    });
    let accept = |_: &Check, finding: Finding| Finding { outcome: Outcome::Waived, ..finding };
    let plan = vec![late.within(Duration::from_millis(5)).weighed(accept), broken];
    let (results, _) = observed(plan, options(2), &CancellationToken::new()).await;
    assert_eq!(
        outcomes(&results),
        [
            ("late", Outcome::Inconclusive, Some(Reason::TimedOut)),
            ("found", Outcome::Waived, Some(Reason::Expectation)),
            ("broken", Outcome::Inconclusive, Some(Reason::Panicked)),
            ("found", Outcome::Fail, Some(Reason::Expectation)),
        ]
    );
    assert!(!serde_json::to_string(&results).unwrap().contains("hunter2"));
}

#[tokio::test]
async fn a_failure_among_what_is_revealed_stops_a_run_that_ends_with_the_first() {
    let task = Task::new(check("suite"), |scope| async move {
        scope.reveal([revealed("found", Finding::fail(Reason::Expectation, "does not hold"))]);
        Finding::pass("ended")
    });
    let options = Options { most_failures: NonZeroUsize::new(1), ..options(1) };
    let plan = vec![task, passing("later", 0)];
    let (results, _) = observed(plan, options, &CancellationToken::new()).await;
    assert_eq!(outcomes(&results)[2], ("later", Outcome::Skipped, Some(Reason::Cancelled)));
}
