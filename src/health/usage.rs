//! How much of its limits a service uses, and of its disk the engine.

use futures_util::future::join_all;
use tokio::sync::OnceCell;

use super::container::name;
use crate::engine::{Container, Engine, EngineError, Usage};
use crate::model::{Finding, Percent, Reason};

/// Measures the running containers of a service once, for every check that asks.
pub(super) struct Meter {
    pub engine: Engine,
    pub running: Vec<Container>,
    pub readings: OnceCell<Vec<Result<Usage, EngineError>>>,
}

impl Meter {
    /// Gives what `judge` makes of each container's usage.
    pub async fn judged(&self, judge: impl Fn(&str, &Usage) -> Finding) -> Vec<Finding> {
        let measure = || join_all(self.running.iter().map(|c| self.engine.usage(c)));
        let readings = self.readings.get_or_init(measure).await;
        let each = self.running.iter().zip(readings).map(|(container, reading)| match reading {
            Ok(usage) => judge(&name(container), usage),
            Err(error) => Finding::inconclusive(Reason::NoData, error.to_string()),
        });
        each.collect()
    }
}

/// Holds memory in use against the most that is allowed.
pub(super) fn memory(name: &str, usage: &Usage, most: Percent) -> Finding {
    let (Some(share), Some(limit)) = (usage.memory_share(), usage.memory_limit) else {
        let message =
            format!("{name} uses {} and has no memory limit to hold it against", usage.memory);
        return Finding::skipped(Reason::NotObserved, message);
    };
    let message = format!("{name} uses {} of {limit}, {share}", usage.memory);
    within(share, most, message)
}

/// Holds CPU time against the most that is allowed.
pub(super) fn cpu(name: &str, usage: &Usage, most: Percent) -> Finding {
    within(usage.cpu, most, format!("{name} uses {} of the CPU it may use", usage.cpu))
}

/// Holds the disk of the engine's root directory against the most that is allowed.
pub(super) fn disk(share: Option<Percent>, most: Percent) -> Finding {
    match share {
        Some(share) => within(share, most, format!("the engine's disk is {share} full")),
        None => Finding::inconclusive(
            Reason::NotObserved,
            "the engine's root directory is not on this host, so its disk cannot be seen",
        ),
    }
}

fn within(share: Percent, most: Percent, message: String) -> Finding {
    let finding = if share <= most {
        Finding::pass(message)
    } else {
        Finding::fail(Reason::ThresholdExceeded, message)
    };
    finding.comparing(format!("at most {most}"), share.to_string())
}
