//! The controls over a container, one row each.

use bollard::models::ContainerInspectResponse;

use super::evidence::{self, Seen};
use super::{mounts, ports};
use crate::config::SecurityLevel;
use crate::model::Severity;

/// Is one question about a container and what its answer means.
pub(super) struct Control {
    /// Stable, as reports and waivers name it.
    pub id: &'static str,
    /// What holds where the control is met.
    pub title: &'static str,
    /// Where the engine shows it.
    pub field: &'static str,
    /// What that has to say.
    pub expected: &'static str,
    /// How to reach it in a Compose file.
    pub remedy: &'static str,
    /// What a violation means at basic, full and maximum; none where it is not asked.
    pub levels: [Option<Severity>; 3],
    /// Reads it; none where the engine does not say.
    pub test: fn(&ContainerInspectResponse) -> Option<Seen>,
}

impl Control {
    /// Gives the name of its checks.
    pub fn name(&self) -> String {
        format!("{} {}", self.id, self.title)
    }

    /// Gives what a violation means at `level`; none where the control is not asked.
    pub fn severity(&self, level: SecurityLevel) -> Option<Severity> {
        at(self.levels, level)
    }
}

/// Chooses the column of a level.
pub(super) fn at(levels: [Option<Severity>; 3], level: SecurityLevel) -> Option<Severity> {
    let [basic, full, maximum] = levels;
    match level {
        SecurityLevel::Basic => basic,
        SecurityLevel::Full => full,
        SecurityLevel::Maximum => maximum,
    }
}

pub(super) const UNASKED: Option<Severity> = None;
pub(super) const WARNS: Option<Severity> = Some(Severity::Warning);
pub(super) const FAILS: Option<Severity> = Some(Severity::Critical);

/// Every control over a container, in the order in which reports show them.
pub(super) const CONTROLS: &[Control] = &[
    Control {
        id: "CT-01",
        title: "not privileged",
        field: "HostConfig.Privileged",
        expected: "false",
        remedy: "remove `privileged: true`; add the one capability or device that is needed",
        levels: [FAILS, FAILS, FAILS],
        test: evidence::privileged,
    },
    Control {
        id: "CT-02",
        title: "no control socket of the engine",
        field: "Mounts",
        expected: "no engine's socket, nor a folder that holds one",
        remedy: "remove the mount; whoever writes to that socket owns the host",
        levels: [FAILS, FAILS, FAILS],
        test: mounts::control_socket,
    },
    Control {
        id: "CT-03",
        title: "no sensitive host path to write",
        field: "Mounts",
        expected: "no writable bind mount of the system, of homes, or of the engine's data",
        remedy: "use a named volume, or a folder of the project",
        levels: [WARNS, FAILS, FAILS],
        test: mounts::sensitive_to_write,
    },
    Control {
        id: "CT-03",
        title: "no sensitive host path to read",
        field: "Mounts",
        expected: "no read-only bind mount of the system, of homes, or of the engine's data",
        remedy: "copy the one file that is needed into the image, or hand it over as a Compose `config`",
        levels: [WARNS, WARNS, WARNS],
        test: mounts::sensitive_to_read,
    },
    Control {
        id: "CT-04",
        title: "no capability that hands over the host",
        field: "HostConfig.CapAdd",
        expected: "none of ALL, SYS_ADMIN, SYS_MODULE",
        remedy: "remove it from `cap_add`",
        levels: [FAILS, FAILS, FAILS],
        test: evidence::takeover_capabilities,
    },
    Control {
        id: "CT-04",
        title: "no dangerous capability",
        field: "HostConfig.CapAdd",
        expected: "none that reads any file, traces any process, or reconfigures the host",
        remedy: "remove it from `cap_add`",
        levels: [UNASKED, FAILS, FAILS],
        test: evidence::dangerous_capabilities,
    },
    Control {
        id: "CT-05",
        title: "capabilities dropped",
        field: "HostConfig.CapDrop",
        expected: "ALL",
        remedy: "write `cap_drop: [ALL]` and add back what is needed",
        levels: [UNASKED, WARNS, FAILS],
        test: evidence::dropped_capabilities,
    },
    Control {
        id: "CT-06",
        title: "no new privileges",
        field: "HostConfig.SecurityOpt",
        expected: "no-new-privileges:true",
        remedy: "write `security_opt: [\"no-new-privileges:true\"]`",
        levels: [UNASKED, WARNS, FAILS],
        test: evidence::no_new_privileges,
    },
    Control {
        id: "CT-07",
        title: "not root",
        field: "Config.User",
        expected: "a user other than root",
        remedy: "write `user: \"10001:10001\"`, or `USER` in the Dockerfile",
        levels: [UNASKED, WARNS, FAILS],
        test: evidence::user,
    },
    Control {
        id: "CT-08",
        title: "read-only root file system",
        field: "HostConfig.ReadonlyRootfs",
        expected: "true",
        remedy: "write `read_only: true`, with `tmpfs: [/tmp]` where it writes",
        levels: [UNASKED, UNASKED, WARNS],
        test: evidence::read_only_root,
    },
    Control {
        id: "CT-09",
        title: "memory limited",
        field: "HostConfig.Memory",
        expected: "a limit",
        remedy: "write `deploy: { resources: { limits: { memory: 256M } } }`",
        levels: [UNASKED, WARNS, FAILS],
        test: evidence::memory_limit,
    },
    Control {
        id: "CT-10",
        title: "CPU limited",
        field: "HostConfig.NanoCpus, CpuQuota, CpuShares",
        expected: "a limit or a weight",
        remedy: "write `deploy: { resources: { limits: { cpus: \"0.5\" } } }`",
        levels: [UNASKED, WARNS, FAILS],
        test: evidence::cpu_limit,
    },
    Control {
        id: "CT-11",
        title: "processes limited",
        field: "HostConfig.PidsLimit",
        expected: "a limit",
        remedy: "write `deploy: { resources: { limits: { pids: 100 } } }`",
        levels: [UNASKED, WARNS, FAILS],
        test: evidence::pids_limit,
    },
    Control {
        id: "CT-12",
        title: "network of its own",
        field: "HostConfig.NetworkMode",
        expected: "not host",
        remedy: "remove `network_mode: host` and publish the one port that is needed",
        levels: [WARNS, FAILS, FAILS],
        test: evidence::network_mode,
    },
    Control {
        id: "CT-13",
        title: "processes of its own",
        field: "HostConfig.PidMode",
        expected: "not host",
        remedy: "remove `pid: host`",
        levels: [FAILS, FAILS, FAILS],
        test: evidence::pid_mode,
    },
    Control {
        id: "CT-18",
        title: "system calls filtered",
        field: "HostConfig.SecurityOpt",
        expected: "not seccomp=unconfined",
        remedy: "remove `seccomp:unconfined`; give a profile of its own if the default is too narrow",
        levels: [FAILS, FAILS, FAILS],
        test: evidence::seccomp,
    },
    Control {
        id: "NT-01",
        title: "no port on every interface",
        field: "HostConfig.PortBindings, NetworkSettings.Ports",
        expected: "each port bound to one address",
        remedy: "write the address before the port, such as `127.0.0.1:8000:8000`",
        levels: [WARNS, WARNS, FAILS],
        test: ports::on_every_interface,
    },
];
