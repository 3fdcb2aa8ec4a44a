//! What a container shows of its confinement.
//!
//! Each function gives none where the engine does not say; silence is never taken for safety.

use bollard::models::{ContainerInspectResponse, HostConfig};

use crate::model::Bytes;

/// Is what was seen, as text for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    /// The control holds.
    Holds(String),
    /// It is violated.
    Violated(String),
}

impl Seen {
    pub fn violated_if(violated: bool, seen: impl Into<String>) -> Self {
        if violated { Self::Violated(seen.into()) } else { Self::Holds(seen.into()) }
    }

    /// Lists what violates the control; nothing listed is what should be.
    pub fn none_of(violations: &[String]) -> Self {
        match violations {
            [] => Self::Holds("none".to_owned()),
            some => Self::Violated(some.join(", ")),
        }
    }
}

fn host(container: &ContainerInspectResponse) -> Option<&HostConfig> {
    container.host_config.as_ref()
}

pub(super) fn privileged(container: &ContainerInspectResponse) -> Option<Seen> {
    let privileged = host(container)?.privileged?;
    Some(Seen::violated_if(privileged, privileged.to_string()))
}

const TAKEOVER: [&str; 3] = ["ALL", "SYS_ADMIN", "SYS_MODULE"];
const DANGEROUS: [&str; 9] = [
    "AUDIT_CONTROL",
    "BPF",
    "DAC_READ_SEARCH",
    "MKNOD",
    "NET_ADMIN",
    "SYS_BOOT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_TIME",
];

pub(super) fn takeover_capabilities(container: &ContainerInspectResponse) -> Option<Seen> {
    Some(added(host(container)?, &TAKEOVER))
}

pub(super) fn dangerous_capabilities(container: &ContainerInspectResponse) -> Option<Seen> {
    Some(added(host(container)?, &DANGEROUS))
}

fn added(host: &HostConfig, unwanted: &[&str]) -> Seen {
    let mut added = capabilities(host.cap_add.as_deref());
    added.retain(|capability| unwanted.contains(&capability.as_str()));
    Seen::none_of(&added)
}

pub(super) fn dropped_capabilities(container: &ContainerInspectResponse) -> Option<Seen> {
    let dropped = capabilities(host(container)?.cap_drop.as_deref());
    let seen = if dropped.is_empty() { "none".to_owned() } else { dropped.join(", ") };
    Some(Seen::violated_if(!dropped.iter().any(|capability| capability == "ALL"), seen))
}

/// Gives capabilities in one spelling: engines and people write them with and without `CAP_`.
fn capabilities(given: Option<&[String]>) -> Vec<String> {
    let spell = |capability: &String| {
        let upper = capability.to_uppercase();
        upper.strip_prefix("CAP_").unwrap_or(&upper).to_owned()
    };
    given.unwrap_or_default().iter().map(spell).collect()
}

/// Gives the value of a security option; `key:value`, `key=value` and a bare `key` are in use, and of
/// several the last counts.
fn security_option<'h>(host: &'h HostConfig, key: &str) -> Option<&'h str> {
    let options = host.security_opt.as_deref().unwrap_or_default();
    options.iter().rev().find_map(|option| {
        let rest = option.strip_prefix(key)?;
        if rest.is_empty() { Some("") } else { rest.strip_prefix([':', '=']) }
    })
}

pub(super) fn no_new_privileges(container: &ContainerInspectResponse) -> Option<Seen> {
    Some(match security_option(host(container)?, "no-new-privileges") {
        Some("" | "true") => Seen::Holds("no-new-privileges:true".to_owned()),
        Some(other) => Seen::Violated(format!("no-new-privileges:{other}")),
        None => Seen::Violated("not set".to_owned()),
    })
}

pub(super) fn seccomp(container: &ContainerInspectResponse) -> Option<Seen> {
    Some(match security_option(host(container)?, "seccomp") {
        Some("unconfined") => Seen::Violated("seccomp=unconfined".to_owned()),
        Some(_) => Seen::Holds("a profile of its own".to_owned()),
        None => Seen::Holds("the engine's profile".to_owned()),
    })
}

pub(super) fn user(container: &ContainerInspectResponse) -> Option<Seen> {
    let config = container.config.as_ref()?;
    let given = config.user.as_deref().unwrap_or_default();
    let user = given.split(':').next().unwrap_or_default();
    let root = user.is_empty() || user == "root" || user.parse() == Ok(0_u32);
    let seen = if given.is_empty() { "not set, which is root" } else { given };
    Some(Seen::violated_if(root, seen))
}

pub(super) fn read_only_root(container: &ContainerInspectResponse) -> Option<Seen> {
    let read_only = host(container)?.readonly_rootfs?;
    Some(Seen::violated_if(!read_only, read_only.to_string()))
}

pub(super) fn memory_limit(container: &ContainerInspectResponse) -> Option<Seen> {
    let bytes = limit(host(container)?.memory);
    Some(limited(bytes.map(|bytes| Bytes(bytes).to_string())))
}

pub(super) fn cpu_limit(container: &ContainerInspectResponse) -> Option<Seen> {
    let host = host(container)?;
    let cores = || Some(format!("{} thousandths of a core", limit(host.nano_cpus)? / 1_000_000));
    let quota = || Some(format!("{} µs a period", limit(host.cpu_quota)?));
    let weight = || Some(format!("a weight of {}", limit(host.cpu_shares)?));
    Some(limited(cores().or_else(quota).or_else(weight)))
}

pub(super) fn pids_limit(container: &ContainerInspectResponse) -> Option<Seen> {
    Some(limited(limit(host(container)?.pids_limit).map(|pids| pids.to_string())))
}

/// Reads a limit; Docker writes none as null, 0 or -1.
fn limit(given: Option<i64>) -> Option<u64> {
    given.and_then(|limit| u64::try_from(limit).ok()).filter(|limit| *limit > 0)
}

fn limited(limit: Option<String>) -> Seen {
    limit.map_or_else(|| Seen::Violated("no limit".to_owned()), Seen::Holds)
}

pub(super) fn network_mode(container: &ContainerInspectResponse) -> Option<Seen> {
    let mode = host(container)?.network_mode.as_deref()?;
    Some(Seen::violated_if(mode == "host", mode))
}

pub(super) fn pid_mode(container: &ContainerInspectResponse) -> Option<Seen> {
    let mode = host(container)?.pid_mode.as_deref()?;
    let seen = if mode.is_empty() { "its own" } else { mode };
    Some(Seen::violated_if(mode == "host", seen))
}
