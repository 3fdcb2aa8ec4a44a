//! Whether an endpoint is well, by the rule of failures in a row.

use std::future::Future;
use std::time::Duration;

use crate::model::{Finding, Millis, Reason};

/// Is what one probe found.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    /// The service answered well; what it said.
    Well(String),
    /// The service itself failed; how.
    Unwell(String),
    /// Nobody found out, which says nothing about the service; why.
    Unknown(String),
}

/// Is one probe with the time it took.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    pub answer: Answer,
    pub elapsed: Duration,
}

/// Asks an endpoint once.
pub(super) trait Prober: Send {
    fn probe(&mut self) -> impl Future<Output = Reading> + Send;
}

/// Says how many failures in a row count, and how far apart the probes are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    pub failures: u32,
    pub interval: Duration,
}

/// Probes until the first good answer, or until there were as many failures in a row as count.
///
/// One probe that did not find out breaks the row: what remains is not the service's failure.
pub(super) async fn ask(prober: &mut impl Prober, rule: Rule) -> Finding {
    let mut failed = Vec::new();
    let mut all_the_services_own = true;
    loop {
        let Reading { answer, elapsed } = prober.probe().await;
        let elapsed = Millis::from(elapsed);
        match answer {
            Answer::Well(what) => {
                let message = format!("{what} in {elapsed}{}", after(&failed));
                return Finding::pass(message);
            }
            Answer::Unwell(how) => failed.push(format!("{how} ({elapsed})")),
            Answer::Unknown(why) => {
                all_the_services_own = false;
                failed.push(format!("{why} ({elapsed})"));
            }
        }
        if failed.len() >= rule.failures as usize {
            break;
        }
        tokio::time::sleep(rule.interval).await;
    }
    let (count, each) = (failed.len(), failed.join(", "));
    if all_the_services_own {
        Finding::fail(Reason::Unhealthy, format!("{count} probes in a row failed: {each}"))
    } else {
        let message = format!("{count} probes in a row did not reach a running service: {each}");
        Finding::inconclusive(Reason::Unreachable, message)
    }
}

fn after(failed: &[String]) -> String {
    match failed {
        [] => String::new(),
        [one] => format!(", after one failed probe: {one}"),
        more => format!(", after {} failed probes: {}", more.len(), more.join(", ")),
    }
}
