mod limits;
mod news;
mod revealed;

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::model::{Check, CheckResult, Finding, Kind, Outcome, Reason, Redactor};

fn check(name: &str) -> Check {
    Check::new(Kind::E2e, "orders", name)
}

fn passing(name: &str, after_ms: u64) -> Task {
    Task::new(check(name), move |_| async move {
        sleep(Duration::from_millis(after_ms)).await;
        Finding::pass("holds")
    })
}

fn failing(name: &str) -> Task {
    Task::answered(check(name), Finding::fail(Reason::Expectation, "does not hold"))
}

fn options(jobs: usize) -> Options {
    Options { jobs: NonZeroUsize::new(jobs).unwrap(), ..Options::default() }
}

/// Performs a plan and gives its results with the events as a list.
async fn observed(
    plan: Vec<Task>,
    options: Options,
    stop: &CancellationToken,
) -> (Vec<CheckResult>, Vec<String>) {
    let mut events = Vec::new();
    let results = run(plan, &options, Redactor::default(), stop, |event| {
        events.push(match event {
            Event::Planned(count) => format!("planned {count}"),
            Event::Started(check) => format!("started {}", check.name),
            Event::Measured(check, moment) => {
                format!("{} of {} at {} s", moment.case, check.name, moment.second.at)
            }
            Event::Slow(check, after) => format!("slow {} after {after:?}", check.name),
            Event::Retried(check, attempt) => {
                format!("retried {} after {} {}", check.name, attempt.outcome, attempt.message)
            }
            Event::Revealed(count) => format!("revealed {count}"),
            Event::Finished(result) => format!("{} {}", result.outcome, result.check.name),
        });
    })
    .await;
    (results, events)
}

fn outcomes(results: &[CheckResult]) -> Vec<(&str, Outcome, Option<Reason>)> {
    results.iter().map(|r| (r.check.name.as_str(), r.outcome, r.reason)).collect()
}

