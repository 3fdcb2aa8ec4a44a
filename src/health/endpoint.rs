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
    let mut failed: Vec<(String, Millis)> = Vec::new();
    let mut all_the_services_own = true;
    loop {
        let Reading { answer, elapsed } = prober.probe().await;
        let elapsed = Millis::from(elapsed);
        match answer {
            Answer::Well(what) if failed.is_empty() => {
                return Finding::pass(format!("{what} in {elapsed}"));
            }
            Answer::Well(what) => {
                let each = listed(&failed);
                return Finding::pass(format!("{what} in {elapsed}; before that failed: {each}"));
            }
            Answer::Unwell(how) => failed.push((how, elapsed)),
            Answer::Unknown(why) => {
                all_the_services_own = false;
                failed.push((why, elapsed));
            }
        }
        if failed.len() >= rule.failures as usize {
            break;
        }
        tokio::time::sleep(rule.interval).await;
    }
    let (count, each) = (failed.len(), listed(&failed));
    if all_the_services_own {
        Finding::fail(Reason::Unhealthy, format!("{count} probes in a row failed: {each}"))
    } else {
        let message = format!("{count} probes in a row did not reach a running service: {each}");
        Finding::inconclusive(Reason::Unreachable, message)
    }
}

/// Tells what went wrong, each cause once for the probes in a row that shared it, with their times.
fn listed(failed: &[(String, Millis)]) -> String {
    let same = failed.chunk_by(|one, next| one.0 == next.0);
    let told = same.map(|row| {
        let times: Vec<String> = row.iter().map(|(_, elapsed)| elapsed.to_string()).collect();
        format!("{} ({})", row[0].0, times.join(", "))
    });
    told.collect::<Vec<_>>().join("; ")
}
