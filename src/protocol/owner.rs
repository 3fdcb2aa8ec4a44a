//! Whose something is that is thrown away at the end, so that what a killed process left can be told from
//! what another one uses.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// Names one process of one host since its last start, as a mark on what the process makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    process: u32,
    /// When the process began, in the kernel's ticks: numbers of processes are used again.
    started: u64,
    /// The kernel's number of the namespace in which the number of the process means something.
    namespace: u64,
    /// What the kernel calls this start of the host.
    boot: String,
    host: String,
}

impl Owner {
    /// Names this process; none on a host whose kernel does not tell.
    #[must_use]
    pub fn this() -> Option<Self> {
        Self::of(std::process::id())
    }

    fn of(process: u32) -> Option<Self> {
        Some(Self {
            process,
            started: started(process)?,
            namespace: namespace()?,
            boot: line_of("/proc/sys/kernel/random/boot_id")?,
            host: line_of("/proc/sys/kernel/hostname")?,
        })
    }

    /// Whether a mark is that of a process that has ended for sure, as [`Owner::is_gone`] tells.
    #[must_use]
    pub fn has_left(mark: &str) -> bool {
        mark.parse::<Self>().is_ok_and(|owner| owner.is_gone())
    }

    /// Whether the process has ended for sure: of another host, or of a container beside this one, nothing
    /// is known.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        let Some(here) = Self::this() else { return false };
        if self.host != here.host {
            return false;
        }
        self.boot != here.boot
            || (self.namespace == here.namespace && started(self.process) != Some(self.started))
    }
}

/// Gives when a process began; none where it has ended, also while its parent has not taken note of that.
fn started(process: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name of the program stands in parentheses and may hold any character.
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    let state = fields.next()?;
    // The state is the third field, the start the twenty-second: proc_pid_stat(5).
    fields.nth(18)?.parse().ok().filter(|_| !matches!(state, "Z" | "X"))
}

fn namespace() -> Option<u64> {
    let link = std::fs::read_link("/proc/self/ns/pid").ok()?;
    link.to_str()?.strip_prefix("pid:[")?.strip_suffix(']')?.parse().ok()
}

fn line_of(file: impl AsRef<Path>) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    Some(text.trim().to_owned()).filter(|line| !line.is_empty())
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { process, started, namespace, boot, host } = self;
        write!(f, "{process} {started} {namespace} {boot} {host}")
    }
}

/// Says that a mark names no process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the mark names no process")]
pub struct NoOwner;

impl FromStr for Owner {
    type Err = NoOwner;

    fn from_str(mark: &str) -> Result<Self, NoOwner> {
        let mut parts = mark.trim().splitn(5, ' ');
        let mut next = || parts.next().ok_or(NoOwner);
        Ok(Self {
            process: next()?.parse().map_err(|_| NoOwner)?,
            started: next()?.parse().map_err(|_| NoOwner)?,
            namespace: next()?.parse().map_err(|_| NoOwner)?,
            boot: next()?.to_owned(),
            host: next()?.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_mark_is_read_back_and_no_other_text_is_one() {
        let here = Owner::this().unwrap();
        assert_eq!(here.to_string().parse(), Ok(here));
        for text in ["", "4711", "a b c d e", "1 2 3 boot"] {
            assert_eq!(text.parse::<Owner>(), Err(NoOwner), "{text}");
        }
    }

    #[test]
    fn a_process_is_gone_once_it_was_killed_and_not_before() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let owner = Owner::of(child.id()).unwrap();
        assert!(!owner.is_gone());
        child.kill().unwrap();
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(5);
        while !owner.is_gone() && std::time::Instant::now() < deadline {
            std::thread::yield_now();
        }
        assert!(owner.is_gone(), "also while nobody has waited for it");
        child.wait().unwrap();
        assert!(owner.is_gone());
    }

    #[test]
    fn of_another_host_or_namespace_nothing_is_known_and_an_earlier_boot_is_over() {
        let here = Owner::this().unwrap();
        let other = |change: fn(&mut Owner)| {
            let mut other = Owner { started: 1, ..here.clone() };
            change(&mut other);
            other.is_gone()
        };
        assert!(other(|_| {}), "the number was given to another process");
        assert!(!other(|owner| owner.host.push('x')));
        assert!(!other(|owner| owner.namespace += 1));
        assert!(other(|owner| owner.boot.push('x')));
    }
}
