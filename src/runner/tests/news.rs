//! What a check shows while it is under way.

use super::*;
use crate::model::{LoadMoment, LoadSecond};

fn moment(case: &str, at: u32) -> LoadMoment {
    let second = LoadSecond { at, ..LoadSecond::default() };
    LoadMoment { case: case.to_owned(), second, ..LoadMoment::default() }
}

#[tokio::test(start_paused = true)]
async fn what_a_load_shows_is_told_in_its_order_and_not_after_its_result() {
    let load = Task::new(check("load"), |scope| async move {
        for at in 0..2 {
            scope.show(moment("shoppers", at));
            sleep(Duration::from_secs(1)).await;
        }
        let late = scope.clone();
        tokio::spawn(async move {
            sleep(Duration::from_secs(1)).await;
            late.show(moment("shoppers", 3));
        });
        Finding::pass("holds")
    });
    let plan = vec![load, passing("other", 9_000)];
    let (_, events) = observed(plan, options(2), &CancellationToken::new()).await;
    let expected = [
        "planned 2",
        "started load",
        "started other",
        "shoppers of load at 0 s",
        "shoppers of load at 1 s",
        "pass load",
        "pass other",
    ];
    assert_eq!(events, expected);
}

#[tokio::test(start_paused = true)]
async fn a_secret_in_what_a_load_shows_is_redacted() {
    let load = Task::new(check("load"), |scope| async move {
        scope.show(moment("users of hunter2-and-more", 0));
        sleep(Duration::from_secs(1)).await;
        Finding::pass("holds")
    });
    let mut cases = Vec::new();
    let redactor = Redactor::new(["hunter2-and-more".to_owned()]);
    run(vec![load], &options(1), redactor, &CancellationToken::new(), |event| {
        if let Event::Measured(_, moment) = event {
            cases.push(moment.case.clone());
        }
    })
    .await;
    assert_eq!(cases, ["users of ***"]);
}
