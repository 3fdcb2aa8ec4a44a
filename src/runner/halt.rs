//! How a run ends before all of it is done, and what is said of what was not.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::scope::Scope;
use super::task::Attempt;
use crate::model::{Evidence, Finding, Reason, show_duration};

/// Ends a run early, and remembers why.
#[derive(Debug, Clone)]
pub(super) struct Halt {
    token: CancellationToken,
    /// Not set where somebody interrupts.
    cause: Arc<OnceLock<Cause>>,
}

/// Says what ends a run early, beside an interruption.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cause {
    /// As many checks failed as may.
    EnoughFailures,
    /// The run took longer than this.
    OutOfTime(Duration),
}

impl Halt {
    pub(super) fn by(stop: &CancellationToken) -> Self {
        Self { token: stop.child_token(), cause: Arc::default() }
    }

    pub(super) fn is_called(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Ends the run, unless something has.
    pub(super) fn call(&self, cause: Cause) {
        if !self.is_called() {
            self.cause.get_or_init(|| cause);
            self.token.cancel();
        }
    }

    /// Says of a check under way that it was cut short, with what there is to say of it.
    fn cut_short(&self, left: &str) -> Finding {
        match self.cause.get() {
            None => Finding::inconclusive(Reason::Cancelled, format!("interrupted{left}")),
            Some(Cause::EnoughFailures) => {
                let message = format!("stopped after an earlier failure{left}");
                Finding::inconclusive(Reason::Cancelled, message)
            }
            Some(Cause::OutOfTime(limit)) => {
                let message = format!("the {} of the run are over{left}", show_duration(*limit));
                Finding::inconclusive(Reason::TimedOut, message)
            }
        }
    }

    /// Says of a check that was not started: it is unknown, unless failures are all that was looked for.
    pub(super) fn not_started(&self) -> Finding {
        match self.cause.get() {
            None => Finding::inconclusive(Reason::Cancelled, "interrupted before it began"),
            Some(Cause::EnoughFailures) => {
                Finding::skipped(Reason::Cancelled, "not started after an earlier failure")
            }
            Some(Cause::OutOfTime(limit)) => {
                let limit = show_duration(*limit);
                let message = format!("the {limit} of the run were over before it began");
                Finding::inconclusive(Reason::TimedOut, message)
            }
        }
    }
}

/// Is what came of one attempt.
pub(super) enum Answer {
    /// Its own.
    Given(Finding),
    /// What the runner says of one that was cut short.
    CutShort(Finding),
}

/// Performs work within its limit; past it, or once halted, the work may still clean up for `grace`.
pub(super) async fn bounded(
    work: Attempt,
    scope: Scope,
    halt: Halt,
    limit: Duration,
    grace: Duration,
) -> Answer {
    let answer = work(scope.clone());
    tokio::pin!(answer);
    tokio::select! {
        biased;
        finding = &mut answer => return given(finding, &halt),
        () = halt.token.cancelled() => {}
        () = tokio::time::sleep(limit) => {}
    }
    let is_halted = halt.is_called();
    scope.stop();
    let (left, evidence) = match timeout(grace, answer).await {
        // What says itself how far it came knows more than that it was stopped.
        Ok(Finding { reason: Some(Reason::Cancelled), message, evidence, .. }) => {
            (format!(": {message}"), evidence)
        }
        Ok(_) => (String::new(), Evidence::default()),
        Err(_) => {
            let left = "; its cleanup did not end in time and was given up";
            (left.to_owned(), Evidence::default())
        }
    };
    let finding = if is_halted {
        halt.cut_short(&left)
    } else {
        let limit = show_duration(limit);
        Finding::inconclusive(Reason::TimedOut, format!("not done within {limit}{left}"))
    };
    Answer::CutShort(Finding { evidence, ..finding })
}

/// Gives an answer as what it is: that of work which was cut short with another check's says no more than that.
fn given(finding: Finding, halt: &Halt) -> Answer {
    if finding.reason != Some(Reason::Cancelled) || !halt.is_called() {
        return Answer::Given(finding);
    }
    let said = halt.cut_short(&format!(": {}", finding.message));
    Answer::CutShort(Finding { evidence: finding.evidence, ..said })
}
