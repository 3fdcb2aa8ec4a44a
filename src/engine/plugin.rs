//! Where the `docker` command finds Compose.
//!
//! `docker compose` starts three processes for each question: itself, the plugin for what it is, and the
//! plugin for the answer. The plugin answers the same when it is started by itself, in a third of the time
//! that small files take.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::config::Variables;

/// The variable by which a plugin knows that it answers for `docker`.
pub(super) const ON_BEHALF: &str = "DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND";

/// Where the system's own `docker` looks after the user's folder, in its order.
const SYSTEM: [&str; 4] = [
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
];

/// Gives the Compose plugin that `docker` would start; none where only that command itself can tell.
pub(super) fn compose_plugin(docker: &Path, variables: &Variables) -> Option<PathBuf> {
    let folder = match variables.get("DOCKER_CONFIG").filter(|folder| !folder.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(variables.get("HOME")?).join(".docker"),
    };
    let settings = std::fs::read_to_string(folder.join("config.json")).unwrap_or_default();
    let settings: Value = serde_json::from_str(&settings).unwrap_or_default();
    if !settings["cliPluginsExtraDirs"].is_null() {
        return None;
    }
    let of_system = ["/usr/bin/docker", "/usr/local/bin/docker"].map(Path::new).contains(&docker);
    let system = SYSTEM.iter().filter(|_| of_system).map(PathBuf::from);
    let folders = [folder.join("cli-plugins")].into_iter().chain(system);
    folders.map(|folder| folder.join("docker-compose")).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home() -> (tempfile::TempDir, Variables, PathBuf) {
        let home = tempfile::tempdir().unwrap();
        let plugins = home.path().join(".docker/cli-plugins");
        std::fs::create_dir_all(&plugins).unwrap();
        std::fs::write(plugins.join("docker-compose"), "").unwrap();
        let variables = [("HOME".to_owned(), home.path().display().to_string())].into();
        (home, variables, plugins.join("docker-compose"))
    }

    #[test]
    fn the_users_own_plugin_is_found_whichever_docker_there_is() {
        let (_home, variables, plugin) = home();
        assert_eq!(compose_plugin(Path::new("/opt/docker"), &variables), Some(plugin));
    }

    #[test]
    fn folders_that_the_users_settings_name_are_left_to_docker_itself() {
        let (home, variables, _) = home();
        let settings = r#"{"cliPluginsExtraDirs": ["/opt/plugins"]}"#;
        std::fs::write(home.path().join(".docker/config.json"), settings).unwrap();
        assert_eq!(compose_plugin(Path::new("/usr/bin/docker"), &variables), None);
    }

    #[test]
    fn the_systems_plugins_are_not_those_of_another_docker() {
        let elsewhere = tempfile::tempdir().unwrap();
        let variables = [("HOME".to_owned(), elsewhere.path().display().to_string())].into();
        assert_eq!(compose_plugin(Path::new("/opt/docker"), &variables), None);
    }
}
