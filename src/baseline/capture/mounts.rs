//! What is mounted: folders of the host, volumes, memory, secrets and configs.

use bollard::models::{Mount, MountPoint};

use super::put;
use super::reading::{Asked, Shown};
use super::value::{bytes_above_zero, filled, list, said_bytes, sorted, text, texts};
use crate::model::Facts;

pub(super) fn of_files(facts: &mut Facts, asked: &Asked<'_>) {
    for mount in list(&asked.service["volumes"]) {
        let target = text(&mount["target"]).unwrap_or_default();
        let path = format!("mounts.{}", target.trim_end_matches('/'));
        let access = access(text(&mount["read_only"]).as_deref() != Some("true"));
        let source = text(&mount["source"]);
        match mount["type"].as_str().unwrap_or("volume") {
            "bind" => {
                let source = asked.around.host_path(source.as_deref().unwrap_or_default());
                put(facts, format!("{path}.source"), asked.mask.text(&source));
                propagation(facts, &path, mount["bind"]["propagation"].as_str());
                relabelled(facts, &path, mount["bind"]["selinux"].as_str().unwrap_or_default());
                put(facts, path, format!("bind {access}"));
            }
            "volume" => {
                let volume = source.as_deref().unwrap_or(ANONYMOUS);
                put(facts, &*path, format!("volume {volume} {access}"));
                let options = &mount["volume"];
                volume_options(
                    facts,
                    &path,
                    options["nocopy"] == true,
                    options["subpath"].as_str(),
                );
            }
            "tmpfs" => {
                let options = &mount["tmpfs"];
                put(facts, path, tmpfs(said_bytes(&options["size"]), options["mode"].as_i64()));
            }
            other => put(facts, path, format!("{other} {access}")),
        }
    }
    for entry in texts(&asked.service["tmpfs"]) {
        let (target, options) = entry.split_once(':').unwrap_or((&entry, ""));
        put(facts, format!("mounts.{target}"), format!("tmpfs {options}").trim_end());
    }
    for grant in grants(asked) {
        put(facts, grant.path, grant.target);
    }
    said_of_grants(facts, asked);
    volumes_from(facts, texts(&asked.service["volumes_from"]).iter().map(|from| plain_from(from)));
}

pub(super) fn of_container(facts: &mut Facts, shown: &Shown<'_>) {
    let asked = shown.asked;
    let grants = grants(asked);
    let mounts = shown.container.mounts.as_deref().unwrap_or_default();
    for mount in mounts {
        let destination = mount.destination.as_deref().unwrap_or_default();
        match grants.iter().find(|grant| grant.target == destination) {
            Some(grant) => put(facts, &*grant.path, destination),
            None => record(facts, destination, mount, shown),
        }
    }
    // What has no file is copied into the container, where no engine shows it.
    for grant in grants.iter().filter(|grant| !grant.is_file) {
        put(facts, &*grant.path, &*grant.target);
    }
    for (destination, options) in shown.host.tmpfs.iter().flatten() {
        put(facts, format!("mounts.{destination}"), format!("tmpfs {options}").trim_end());
    }
    said_of_grants(facts, asked);
    let from = shown.host.volumes_from.iter().flatten().map(|from| {
        let (id, rest) = from.split_once(':').unwrap_or((from, ""));
        let rest = if rest == "ro" { ":ro" } else { "" };
        match asked.around.services.get(id) {
            Some(service) => format!("{service}{rest}"),
            None => format!("container:{id}{rest}"),
        }
    });
    volumes_from(facts, from);
}

fn record(facts: &mut Facts, destination: &str, mount: &MountPoint, shown: &Shown<'_>) {
    let path = format!("mounts.{destination}");
    let access = access(mount.rw != Some(false));
    let requested = shown.host.mounts.iter().flatten();
    let requested =
        requested.into_iter().find(|asked| asked.target.as_deref() == Some(destination));
    match mount.typ.as_deref() {
        Some("volume") => {
            let actual = mount.name.as_deref().unwrap_or_default();
            let name = if is_random(actual) {
                ANONYMOUS
            } else {
                shown.asked.compose_name("volumes", actual)
            };
            let options = requested.and_then(|requested| requested.volume_options.as_ref());
            let nocopy = options.and_then(|options| options.no_copy) == Some(true)
                || mount.mode.as_deref().is_some_and(|mode| mode.contains("nocopy"));
            let subpath = options.and_then(|options| filled(options.subpath.as_ref()));
            volume_options(facts, &path, nocopy, subpath);
            put(facts, path, format!("volume {name} {access}"));
        }
        Some("bind") => {
            let source = shown.host_path(destination, mount.source.as_deref().unwrap_or_default());
            put(facts, format!("{path}.source"), shown.asked.mask.text(&source));
            propagation(facts, &path, mount.propagation.as_deref());
            relabelled(facts, &path, mount.mode.as_deref().unwrap_or_default());
            put(facts, path, format!("bind {access}"));
        }
        Some("tmpfs") => {
            let options = requested.and_then(|mount: &Mount| mount.tmpfs_options.as_ref());
            let size = options.and_then(|options| bytes_above_zero(options.size_bytes?));
            put(facts, path, tmpfs(size, options.and_then(|options| options.mode)));
        }
        Some(other) => put(facts, path, format!("{other} {access}")),
        None => put(facts, path, access),
    }
}

