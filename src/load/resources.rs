//! What the containers of a target use while it is under load.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;

use crate::engine::{Container, Target, Usage};
use crate::model::Percent;

/// Between two readings; each takes about a second by itself.
const PAUSE: Duration = Duration::from_millis(200);

/// Tells what a service used of its limits under load.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Used {
    /// Mean CPU over the readings.
    pub cpu: Option<Percent>,
    /// The most memory in any reading; none where there is no limit.
    pub memory: Option<Percent>,
}

/// Collects readings by service until it is dropped or asked for them.
#[derive(Debug, Default)]
pub(super) struct Readings {
    by_service: BTreeMap<String, Vec<Usage>>,
}

impl Readings {
    /// Reads every running container again and again, where there is an engine; never resolves.
    pub async fn collect(&mut self, target: Option<&Target>) -> std::convert::Infallible {
        let Some(target) = target else { return std::future::pending().await };
        let running: Vec<&Container> =
            target.containers.values().flatten().filter(|c| c.is_running()).collect();
        loop {
            let readings = join_all(running.iter().map(|container| async {
                (container.service.clone(), target.engine.usage(container).await)
            }));
            for (service, usage) in readings.await {
                if let Ok(usage) = usage {
                    self.by_service.entry(service).or_default().push(usage);
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Gives what each service used; nothing of one that was never read.
    #[expect(clippy::cast_precision_loss, reason = "a few hundred readings at most")]
    pub fn used(&self) -> BTreeMap<String, Used> {
        let of = |usages: &Vec<Usage>| {
            let cpu = usages.iter().map(|usage| usage.cpu.0).sum::<f64>() / usages.len() as f64;
            let shares = usages.iter().filter_map(Usage::memory_share).map(|share| share.0);
            Used { cpu: Some(Percent(cpu)), memory: shares.reduce(f64::max).map(Percent) }
        };
        self.by_service.iter().map(|(service, usages)| (service.clone(), of(usages))).collect()
    }
}
