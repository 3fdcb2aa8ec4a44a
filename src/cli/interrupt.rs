//! Ctrl-C, and being asked to terminate: what the first, the second and the third mean.

use tokio_util::sync::CancellationToken;

use super::output::eprint;
use crate::protocol::{kill_programs, remove_profiles};
use crate::suite::ThrownAway;

/// What a shell says of a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// Gives a token that the first interrupt cancels, so that what runs can clean up. The second one waits for that no
/// longer: it removes by force what was made, for a few seconds at most, and leaves. The third one leaves at once.
///
/// A thread of its own heeds them, which nothing that holds up the others can hold up.
pub(super) fn stop_on_signal() -> CancellationToken {
    let stop = CancellationToken::new();
    let cancel = stop.clone();
    std::thread::spawn(move || {
        match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime.block_on(heed(&cancel)),
            Err(cause) => eprint(&format!("Ctrl-C would end this without cleaning up: {cause}")),
        }
    });
    stop
}

/// Waits for interrupts, and acts on each.
async fn heed(cancel: &CancellationToken) {
    interrupted().await;
    eprint("interrupted: cleaning up; once more to wait for that no longer");
    cancel.cancel();
    interrupted().await;
    tokio::select! {
        () = leave() => {}
        () = interrupted() => {}
    }
    std::process::exit(INTERRUPTED);
}

/// Ends what runs, and removes what was made to throw away; says what is left.
async fn leave() {
    kill_programs();
    remove_profiles();
    if let Some(made) = ThrownAway::by_this_process() {
        eprint("removing by force what this run made; once more to leave at once");
        eprint(&made.remove().await.to_string());
    }
}

/// Resolves on Ctrl-C or a request to terminate.
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}
