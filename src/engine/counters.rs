//! What a container used since it started, as counters: two readings give what it used between them.

use bollard::models::ContainerStatsResponse;

use super::cgroup::Group;
use super::usage::memory_in_use;
use super::{Container, Engine};

/// Holds what a container used since it started; none of what could not be read.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Counters {
    /// Processor time in nanoseconds.
    pub cpu: Option<u64>,
    /// Bytes of memory in use, page cache that can be given back not counted.
    pub memory: Option<u64>,
    /// Bytes read from disks.
    pub disk_read: Option<u64>,
    /// Bytes written to disks.
    pub disk_written: Option<u64>,
    /// Bytes received from networks.
    pub received: Option<u64>,
    /// Bytes sent to networks.
    pub sent: Option<u64>,
    /// How many of its processes the kernel ended for want of memory.
    pub oom_kills: Option<u64>,
}

/// Reads the counters of one container again and again.
#[derive(Debug)]
pub struct Meter<'e> {
    engine: &'e Engine,
    container: &'e Container,
    /// Where the kernel of this host accounts for it; none where its engine is on another host.
    group: Option<Group>,
}

impl Engine {
    /// Looks for the place where the counters of a running container are read.
    #[must_use]
    pub fn meter<'e>(&'e self, container: &'e Container) -> Meter<'e> {
        Meter { engine: self, container, group: Group::of(container) }
    }
}

impl Meter<'_> {
    /// Gives the container that it reads.
    #[must_use]
    pub const fn container(&self) -> &Container {
        self.container
    }

    /// Whether a reading is a few files of this host, and not a question to an engine.
    #[must_use]
    pub const fn is_local(&self) -> bool {
        self.group.is_some()
    }

    /// Reads the counters; nothing of a container that does not run.
    pub async fn read(&self) -> Counters {
        match &self.group {
            Some(group) => group.counters(),
            None => match self.engine.stats(self.container, self.engine.answers_at_once()).await {
                Ok(stats) => told(&stats),
                Err(_) => Counters::default(),
            },
        }
    }
}

fn told(stats: &ContainerStatsResponse) -> Counters {
    let of_disks = |operation: &str| {
        let entries = stats.blkio_stats.as_ref()?.io_service_bytes_recursive.as_ref()?;
        let is_it =
            |op: &Option<String>| op.as_ref().is_some_and(|op| op.eq_ignore_ascii_case(operation));
        Some(entries.iter().filter(|entry| is_it(&entry.op)).filter_map(|entry| entry.value).sum())
    };
    let networks = stats.networks.as_ref();
    Counters {
        cpu: stats.cpu_stats.as_ref().and_then(|cpu| cpu.cpu_usage.as_ref()?.total_usage),
        memory: stats.memory_stats.as_ref().and_then(memory_in_use),
        disk_read: of_disks("read"),
        disk_written: of_disks("write"),
        received: networks.map(|all| all.values().filter_map(|one| one.rx_bytes).sum()),
        sent: networks.map(|all| all.values().filter_map(|one| one.tx_bytes).sum()),
        oom_kills: None,
    }
}
