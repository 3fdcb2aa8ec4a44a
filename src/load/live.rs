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
    let mut is_first = true;
    while let Some(mut second) = seconds.recv().await {
        if std::mem::take(&mut is_first) {
            // It is told once it has passed; without one, the load was shorter.
            *began = Instant::now().checked_sub(Duration::from_secs(1)).unwrap_or(*began);
        }
        let requests = std::mem::take(&mut second.requests);
        let resources = latest.readings();
        scope.show(LoadMoment { second, requests, resources, ..of_all.clone() });
    }
    std::future::pending().await
}
