//! What the host withheld from a generator.

use std::path::Path;

/// Is what was withheld when it was looked at.
#[derive(Debug)]
pub(super) struct Host {
    /// Ticks of all processors: those given to other guests, and all.
    ticks: Option<[u64; 2]>,
    throttled_micros: Option<u64>,
}

impl Host {
    /// Looks at what was withheld until now.
    pub fn look() -> Self {
        let stat = std::fs::read_to_string("/proc/stat").ok();
        Self {
            ticks: stat.as_deref().and_then(ticks),
            throttled_micros: own_group().as_deref().and_then(throttled),
        }
    }

    /// Gives the share of processor time that other guests took since, from 0 to 1, and for how many milliseconds this
    /// process' control group was kept from computing; none of what cannot be read.
    pub fn since(&self) -> (Option<f64>, Option<f64>) {
        let now = Self::look();
        let stolen = self.ticks.zip(now.ticks).and_then(|(then, now)| share(then, now));
        let throttled = self.throttled_micros.zip(now.throttled_micros);
        #[expect(clippy::cast_precision_loss, reason = "a load lasts less than 2⁵² microseconds")]
        let throttled = throttled.map(|(then, now)| now.saturating_sub(then) as f64 / 1000.0);
        (stolen, throttled)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a load lasts less than 2⁵² ticks")]
fn share(then: [u64; 2], now: [u64; 2]) -> Option<f64> {
    let [stolen, all] = [now[0].saturating_sub(then[0]), now[1].saturating_sub(then[1])];
    (all > 0).then(|| stolen as f64 / all as f64)
}

/// Reads the first line of `/proc/stat`: the eighth number is what other guests took, the two after it are part of others.
fn ticks(stat: &str) -> Option<[u64; 2]> {
    let line = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
    let numbers: Vec<u64> =
        line.split_whitespace().map_while(|number| number.parse().ok()).collect();
    Some([*numbers.get(7)?, numbers.iter().take(8).sum()])
}

/// Gives what the control group of this process says of its processor time: version two of the hierarchy.
fn own_group() -> Option<String> {
    let groups = std::fs::read_to_string("/proc/self/cgroup").ok()?;
    let path = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    std::fs::read_to_string(Path::new("/sys/fs/cgroup").join(path).join("cpu.stat")).ok()
}

fn throttled(stat: &str) -> Option<u64> {
    stat.lines().find_map(|line| line.strip_prefix("throttled_usec "))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_other_guests_took_is_a_share_of_all_ticks() {
        let then = ticks("cpu  100 0 50 800 10 0 5 35 7 0\ncpu0 1 2 3\n").unwrap();
        let now = ticks("cpu  150 0 50 840 10 0 5 45 9 0\n").unwrap();
        assert_eq!(then, [35, 1000]);
        assert_eq!(share(then, now), Some(0.1));
        assert_eq!(share(now, now), None);
        assert_eq!(ticks("cpu 1 2 3"), None);
    }

    #[test]
    fn the_time_without_a_processor_is_read_from_the_group() {
        assert_eq!(throttled("usage_usec 9\nnr_throttled 2\nthrottled_usec 1500\n"), Some(1500));
        assert_eq!(throttled("usage_usec 9\n"), None);
    }
}
