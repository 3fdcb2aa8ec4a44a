//! One finding for all containers of a service.

use crate::model::{Finding, Outcome, Reason};

/// Gives the worst of `findings` with the messages of all that are as bad; without any,
/// the service has no container to ask about.
pub(super) fn summarise(findings: Vec<Finding>) -> Finding {
    let worst = findings.iter().map(|finding| badness(finding.outcome)).max();
    let mut worst = findings.into_iter().filter(|f| Some(badness(f.outcome)) == worst);
    let Some(mut summary) = worst.next() else {
        return Finding::inconclusive(Reason::NotObserved, "no container of it is there");
    };
    for other in worst {
        summary.message = format!("{}; {}", summary.message, other.message);
    }
    summary
}

fn badness(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Skipped => 0,
        Outcome::Pass => 1,
        Outcome::Waived => 2,
        Outcome::Inconclusive => 3,
        Outcome::Fail => 4,
    }
}
