//! What the kernel of this host accounts to a container.
//!
//! An engine gives its readings once a second; on its own host the same files that it reads can be read at
//! once.

use std::path::{Path, PathBuf};

use super::Container;

/// Gives the memory that a container uses, page cache that can be given back not counted; none where its
/// engine is on another host, or this host does not show it.
pub(super) fn memory_in_use(container: &Container) -> Option<u64> {
    let process = container.state()?.pid.filter(|pid| *pid > 0)?;
    let groups = std::fs::read_to_string(format!("/proc/{process}/cgroup")).ok()?;
    let (folder, names) = memory_group(&groups, &container.id)?;
    read(&folder, names)
}

/// Names the files of one version of control groups.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Names {
    usage: &'static str,
    cache: &'static str,
}

const V1: Names = Names { usage: "memory.usage_in_bytes", cache: "total_inactive_file" };
const V2: Names = Names { usage: "memory.current", cache: "inactive_file" };

/// Finds the group that accounts for memory in `/proc/PID/cgroup`: a line is `number:controllers:path`,
/// and the second version has no controllers in it.
///
/// A group that does not carry the container's identity is another process's, of a host that only has the
/// same number.
fn memory_group(groups: &str, id: &str) -> Option<(PathBuf, Names)> {
    let lines = groups.lines().filter_map(|line| {
        let (_, rest) = line.split_once(':')?;
        rest.split_once(':')
    });
    let root = Path::new("/sys/fs/cgroup");
    let (mut first, mut second) = (None, None);
    for (controllers, path) in lines.filter(|(_, path)| !id.is_empty() && path.contains(id)) {
        let path = path.trim_start_matches('/');
        if controllers.split(',').any(|controller| controller == "memory") {
            first = Some((root.join("memory").join(path), V1));
        } else if controllers.is_empty() {
            second = Some((root.join(path), V2));
        }
    }
    first.or(second)
}

fn read(folder: &Path, names: Names) -> Option<u64> {
    let usage = std::fs::read_to_string(folder.join(names.usage)).ok()?;
    let detail = std::fs::read_to_string(folder.join("memory.stat")).ok()?;
    let cache = detail.lines().find_map(|line| line.strip_prefix(names.cache)?.strip_prefix(' '));
    let cache: u64 = cache?.trim().parse().ok()?;
    Some(usage.trim().parse::<u64>().ok()?.saturating_sub(cache))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_of_memory_is_found_under_both_versions_and_only_where_it_is_the_containers() {
        let first = "5:devices:/docker/4f\n4:cpu,memory:/docker/4f\n0::/docker/4f\n";
        let found = memory_group(first, "4f").unwrap();
        assert_eq!(found, (PathBuf::from("/sys/fs/cgroup/memory/docker/4f"), V1));
        let second = "0::/system.slice/docker-4f.scope\n";
        let found = memory_group(second, "4f").unwrap();
        assert_eq!(found, (PathBuf::from("/sys/fs/cgroup/system.slice/docker-4f.scope"), V2));
        assert_eq!(memory_group("0::/user.slice\n", "4f"), None);
        assert_eq!(memory_group(second, ""), None);
    }

    #[test]
    fn cache_that_can_be_given_back_is_not_in_use() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("memory.current"), "4096\n").unwrap();
        std::fs::write(folder.path().join("memory.stat"), "anon 1\ninactive_file 1024\n").unwrap();
        assert_eq!(read(folder.path(), V2), Some(3072));
        assert_eq!(read(folder.path(), V1), None);
    }
}
