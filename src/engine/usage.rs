//! How much of its limits a container uses.

use bollard::models::{ContainerMemoryStats, ContainerStatsResponse};
use bollard::query_parameters::StatsOptionsBuilder;
use futures_util::StreamExt;

use super::cgroup;
use super::docker::bounded;
use super::{Container, Engine, EngineError};
use crate::model::{Bytes, Percent};

/// Tells how much of its limits a container uses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usage {
    /// CPU time over the last second, as a share of what the container may use.
    pub cpu: Percent,
    /// Memory in use, page cache that can be given back not counted.
    pub memory: Bytes,
    /// The memory limit; none where the container has no limit of its own.
    pub memory_limit: Option<Bytes>,
    /// Its processes and threads; none where the engine does not count them.
    pub pids: Option<u64>,
}

impl Usage {
    /// Gives the memory in use as a share of the limit; none without a limit.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 52 bits")]
    pub fn memory_share(&self) -> Option<Percent> {
        let limit = self.memory_limit?.0;
        Some(Percent(self.memory.0 as f64 * 100.0 / limit as f64))
    }
}

impl Engine {
    /// Measures a running container for about a second.
    ///
    /// # Errors
    ///
    /// When the engine refuses, or the container stopped meanwhile and has nothing to show.
    pub async fn usage(&self, container: &Container) -> Result<Usage, EngineError> {
        // Without one-shot the engine waits for a second reading, which makes the two that CPU needs.
        let stats = self.stats(container, false).await?;
        read(&stats, container).ok_or_else(|| nothing_to_show(container))
    }

    /// Reads the memory that a running container uses: at once on the engine's own host, elsewhere
    /// within the second that an engine takes between its readings.
    ///
    /// # Errors
    ///
    /// As [`Engine::usage`].
    pub async fn memory(&self, container: &Container) -> Result<Bytes, EngineError> {
        if let Some(bytes) = cgroup::memory_in_use(container) {
            return Ok(Bytes(bytes));
        }
        let stats = self.stats(container, self.answers_at_once()).await?;
        let memory = stats.memory_stats.as_ref().and_then(memory_in_use);
        memory.map(Bytes).ok_or_else(|| nothing_to_show(container))
    }

    /// Whether it gives a reading without waiting for a second one.
    pub(super) fn answers_at_once(&self) -> bool {
        let version = self.docker().client_version();
        (version.major_version, version.minor_version) >= ONE_SHOT_SINCE
    }

    pub(super) async fn stats(
        &self,
        container: &Container,
        one_shot: bool,
    ) -> Result<ContainerStatsResponse, EngineError> {
        let options = StatsOptionsBuilder::new().stream(false).one_shot(one_shot).build();
        let mut stats = Box::pin(self.docker().stats(&container.id, Some(options)));
        let next = async { stats.next().await.transpose() };
        let stats = bounded("measure a container", next).await?;
        stats.ok_or_else(|| nothing_to_show(container))
    }
}

/// The first API that answers without waiting for the second reading that CPU needs.
const ONE_SHOT_SINCE: (usize, usize) = (1, 41);

fn nothing_to_show(container: &Container) -> EngineError {
    EngineError::Refused {
        what: format!("measure {}", container.service),
        cause: "the container has nothing to show; is it running?".to_owned(),
    }
}

fn read(stats: &ContainerStatsResponse, container: &Container) -> Option<Usage> {
    let now = stats.cpu_stats.as_ref()?;
    let before = stats.precpu_stats.as_ref()?;
    let total = |cpu: &bollard::models::ContainerCpuStats| cpu.cpu_usage.as_ref()?.total_usage;
    let used = total(now)?.saturating_sub(total(before)?);
    let elapsed = now.system_cpu_usage?.saturating_sub(before.system_cpu_usage?);
    let cores = now.online_cpus.filter(|cores| *cores > 0)?;
    Some(Usage {
        cpu: cpu_share(used, elapsed, cores, container.cpu_limit())?,
        memory: Bytes(memory_in_use(stats.memory_stats.as_ref()?)?),
        memory_limit: container.memory_limit(),
        pids: stats.pids_stats.as_ref().and_then(|pids| pids.current),
    })
}

/// Gives the share of `limit` cores that `used` nanoseconds are, while the host's `cores` together
/// spent `elapsed` nanoseconds, idle ones included.
#[expect(clippy::cast_precision_loss, reason = "a share needs no more than 52 bits")]
fn cpu_share(used: u64, elapsed: u64, cores: u32, limit: Option<f64>) -> Option<Percent> {
    let in_cores = used as f64 * f64::from(cores) / elapsed as f64;
    let allowed = limit.unwrap_or_else(|| f64::from(cores)).min(f64::from(cores));
    (elapsed > 0).then(|| Percent(in_cores * 100.0 / allowed))
}

/// Takes the page cache off, as `docker stats` does: `inactive_file` under cgroup v2,
/// `total_inactive_file` under v1.
pub(super) fn memory_in_use(memory: &ContainerMemoryStats) -> Option<u64> {
    let usage = memory.usage?;
    let detail = memory.stats.as_ref();
    let cache =
        detail.and_then(|d| d.get("total_inactive_file").or_else(|| d.get("inactive_file")));
    Some(usage.saturating_sub(cache.copied().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_core_of_half_a_core_is_everything_that_a_container_may_use() {
        // Two cores for one second are two billion nanoseconds of host time.
        let share = cpu_share(500_000_000, 2_000_000_000, 2, Some(0.5));
        assert_eq!(share, Some(Percent(100.0)));
        assert_eq!(cpu_share(500_000_000, 2_000_000_000, 2, None), Some(Percent(25.0)));
        assert_eq!(cpu_share(1, 0, 2, None), None);
    }

    #[test]
    fn page_cache_that_can_be_given_back_is_not_in_use() {
        let memory = ContainerMemoryStats {
            usage: Some(100),
            stats: Some([("inactive_file".to_owned(), 40)].into()),
            ..Default::default()
        };
        assert_eq!(memory_in_use(&memory), Some(60));
    }
}
