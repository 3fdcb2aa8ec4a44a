//! Shows a load while it runs, second by second.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedReceiver;

use super::resources::Latest;
use crate::model::{LoadMoment, LoadSecond};
use crate::runner::Scope;

/// Shows each second as it passes, with what `of_all` says of every one; only being dropped ends it.
///
/// It tells in `began` when the first request was sent.
pub(super) async fn show(
    mut seconds: UnboundedReceiver<LoadSecond>,
    of_all: LoadMoment,
    latest: &Latest,
    began: &mut Instant,
    scope: &Scope,
) -> Infallible {
    let (mut is_first, mut sent, mut incorrect) = (true, 0, 0);
    while let Some(mut second) = seconds.recv().await {
        if std::mem::take(&mut is_first) {
            // It is told once it has passed; without one, the load was shorter.
            *began = Instant::now().checked_sub(Duration::from_secs(1)).unwrap_or(*began);
        }
        sent += second.sent;
        incorrect += second.wrong + second.failed;
        let requests = std::mem::take(&mut second.requests);
        let resources = latest.readings();
        let of_all = of_all.clone();
        scope.show(LoadMoment { second, sent, incorrect, requests, resources, ..of_all });
    }
    std::future::pending().await
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::unbounded_channel;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::model::{Check, Finding, Kind, Redactor};
    use crate::runner::{Event, Options, Task, run};

    #[tokio::test(start_paused = true)]
    async fn each_second_is_shown_with_the_sum_of_those_before() {
        let check = Check::new(Kind::Load, "shop", "shoppers: errors");
        let load = Task::new(check, |scope| async move {
            let (tell, seconds) = unbounded_channel();
            for at in 0..3 {
                let second =
                    LoadSecond { at, sent: 50, wrong: 2, failed: 1, ..LoadSecond::default() };
                tell.send(second).unwrap();
            }
            drop(tell);
            let (latest, mut began) = (Latest::default(), Instant::now());
            let of_all = LoadMoment { case: "shop: shoppers".to_owned(), ..LoadMoment::default() };
            tokio::select! {
                never = show(seconds, of_all, &latest, &mut began, &scope) => match never {},
                () = tokio::time::sleep(Duration::from_secs(1)) => Finding::pass("over"),
            }
        });
        let (stop, mut shown) = (CancellationToken::new(), Vec::new());
        run(vec![load], &Options::default(), Redactor::default(), &stop, |event| {
            if let Event::Measured(_, moment) = event {
                shown.push((moment.second.at, moment.sent, moment.incorrect));
            }
        })
        .await;
        assert_eq!(shown, [(0, 50, 3), (1, 100, 6), (2, 150, 9)]);
    }
}
