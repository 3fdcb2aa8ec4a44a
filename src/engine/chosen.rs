//! What Compose's own variables choose: the files of a folder, and the profiles.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::compose::RESOLVE;
use super::words::said;
use super::{ComposeCli, ComposeError, ComposeFiles};

/// Holds what `COMPOSE_FILE` and `COMPOSE_PROFILES` choose, in the environment or in a folder's `.env`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chosen {
    /// The files that Compose takes in the folder when none is named; none where there are none.
    pub files: Vec<PathBuf>,
    /// The files that give variables their values where it is not the one beside the first file alone: an `.env` that
    /// chooses files of another folder goes before the one there.
    pub env_files: Vec<PathBuf>,
    /// The profiles that are enabled: `*` is all of them, and the one without a name is it where none is
    /// chosen.
    pub profiles: Vec<String>,
}

/// Shows the variables where Compose fills them in.
const QUESTION: &str = r#"
services:
  asked:
    image: asked
    labels:
      files: "${COMPOSE_FILE-}"
      separator: "${COMPOSE_PATH_SEPARATOR-}"
      profiles: "${COMPOSE_PROFILES-}"
"#;

impl ComposeCli {
    /// Gives what is chosen in `folder`. Compose is asked, because it has its own way to read `.env`.
    ///
    /// # Errors
    ///
    /// When Compose refuses `.env`.
    pub async fn chosen_in(&self, folder: &Path) -> Result<Chosen, ComposeError> {
        let scratch = tempfile::tempdir().map_err(ComposeError::Start)?;
        let question = scratch.path().join("question.yaml");
        std::fs::write(&question, QUESTION).map_err(ComposeError::Start)?;
        let folder = std::path::absolute(folder).map_err(ComposeError::Start)?;

        let mut command = self.command(&["compose", "--project-name", "asked"]);
        command.arg("--project-directory").arg(&folder).arg("--file").arg(&question);
        command.args(["config", "--format", "json"]);
        if folder.is_dir() {
            command.current_dir(&folder).env("PWD", &folder);
        }
        let output = self.output(command, "config", RESOLVE).await?;
        if !output.status.success() {
            let cause = said(&output.stderr, self.variables(), &[folder.join(".env")]);
            let cause = cause.replace(&format!("{}/", folder.display()), "");
            let remedy = "mend .env; `docker compose config` says the same of it".to_owned();
            return Err(ComposeError::Written { files: ".env".to_owned(), cause, remedy });
        }
        let answer: Value = serde_json::from_slice(&output.stdout)?;
        let chosen = read(&answer["services"]["asked"]["labels"], &folder);
        Ok(Chosen { env_files: self.env_files(&chosen.files, &folder), ..chosen })
    }

    /// Gives the files of values where an `.env` in `folder` chose `files` of another one; where the environment
    /// chooses, Compose reads only the `.env` beside them.
    fn env_files(&self, files: &[PathBuf], folder: &Path) -> Vec<PathBuf> {
        const CHOOSE: [&str; 3] = ["COMPOSE_FILE", "COMPOSE_ENV_FILES", "COMPOSE_DISABLE_ENV_FILE"];
        let is_said = |name| self.variables().get(name).is_some_and(|value| !value.is_empty());
        let beside = files.first().and_then(|file| file.parent());
        match beside.filter(|beside| *beside != folder && !CHOOSE.into_iter().any(is_said)) {
            Some(beside) => {
                let both = [beside, folder].map(|folder| folder.join(".env"));
                both.into_iter().filter(|file| file.is_file()).collect()
            }
            None => Vec::new(),
        }
    }
}

fn read(answer: &Value, folder: &Path) -> Chosen {
    // Compose writes `$$` for a dollar sign.
    let text = |name: &str| answer[name].as_str().unwrap_or_default().replace("$$", "$");
    let (files, separator) = (text("files"), text("separator"));
    let separator = if separator.is_empty() { ":" } else { separator.as_str() };
    let named = files.split(separator).filter(|file| !file.is_empty());
    let named: Vec<PathBuf> = named.map(|file| folder.join(file)).collect();
    let files = if named.is_empty() { ComposeFiles::usual(folder) } else { named };
    let profiles = text("profiles").split(',').map(|profile| profile.trim().to_owned()).collect();
    Chosen { files, env_files: Vec::new(), profiles }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(files: &str, separator: &str) -> Vec<PathBuf> {
        let answer = serde_json::json!({ "files": files, "separator": separator });
        read(&answer, Path::new("/srv/shop")).files
    }

    #[test]
    fn files_are_separated_as_the_project_says_and_seen_from_its_folder() {
        let both = ["/srv/shop/a.yaml", "/etc/b.yaml"].map(PathBuf::from);
        assert_eq!(chosen("a.yaml:/etc/b.yaml", ""), both);
        assert_eq!(chosen("a.yaml,/etc/b.yaml", ","), both);
        assert!(chosen("", "").is_empty(), "a folder without files has none");
    }

    #[test]
    fn profiles_are_a_list() {
        let answer = serde_json::json!({ "profiles": "debug, full" });
        assert_eq!(read(&answer, Path::new("/srv")).profiles, ["debug", "full"]);
        assert_eq!(read(&Value::Null, Path::new("/srv")).profiles, [""]);
    }
}