/// Stands for the name of a volume that has none.
const ANONYMOUS: &str = "anonymous";

const fn access(writable: bool) -> &'static str {
    if writable { "writable" } else { "read-only" }
}

fn propagation(facts: &mut Facts, path: &str, propagation: Option<&str>) {
    // Private is what every engine takes where nothing is asked.
    if let Some(propagation) = propagation.filter(|word| !matches!(*word, "" | "rprivate")) {
        put(facts, format!("{path}.propagation"), propagation);
    }
}

/// Records that a folder of the host is given another `SELinux` label, for all containers or for one.
fn relabelled(facts: &mut Facts, path: &str, options: &str) {
    let word = options.split(',').find_map(|option| match option {
        "z" => Some("shared"),
        "Z" => Some("private"),
        _ => None,
    });
    if let Some(word) = word {
        put(facts, format!("{path}.selinux"), word);
    }
}

fn volume_options(facts: &mut Facts, path: &str, nocopy: bool, subpath: Option<&str>) {
    if nocopy {
        put(facts, format!("{path}.nocopy"), true);
    }
    if let Some(subpath) = subpath {
        put(facts, format!("{path}.subpath"), subpath);
    }
}

fn tmpfs(size: Option<String>, mode: Option<i64>) -> String {
    let size = size.map(|size| format!(" size={size}")).unwrap_or_default();
    let mode = mode.filter(|mode| *mode > 0).map(|mode| format!(" mode={mode:04o}"));
    format!("tmpfs{size}{}", mode.unwrap_or_default())
}

/// Tells whether the engine made a volume's name up.
fn is_random(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Is a secret or config that a service is given as one file.
struct Grant {
    path: String,
    target: String,
    is_file: bool,
}

fn grants(asked: &Asked<'_>) -> Vec<Grant> {
    let of_kind = |(kind, folder): (&'static str, &'static str)| {
        list(&asked.service[kind]).map(move |grant| {
            let source = grant["source"].as_str().unwrap_or_default();
            let target = grant["target"].as_str().unwrap_or(source);
            let whole = target.starts_with('/') || target.starts_with("${");
            let target = if whole { target.to_owned() } else { format!("{folder}{target}") };
            let is_file = asked.project[kind][source]["file"].is_string();
            Grant { path: format!("{kind}.{source}"), target, is_file }
        })
    };
    [("secrets", "/run/secrets/"), ("configs", "/")].into_iter().flat_map(of_kind).collect()
}

/// Records where secrets and configs come from and who may read them, which only the files say.
fn said_of_grants(facts: &mut Facts, asked: &Asked<'_>) {
    for kind in ["secrets", "configs"] {
        for grant in list(&asked.service[kind]) {
            let source = grant["source"].as_str().unwrap_or_default();
            let given = &asked.project[kind][source];
            let origins = ["file", "environment", "content", "external"];
            if let Some(origin) = origins.into_iter().find(|origin| !given[origin].is_null()) {
                put(facts, format!("{kind}.{source}.from"), origin);
            }
            if let Some(mode) = grant["mode"].as_i64() {
                put(facts, format!("{kind}.{source}.mode"), format!("{mode:04o}"));
            }
            for owner in ["uid", "gid"] {
                if let Some(id) = text(&grant[owner]) {
                    put(facts, format!("{kind}.{source}.{owner}"), id);
                }
            }
        }
    }
}

fn plain_from(from: &str) -> String {
    from.strip_suffix(":rw").unwrap_or(from).to_owned()
}

fn volumes_from(facts: &mut Facts, from: impl Iterator<Item = String>) {
    let from = sorted(from.collect());
    if !from.is_empty() {
        put(facts, "volumes_from", from);
    }
}
