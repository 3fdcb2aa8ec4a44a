//! The processor time that a generator takes.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// Reads how busy a generator was since it was asked last.
#[derive(Debug)]
pub(super) struct Busy {
    clock: ClockId,
    /// How much processor time a second has.
    cores: f64,
    last: (Instant, Duration),
}

impl Busy {
    /// Watches the whole process, which may use every core.
    #[expect(clippy::cast_precision_loss, reason = "a number of cores is small")]
    pub fn of_process() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self::new(ClockId::ProcessCPUTime, cores as f64)
    }

    /// Watches the thread that asks, which has one core.
    pub fn of_thread() -> Self {
        Self::new(ClockId::ThreadCPUTime, 1.0)
    }

    fn new(clock: ClockId, cores: f64) -> Self {
        Self { clock, cores, last: (Instant::now(), read(clock)) }
    }

    /// Gives the share of the time since the last call, or since the beginning, that was computed, from 0 to 1.
    pub fn share(&mut self) -> f64 {
        let (since, used) = self.last;
        self.last = (Instant::now(), read(self.clock));
        let wall = (self.last.0 - since).as_secs_f64() * self.cores;
        if wall > 0.0 {
            (self.last.1.saturating_sub(used).as_secs_f64() / wall).min(1.0)
        } else {
            0.0
        }
    }
}

/// Gives the processor time of the whole process.
pub(super) fn of_process() -> Duration {
    read(ClockId::ProcessCPUTime)
}

/// Gives the processor time of the thread that asks.
pub(super) fn of_thread() -> Duration {
    read(ClockId::ThreadCPUTime)
}

fn read(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::from_secs(seconds)
        + Duration::from_nanos(u64::try_from(time.tv_nsec).unwrap_or_default())
}
