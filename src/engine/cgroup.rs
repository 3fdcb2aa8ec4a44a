//! What the kernel of this host accounts to a container.
//!
//! An engine gives its readings once a second; on its own host the same files that it reads can be read at
//! once.

use std::path::{Path, PathBuf};

use super::{Container, Counters};

/// Where the kernel shows its control groups.
const ROOT: &str = "/sys/fs/cgroup";

/// Is the place where the kernel of this host accounts for one container.
#[derive(Debug, PartialEq)]
pub(super) struct Group {
    files: Files,
    /// Its first process, whose network is the container's.
    process: i64,
}

/// Names the folders of one version of control groups.
#[derive(Debug, PartialEq)]
enum Files {
    /// One for each controller; none where the host does not mount it.
    First { cpu: Option<PathBuf>, memory: Option<PathBuf>, disks: Option<PathBuf> },
    /// One for all of them.
    Second(PathBuf),
}

impl Group {
    /// Finds the group of a running container; none where its engine is on another host, or this host does not show
    /// it.
    pub fn of(container: &Container) -> Option<Self> {
        let process = container.state()?.pid.filter(|pid| *pid > 0)?;
        let groups = std::fs::read_to_string(format!("/proc/{process}/cgroup")).ok()?;
        Some(Self { files: files(&groups, &container.id)?, process })
    }

    /// Gives the memory in use, page cache that can be given back not counted.
    pub fn memory(&self) -> Option<u64> {
        let (folder, usage, cache) = match &self.files {
            Files::First { memory, .. } => {
                (memory.as_ref()?, "memory.usage_in_bytes", "total_inactive_file")
            }
            Files::Second(folder) => (folder, "memory.current", "inactive_file"),
        };
        let cache = entry(&text(folder, "memory.stat")?, cache)?;
        Some(number(folder, usage)?.saturating_sub(cache))
    }

    /// Reads everything that there is.
    pub fn counters(&self) -> Counters {
        let (read, written) = self.disks().unzip();
        let (received, sent) = self.network().unzip();
        Counters {
            cpu: self.cpu(),
            memory: self.memory(),
            disk_read: read,
            disk_written: written,
            received,
            sent,
            oom_kills: self.oom_kills(),
        }
    }

    fn cpu(&self) -> Option<u64> {
        match &self.files {
            Files::First { cpu, .. } => number(cpu.as_ref()?, "cpuacct.usage"),
            Files::Second(folder) => Some(entry(&text(folder, "cpu.stat")?, "usage_usec")? * 1000),
        }
    }

    fn oom_kills(&self) -> Option<u64> {
        let (folder, file) = match &self.files {
            Files::First { memory, .. } => (memory.as_ref()?, "memory.oom_control"),
            Files::Second(folder) => (folder, "memory.events"),
        };
        entry(&text(folder, file)?, "oom_kill")
    }

    fn disks(&self) -> Option<(u64, u64)> {
        match &self.files {
            Files::First { disks, .. } => {
                let text = text(disks.as_ref()?, "blkio.throttle.io_service_bytes")?;
                let sum = |operation: &str| {
                    let words =
                        text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
                    let bytes = words.filter_map(|words| match words[..] {
                        [_, found, bytes] if found == operation => bytes.parse::<u64>().ok(),
                        _ => None,
                    });
                    bytes.sum()
                };
                Some((sum("Read"), sum("Write")))
            }
            Files::Second(folder) => {
                let text = text(folder, "io.stat")?;
                let sum = |key: &str| {
                    let words = text.split_whitespace();
                    words.filter_map(|word| word.strip_prefix(key)?.parse::<u64>().ok()).sum()
                };
                Some((sum("rbytes="), sum("wbytes=")))
            }
        }
    }

    fn network(&self) -> Option<(u64, u64)> {
        let table = std::fs::read_to_string(format!("/proc/{}/net/dev", self.process)).ok()?;
        Some(traffic(&table))
    }
}

/// Adds up what came and went through every device but the loopback; the first eight columns are of what came.
fn traffic(table: &str) -> (u64, u64) {
    let devices = table.lines().filter_map(|line| line.split_once(':'));
    let counts = devices.filter(|(name, _)| name.trim() != "lo").filter_map(|(_, counts)| {
        let column = |index| counts.split_whitespace().nth(index)?.parse::<u64>().ok();
        Some((column(0)?, column(8)?))
    });
    counts.fold((0, 0), |(received, sent), (r, s)| (received + r, sent + s))
}

/// Gives the memory that a container uses; none where the kernel of this host does not account for it.
pub(super) fn memory_in_use(container: &Container) -> Option<u64> {
    Group::of(container)?.memory()
}

