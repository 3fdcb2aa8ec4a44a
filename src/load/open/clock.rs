//! Time since the beginning of a load, and a timer that is not late by a millisecond.

use std::io;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};
use tokio::io::unix::AsyncFd;

/// Tells the time of a load, and waits for one.
///
/// The runtime's own timers count in whole milliseconds, which would be most of what a quick service takes.
#[derive(Debug)]
pub(super) struct Clock {
    began: Instant,
    timer: AsyncFd<OwnedFd>,
}

impl Clock {
    /// Counts from `began` on, which may be yet to come.
    pub fn new(began: Instant) -> io::Result<Self> {
        let timer = timerfd_create(
            TimerfdClockId::Monotonic,
            TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC,
        )?;
        #[expect(
            deprecated,
            reason = "what takes its place is unsafe, for types that change their descriptor"
        )]
        let timer = AsyncFd::new(timer)?;
        Ok(Self { began, timer })
    }

    /// Gives the time since the beginning; nothing before it.
    pub fn now(&self) -> Duration {
        self.began.elapsed()
    }

    /// Waits for the moment that lies `at` after the beginning.
    pub async fn until(&self, at: Duration) -> io::Result<()> {
        loop {
            let left = (self.began + at).saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            let once =
                Itimerspec { it_interval: timespec(Duration::ZERO), it_value: timespec(left) };
            timerfd_settime(&self.timer, TimerfdTimerFlags::empty(), &once)?;
            // Setting it anew takes back what it had to say, so that it need not be read.
            self.timer.readable().await?.clear_ready();
        }
    }
}

fn timespec(time: Duration) -> Timespec {
    let tv_sec = i64::try_from(time.as_secs()).expect("a load lasts no age of the universe");
    Timespec { tv_sec, tv_nsec: i64::from(time.subsec_nanos()) }
}
