//! What a container sees of the host's files.

use std::path::{Component, Path, PathBuf};

use bollard::models::{ContainerInspectResponse, MountPoint};

use super::evidence::Seen;

/// Where engines listen. `/var/run` is a link to `/run` on most hosts, and not on all.
const SOCKETS: [&str; 10] = [
    "/run/docker.sock",
    "/run/containerd/containerd.sock",
    "/run/podman/podman.sock",
    "/run/crio/crio.sock",
    "/run/cri-dockerd.sock",
    "/var/run/docker.sock",
    "/var/run/containerd/containerd.sock",
    "/var/run/podman/podman.sock",
    "/var/run/crio/crio.sock",
    "/var/run/cri-dockerd.sock",
];

const SENSITIVE: [&str; 13] = [
    "/boot",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/proc",
    "/root",
    "/run",
    "/sys",
    "/usr",
    "/var/lib/containerd",
    "/var/lib/docker",
    "/var/run",
];

/// Looks for an engine's socket under any folder, and for folders that hold one.
pub(super) fn control_socket(container: &ContainerInspectResponse) -> Option<Seen> {
    listed(container, |_, source| {
        let sockets = || SOCKETS.iter().map(Path::new);
        let by_name = sockets().any(|socket| socket.file_name() == source.file_name());
        by_name || sockets().any(|socket| socket.starts_with(source))
    })
}

pub(super) fn sensitive_to_write(container: &ContainerInspectResponse) -> Option<Seen> {
    let own = project_folder(container);
    listed(container, |mount, source| mount.rw != Some(false) && sensitive(source, own.as_deref()))
}

pub(super) fn sensitive_to_read(container: &ContainerInspectResponse) -> Option<Seen> {
    let own = project_folder(container);
    listed(container, |mount, source| mount.rw == Some(false) && sensitive(source, own.as_deref()))
}

/// Lists the bind mounts whose source is unwanted.
fn listed(
    container: &ContainerInspectResponse,
    unwanted: impl Fn(&MountPoint, &Path) -> bool,
) -> Option<Seen> {
    let binds = container.mounts.as_ref()?.iter().filter(|m| m.typ.as_deref() == Some("bind"));
    let mut found = Vec::new();
    for mount in binds {
        let source = mount.source.as_deref()?;
        if unwanted(mount, &without_dots(source)) {
            let mode = if mount.rw == Some(false) { "read-only" } else { "writable" };
            found.push(format!("{source} ({mode})"));
        }
    }
    Some(Seen::none_of(&found))
}

/// Whether a path is one of [`SENSITIVE`], below one or above one; the project's own folder is the
/// author's, wherever it lies.
fn sensitive(source: &Path, own: Option<&Path>) -> bool {
    if own.is_some_and(|own| source.starts_with(own)) {
        return false;
    }
    let mut paths = SENSITIVE.iter().map(Path::new);
    paths.any(|path| source.starts_with(path) || path.starts_with(source))
}

/// Gives the folder of the Compose files; none where that is itself a folder of the system or a home.
fn project_folder(container: &ContainerInspectResponse) -> Option<PathBuf> {
    let labels = container.config.as_ref()?.labels.as_ref()?;
    let folder = without_dots(labels.get("com.docker.compose.project.working_dir")?);
    let sensitive = || SENSITIVE.iter().map(Path::new);
    let system = sensitive().any(|path| path.starts_with(&folder));
    let home = folder.parent() == Some(Path::new("/home"));
    (folder.is_absolute() && !system && !home).then_some(folder)
}

/// Takes `.` and `..` out of a path without asking any file system: the host may be another one.
fn without_dots(path: &str) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in Path::new(path).components() {
        match component {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}