/// Finds the groups in `/proc/PID/cgroup`: a line is `number:controllers:path`, and the second version has no
/// controllers in it.
///
/// A group that does not carry the container's identity is another process's, of a host that only has the
/// same number.
fn files(groups: &str, id: &str) -> Option<Files> {
    let lines = groups.lines().filter_map(|line| {
        let (_, rest) = line.split_once(':')?;
        rest.split_once(':')
    });
    let own: Vec<(&str, &str)> =
        lines.filter(|(_, path)| !id.is_empty() && path.contains(id)).collect();
    let folder = |wanted: &str| {
        let is_wanted = |controllers: &str| controllers.split(',').any(|one| one == wanted);
        let (_, path) = own.iter().find(|(controllers, _)| is_wanted(controllers))?;
        Some(Path::new(ROOT).join(wanted).join(path.trim_start_matches('/')))
    };
    if let Some(memory) = folder("memory") {
        let (cpu, disks) = (folder("cpuacct"), folder("blkio"));
        return Some(Files::First { cpu, memory: Some(memory), disks });
    }
    let (_, path) = own.iter().find(|(controllers, _)| controllers.is_empty())?;
    Some(Files::Second(Path::new(ROOT).join(path.trim_start_matches('/'))))
}

fn text(folder: &Path, file: &str) -> Option<String> {
    std::fs::read_to_string(folder.join(file)).ok()
}

fn number(folder: &Path, file: &str) -> Option<u64> {
    text(folder, file)?.trim().parse().ok()
}

/// Gives the number after a word at the beginning of a line.
fn entry(text: &str, word: &str) -> Option<u64> {
    let found = text.lines().find_map(|line| line.strip_prefix(word)?.strip_prefix(' '));
    found?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_groups_are_found_under_both_versions_and_only_where_they_are_the_containers() {
        let first =
            "5:devices:/docker/4f\n4:memory:/docker/4f\n3:cpu,cpuacct:/docker/4f\n0::/docker/4f\n";
        let found = |controller: &str| Some(Path::new(ROOT).join(controller).join("docker/4f"));
        let (cpu, memory) = (found("cpuacct"), found("memory"));
        assert_eq!(files(first, "4f"), Some(Files::First { cpu, memory, disks: None }));
        let second = "0::/system.slice/docker-4f.scope\n";
        let folder = Path::new(ROOT).join("system.slice/docker-4f.scope");
        assert_eq!(files(second, "4f"), Some(Files::Second(folder)));
        assert_eq!(files("0::/user.slice\n", "4f"), None);
        assert_eq!(files(second, ""), None);
    }

    fn group(files: Files) -> Group {
        Group { files, process: 0 }
    }

    #[test]
    fn the_second_version_gives_every_counter_and_what_is_not_there_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |file: &str, text: &str| std::fs::write(folder.path().join(file), text).unwrap();
        write("memory.current", "4096\n");
        write("memory.stat", "anon 1\ninactive_file 1024\n");
        write("cpu.stat", "usage_usec 1500\nuser_usec 1\n");
        write("io.stat", "8:0 rbytes=10 wbytes=20 rios=1\n8:16 rbytes=1 wbytes=2 rios=1\n");
        let group = group(Files::Second(folder.path().to_owned()));
        let wanted = Counters {
            cpu: Some(1_500_000),
            memory: Some(3072),
            disk_read: Some(11),
            disk_written: Some(22),
            ..Counters::default()
        };
        assert_eq!(group.counters(), wanted);
        write("memory.events", "oom 1\noom_kill 2\n");
        assert_eq!(group.counters().oom_kills, Some(2));
    }

    #[test]
    fn the_first_version_has_a_folder_for_each_controller() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |file: &str, text: &str| std::fs::write(folder.path().join(file), text).unwrap();
        write("cpuacct.usage", "700\n");
        write("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n");
        write(
            "blkio.throttle.io_service_bytes",
            "8:0 Read 5\n8:0 Write 6\n8:0 Total 11\nTotal 11\n",
        );
        let here = || Some(folder.path().to_owned());
        let counters =
            group(Files::First { cpu: here(), memory: here(), disks: here() }).counters();
        assert_eq!((counters.cpu, counters.memory, counters.oom_kills), (Some(700), None, Some(1)));
        assert_eq!((counters.disk_read, counters.disk_written), (Some(5), Some(6)));
    }

    #[test]
    fn what_a_container_says_to_itself_is_not_its_traffic() {
        let table = "Inter-| Receive | Transmit\n face |bytes packets\n    lo: 9 1 0 0 0 0 0 0 9 1 0 0 0 0 0 0\n  eth0: 100 1 0 0 0 0 0 0 200 1 0 0 0 0 0 0\n";
        assert_eq!(traffic(table), (100, 200));
    }
}
