//! Which files a project has.

use std::path::{Path, PathBuf};

use crate::config::Compose;
use crate::model::seen_from;

/// Names the files of a project and what is not in them.
#[derive(Debug, Clone)]
pub struct ComposeFiles {
    /// The files, in the order in which they are merged; at least one.
    pub files: Vec<PathBuf>,
    /// The files that give variables their values, as [`Compose::env_files`] has them.
    pub env_files: Vec<PathBuf>,
    /// The project's name, where something other than the files gives it.
    pub project: Option<String>,
    /// The variable that selects a release, which stands as `${release}`.
    pub release_variable: Option<String>,
}

impl ComposeFiles {
    /// Gives the files of `compose`, and those that `release` brings with it.
    #[must_use]
    pub fn of(compose: &Compose, release: Option<&str>) -> Self {
        Self {
            files: compose.files_of(release).cloned().collect(),
            env_files: compose.env_files.clone(),
            project: Some(compose.project.clone()),
            release_variable: compose.release_variable.clone(),
        }
    }

    /// Gives the files that Compose takes in a folder when nothing names any; none where there are none.
    #[must_use]
    pub(in crate::engine) fn usual(folder: &Path) -> Vec<PathBuf> {
        let first = |names: [&str; 4]| {
            names.into_iter().map(|name| folder.join(name)).find(|file| file.is_file())
        };
        let own =
            first(["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"]);
        let beside = first([
            "compose.override.yml",
            "compose.override.yaml",
            "docker-compose.override.yml",
            "docker-compose.override.yaml",
        ]);
        match own {
            Some(own) => [own].into_iter().chain(beside).collect(),
            None => Vec::new(),
        }
    }

    /// Gives the folder that relative paths start from: the first file's.
    #[must_use]
    pub fn folder(&self) -> &Path {
        let parent = self.files.first().and_then(|file| file.parent());
        parent.filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
    }

    /// Names the files as seen from their folder.
    #[must_use]
    pub fn shown(&self) -> String {
        self.files.iter().map(|file| seen_from(self.folder(), file)).collect::<Vec<_>>().join(", ")
    }
}