#[tokio::test(start_paused = true)]
async fn results_keep_the_plans_order_whatever_ends_first() {
    let plan = vec![passing("slow", 30), passing("quick", 10), passing("middle", 20)];
    let (results, events) = observed(plan, options(3), &CancellationToken::new()).await;
    let names: Vec<&str> = results.iter().map(|r| r.check.name.as_str()).collect();
    assert_eq!(names, ["slow", "quick", "middle"]);
    assert_eq!(
        events,
        [
            "planned 3",
            "started slow",
            "started quick",
            "started middle",
            "pass quick",
            "pass middle",
            "pass slow",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn tasks_that_share_a_lock_never_overlap_and_others_pass_them() {
    let plan = vec![
        passing("first", 20).locking("db"),
        passing("second", 20).locking("db"),
        passing("other", 5),
    ];
    let (_, events) = observed(plan, options(4), &CancellationToken::new()).await;
    assert_eq!(
        events,
        [
            "planned 3",
            "started first",
            "started other",
            "pass other",
            "pass first",
            "started second",
            "pass second",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn no_more_than_the_allowed_number_runs_at_once() {
    let now = Arc::new(Mutex::new((0, 0)));
    let plan = (0..6).map(|index| {
        let now = Arc::clone(&now);
        Task::new(check(&index.to_string()), move |_| async move {
            {
                let mut now = now.lock().unwrap();
                now.0 += 1;
                now.1 = now.1.max(now.0);
            }
            sleep(Duration::from_millis(10)).await;
            now.lock().unwrap().0 -= 1;
            Finding::pass("holds")
        })
    });
    observed(plan.collect(), options(2), &CancellationToken::new()).await;
    assert_eq!(*now.lock().unwrap(), (0, 2));
}

#[tokio::test]
async fn after_a_failure_fail_fast_starts_nothing_more_and_says_so() {
    let plan = vec![failing("breaks"), passing("later", 0)];
    let options = Options { most_failures: NonZeroUsize::new(1), ..options(1) };
    let (results, _) = observed(plan, options, &CancellationToken::new()).await;
    assert_eq!(
        outcomes(&results),
        [
            ("breaks", Outcome::Fail, Some(Reason::Expectation)),
            ("later", Outcome::Skipped, Some(Reason::Cancelled)),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_check_that_overruns_is_told_to_stop_and_may_clean_up() {
    let cleaned = Arc::new(Mutex::new(false));
    let seen = Arc::clone(&cleaned);
    let task = Task::new(check("hangs"), |scope| async move {
        scope.stopped().await;
        *seen.lock().unwrap() = true;
        Finding::pass("too late to count")
    });
    let plan = vec![task.within(Duration::from_millis(50))];
    let (results, _) = observed(plan, options(1), &CancellationToken::new()).await;
    assert_eq!(outcomes(&results), [("hangs", Outcome::Inconclusive, Some(Reason::TimedOut))]);
    assert!(*cleaned.lock().unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_check_that_never_ends_is_given_up_and_never_passes() {
    let task = Task::new(check("stuck"), |_| std::future::pending());
    let plan = vec![task.within(Duration::from_millis(50))];
    let (results, _) = observed(plan, options(1), &CancellationToken::new()).await;
    assert_eq!(outcomes(&results), [("stuck", Outcome::Inconclusive, Some(Reason::TimedOut))]);
}

#[tokio::test]
async fn a_check_that_panics_is_inconclusive_and_the_others_go_on() {
    let task = Task::new(check("broken"), |_| async { panic!("a bug") });
    let (results, _) =
        observed(vec![task, passing("fine", 0)], options(1), &CancellationToken::new()).await;
    assert_eq!(
        outcomes(&results),
        [("broken", Outcome::Inconclusive, Some(Reason::Panicked)), ("fine", Outcome::Pass, None),]
    );
}

#[tokio::test(start_paused = true)]
async fn an_interruption_ends_the_run_and_reports_every_check() {
    let stop = CancellationToken::new();
    let interrupt = stop.clone();
    let first = Task::new(check("under way"), move |scope| async move {
        interrupt.cancel();
        scope.stopped().await;
        Finding::pass("too late to count")
    });
    let (results, _) = observed(vec![first, passing("waiting", 0)], options(1), &stop).await;
    assert_eq!(
        outcomes(&results),
        [
            ("under way", Outcome::Inconclusive, Some(Reason::Cancelled)),
            ("waiting", Outcome::Inconclusive, Some(Reason::Cancelled)),
        ]
    );
}

/// Of a load that several checks judge, all but the first were said to have been interrupted before they began.
#[tokio::test(start_paused = true)]
async fn what_another_check_began_is_answered_after_an_interruption_with_what_there_is() {
    let stop = CancellationToken::new();
    let interrupt = stop.clone();
    let first = Task::new(check("first"), move |scope| async move {
        interrupt.cancel();
        scope.stopped().await;
        Finding::inconclusive(Reason::Cancelled, "7 of 9 were sent").comparing("9", "7")
    });
    let answer = |finding: Finding| Task::answered(check("shares"), finding).locking("load");
    let cut = Finding::inconclusive(Reason::Cancelled, "no error in 7");
    let plan = vec![
        first.locking("load"),
        answer(cut).sharing(|| true),
        answer(Finding::pass("known before")).sharing(|| true),
        answer(Finding::pass("never asked")).sharing(|| false),
    ];
    let (results, _) = observed(plan, options(1), &stop).await;
    let told: Vec<_> = results.iter().map(|r| (r.outcome, r.message.as_str())).collect();
    assert_eq!(
        told,
        [
            (Outcome::Inconclusive, "interrupted: 7 of 9 were sent"),
            (Outcome::Inconclusive, "interrupted: no error in 7"),
            (Outcome::Pass, "known before"),
            (Outcome::Inconclusive, "interrupted before it began"),
        ]
    );
    assert_eq!(results[0].evidence.actual.as_deref(), Some("7"), "what was measured is kept");
}

#[tokio::test]
async fn a_secret_learned_on_the_way_is_in_no_result() {
    let task = Task::new(check("signs in"), |scope| async move {
        scope.learn_secret("hunter2");
        Finding::fail(Reason::Expectation, "sent hunter2").comparing("no hunter2", "hunter2")
    });
    let (results, _) = observed(vec![task], options(1), &CancellationToken::new()).await;
    assert!(!serde_json::to_string(&results).unwrap().contains("hunter2"));
}

#[tokio::test(start_paused = true)]
async fn a_seed_changes_the_order_of_the_starts_and_not_of_the_results() {
    let names = ["a", "b", "c", "d"];
    let plan = || Vec::from(names.map(|name| passing(name, 1)));
    let options = Options { seed: Some(1), ..options(1) };
    let (results, events) = observed(plan(), options.clone(), &CancellationToken::new()).await;
    let started: Vec<&str> = events.iter().filter_map(|e| e.strip_prefix("started ")).collect();
    assert_eq!(started, ["a", "d", "c", "b"]);
    assert_eq!(results.iter().map(|r| r.check.name.as_str()).collect::<Vec<_>>(), names);
    let (_, again) = observed(plan(), options, &CancellationToken::new()).await;
    assert_eq!(again, events);
}

fn ending(name: &str, ended: &str) -> Task {
    passing(name, 0).ending(ended)
}

#[tokio::test(start_paused = true)]
async fn what_ends_something_waits_for_all_that_use_it_wherever_it_stands_in_the_plan() {
    let plan = vec![
        ending("end of outer", "outer"),
        ending("end of inner", "inner").using("outer"),
        passing("first", 20).using("inner"),
        passing("second", 5).using("inner"),
        passing("other", 40),
    ];
    let (results, events) = observed(plan, options(2), &CancellationToken::new()).await;
    assert!(results.iter().all(|result| result.outcome == Outcome::Pass));
    let started: Vec<&str> = events.iter().filter_map(|e| e.strip_prefix("started ")).collect();
    assert_eq!(started, ["first", "second", "other", "end of inner", "end of outer"]);
}

#[tokio::test(start_paused = true)]
async fn an_interruption_does_not_keep_what_was_used_from_being_ended() {
    let stop = CancellationToken::new();
    let interrupt = stop.clone();
    let user = Task::new(check("user"), move |scope| async move {
        interrupt.cancel();
        scope.stopped().await;
        Finding::pass("too late to count")
    });
    let plan = vec![ending("end", "db"), user.using("db"), passing("never begun", 0).using("db")];
    let (results, events) = observed(plan, options(1), &stop).await;
    assert_eq!(
        outcomes(&results),
        [
            ("end", Outcome::Pass, None),
            ("user", Outcome::Inconclusive, Some(Reason::Cancelled)),
            ("never begun", Outcome::Inconclusive, Some(Reason::Cancelled)),
        ]
    );
    assert_eq!(events.last().map(String::as_str), Some("pass end"));
}

#[tokio::test]
async fn a_user_that_panics_and_a_first_failure_still_have_their_end() {
    let broken = Task::new(check("broken"), |_| async { panic!("a bug") }).using("db");
    let plan = vec![broken, failing("fails").using("db"), ending("end", "db")];
    let options = Options { most_failures: Some(NonZeroUsize::MIN), ..options(1) };
    let (results, _) = observed(plan, options, &CancellationToken::new()).await;
    assert_eq!(outcomes(&results)[2], ("end", Outcome::Pass, None));
}

#[tokio::test(start_paused = true)]
async fn no_more_of_a_group_run_at_once_than_it_allows_and_of_several_locks_each_is_held() {
    let two = NonZeroUsize::new(2).unwrap();
    let grouped = |name: &str| {
        passing(name, 10).claiming(Claim { name: "group:mails".to_owned(), at_most: two })
    };
    let plan = vec![
        grouped("a"),
        grouped("b"),
        grouped("c"),
        passing("both", 3).locking("db").locking("cache"),
        passing("cache", 3).locking("cache"),
    ];
    let (_, events) = observed(plan, options(9), &CancellationToken::new()).await;
    assert_eq!(
        events,
        [
            "planned 5",
            "started a",
            "started b",
            "started both",
            "pass both",
            "started cache",
            "pass cache",
            "pass a",
            "started c",
            "pass b",
            "pass c",
        ]
        .map(str::to_owned)
    );
}

#[tokio::test]
async fn a_run_ends_after_as_many_failures_as_may_be() {
    let plan = vec![failing("a"), passing("b", 0), failing("c"), passing("d", 0)];
    let options = Options { most_failures: NonZeroUsize::new(2), ..options(1) };
    let (results, _) = observed(plan, options, &CancellationToken::new()).await;
    let came: Vec<Outcome> = results.iter().map(|result| result.outcome).collect();
    assert_eq!(came, [Outcome::Fail, Outcome::Pass, Outcome::Fail, Outcome::Skipped]);
}
