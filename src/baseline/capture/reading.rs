//! The two things that are read: a service in its files, and a container that runs in its place.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use bollard::models::{ContainerConfig, ContainerInspectResponse, HostConfig};
use serde_json::Value;

use super::value::{entries, list, text};
use crate::baseline::rules::matches;
use crate::engine::plain_path;
use crate::model::Mask;

/// Holds what services and containers are read against.
pub(in crate::baseline) struct Around<'a> {
    /// The files' model, paths as written.
    pub project: &'a Value,
    /// The folder that its relative paths start from, absolute.
    pub folder: &'a Path,
    /// What `~` stands for.
    pub home: Option<&'a str>,
    /// What takes secrets out of everything that is recorded.
    pub mask: &'a Mask,
    /// The patterns of the environment's names whose values are declared safe.
    pub safe: &'a [String],
    /// The service of each container, by identity.
    pub services: &'a BTreeMap<String, String>,
}

impl Around<'_> {
    /// Tells whether the value of a variable is declared safe to record.
    pub fn is_safe(&self, name: &str) -> bool {
        self.safe.iter().any(|pattern| matches(pattern, name))
    }

    /// Gives a path of the host as the files have it: below the project's folder and beside it
    /// relative, elsewhere as it is.
    pub fn host_path(&self, path: &str) -> String {
        if path.starts_with(['~', '$']) || path.contains("://") {
            return path.to_owned();
        }
        let given = Path::new(path);
        match given.strip_prefix(self.folder) {
            Ok(inside) => relative(inside),
            Err(_) if given.is_absolute() => path.to_owned(),
            Err(_) => relative(given),
        }
    }

    fn absolute(&self, path: &str, folder: &Path) -> PathBuf {
        match (path.strip_prefix("~/"), self.home) {
            (Some(rest), Some(home)) => Path::new(home).join(rest),
            _ => plain_path(&folder.join(path)),
        }
    }
}

/// Writes a relative path so that it begins with `.` or `..`.
fn relative(path: &Path) -> String {
    let path = plain_path(path);
    match path.components().next() {
        None => ".".to_owned(),
        Some(Component::ParentDir) => path.display().to_string(),
        Some(_) => format!("./{}", path.display()),
    }
}

/// Is one service as its files have it.
pub(in crate::baseline) struct Asked<'a> {
    pub name: &'a str,
    /// What the files say of it; null where they do not know it.
    pub service: &'a Value,
    pub project: &'a Value,
    pub mask: &'a Mask,
    pub around: &'a Around<'a>,
}

impl<'a> Asked<'a> {
    /// Takes a service out of the files.
    pub fn new(name: &'a str, around: &'a Around<'a>) -> Self {
        let service = &around.project["services"][name];
        Self { name, service, project: around.project, mask: around.mask, around }
    }

    /// Gives the name that the files have for what the engine calls `actual`.
    pub fn compose_name<'n>(&'n self, kind: &str, actual: &'n str) -> &'n str {
        let mut named = entries(&self.project[kind])
            .filter(|(_, entry)| entry["name"].as_str() == Some(actual));
        named.next().map_or(actual, |(name, _)| name)
    }
}

/// Is one container, and what is asked of it.
pub(in crate::baseline) struct Shown<'a> {
    pub asked: &'a Asked<'a>,
    pub container: &'a ContainerInspectResponse,
    pub config: &'a ContainerConfig,
    pub host: &'a HostConfig,
    /// The image with `${release}` in place of the release, where that is to be recorded.
    pub template: Option<&'a str>,
}

impl Shown<'_> {
    /// Gives its name, without the slash that engines put before it.
    pub fn name(&self) -> &str {
        self.container.name.as_deref().unwrap_or_default().trim_start_matches('/')
    }

    /// Gives the Compose project that it belongs to.
    pub fn project(&self) -> Option<&str> {
        self.label("project")
    }

    fn label(&self, key: &str) -> Option<&str> {
        let labels = self.config.labels.as_ref()?;
        labels.get(&format!("com.docker.compose.{key}")).map(String::as_str)
    }

    /// Gives a mount's source as the files have it, wherever the project's folder was when the
    /// container was made.
    pub fn host_path(&self, destination: &str, source: &str) -> String {
        let around = self.asked.around;
        let folder = self.label("project.working_dir").map_or(around.folder, Path::new);
        let said = list(&self.asked.service["volumes"])
            .filter(|mount| mount["target"] == destination)
            .find_map(|mount| text(&mount["source"]));
        if let Some(said) = said.filter(|said| around.absolute(said, folder) == Path::new(source)) {
            return around.host_path(&said);
        }
        match Path::new(source).strip_prefix(folder) {
            Ok(inside) => relative(inside),
            Err(_) => source.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_the_host_is_the_same_in_every_folder() {
        let around = Around {
            project: &Value::Null,
            folder: Path::new("/home/ada/shop"),
            home: Some("/home/ada"),
            mask: &Mask::default(),
            safe: &[],
            services: &BTreeMap::new(),
        };
        for (path, shown) in [
            ("/home/ada/shop/data", "./data"),
            ("data/./x", "./data/x"),
            ("inc/../up", "./up"),
            ("../shared", "../shared"),
            (".", "."),
            ("/etc/localtime", "/etc/localtime"),
            ("~/x", "~/x"),
            ("${DATA}/x", "${DATA}/x"),
            ("https://example.org/x.git", "https://example.org/x.git"),
        ] {
            assert_eq!(around.host_path(path), shown);
        }
    }
}
