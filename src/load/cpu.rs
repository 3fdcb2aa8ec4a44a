//! The processor time that a generator takes.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// Reads how busy the core of the thread that asks was since it was asked last.
#[derive(Debug)]
pub(super) struct Busy {
    last: (Instant, Duration),
}

impl Busy {
    pub fn of_thread() -> Self {
        Self { last: (Instant::now(), of_thread()) }
    }

    /// Gives the share of the time since the last call, or since the beginning, that was computed, from 0 to 1.
    pub fn share(&mut self) -> f64 {
        let (since, used) = self.last;
        self.last = (Instant::now(), of_thread());
        let wall = (self.last.0 - since).as_secs_f64();
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
