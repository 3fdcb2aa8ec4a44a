//! Shows a load while it runs, second by second.

use std::convert::Infallible;

use tokio::sync::mpsc::UnboundedReceiver;

use crate::model::{LoadMoment, LoadSecond};
use crate::runner::Scope;

/// Shows each second as it passes, with what `of_all` says of every one; only being dropped ends it.
pub(super) async fn show(
    mut seconds: UnboundedReceiver<LoadSecond>,
    of_all: LoadMoment,
    scope: &Scope,
) -> Infallible {
    while let Some(mut second) = seconds.recv().await {
        let requests = std::mem::take(&mut second.requests);
        scope.show(LoadMoment { second, requests, ..of_all.clone() });
    }
    std::future::pending().await
}
