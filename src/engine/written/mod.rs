//! Compose files as they are written, without a machine behind them: paths stay relative, a variable
//! without a value stands as `${NAME}`, and what the files name may be absent.
//!
//! `docker compose config` resolves all of it. What it would make blank or refuse for want of a value
//! is given a stand-in of the kind it takes there, which [`StandIns`] turns back into the name.

mod env_files;
mod files;
mod restore;
mod stand_in;

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::process::Output;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;
use tempfile::TempDir;

use super::compose::RESOLVE;
use super::words;
use super::{ComposeCli, ComposeError, ComposeModel, RELEASE};
use env_files::EnvFiles;
pub use files::ComposeFiles;
use restore::Restored;
use stand_in::StandIns;

/// Holds what files say without an engine and without a machine.
#[derive(Debug, Clone)]
pub struct Written {
    /// The project as Compose prints it: every profile, paths as written, `${NAME}` where a value is
    /// missing, even where a number belongs.
    pub project: Value,
    /// The variables that have no value, sorted.
    pub unset: Vec<String>,
    /// The environment files that are not there, as seen from the project's folder.
    pub absent: Vec<String>,
}

/// Is the name that Compose is told where neither files nor settings give the project one: the
/// folder's must not show.
const UNNAMED: &str = "proofmark-unnamed";
/// Bounds the questions to Compose; each gives one variable or file a place.
const QUESTIONS: usize = 400;

impl ComposeCli {
    /// Resolves files as they are written; no engine is asked and nothing but the files need exist.
    ///
    /// # Errors
    ///
    /// When Compose refuses the files for anything but a missing value or environment file.
    pub async fn as_written(&self, files: &ComposeFiles) -> Result<Written, ComposeError> {
        let release = files.release_variable.iter();
        self.with_shown(files, release.map(|name| (name.as_str(), RELEASE.to_owned()))).await
    }

    /// Resolves files as [`ComposeCli::as_written`] does, with each of these variables as `${NAME}` wherever it stands,
    /// whatever its value.
    ///
    /// # Errors
    ///
    /// As [`ComposeCli::as_written`].
    pub async fn by_name(
        &self,
        files: &ComposeFiles,
        names: &BTreeSet<String>,
    ) -> Result<Written, ComposeError> {
        self.with_shown(files, names.iter().map(|name| (name.as_str(), placeholder(name)))).await
    }

    /// Resolves files with each of these variables shown as it is told.
    async fn with_shown(
        &self,
        files: &ComposeFiles,
        shown: impl Iterator<Item = (&str, String)>,
    ) -> Result<Written, ComposeError> {
        let mut asking = Asking::new(self, files, shown)?;
        let (model, blank) = asking.until_resolved().await?;
        let switched = asking.both_ways(&model).await?;
        let mut restored = Restored::new(&asking.stand_ins).value(&model, blank.as_ref());
        for (name, off) in &switched {
            restore::switch(&mut restored, &model, off, name);
        }
        let mut unset = asking.stand_ins.names();
        if !unset.is_empty() {
            restore::pass_on(&mut restored, &asking.uninterpolated().await?);
        }
        unset.extend(restore::passed_on(&restored));
        unset.sort();
        unset.dedup();
        Ok(Written { project: restored, unset, absent: asking.env_files.absent() })
    }
}

impl Written {
    /// Gives the project's name, where its files, Compose's environment or the settings give it one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.project["name"].as_str().filter(|name| *name != restore::PROJECT_NAME)
    }

    /// Gives the project as a model; a port that only a variable would say is none there.
    ///
    /// # Errors
    ///
    /// When Compose printed something that is not a project.
    pub fn model(&self) -> Result<ComposeModel, ComposeError> {
        Ok(ComposeModel::of(self.project.clone())?)
    }

    /// Gives what Compose would make of the files for `release`, all paths as they are written; none
    /// where only Compose can tell: a value or a file is wanting, a service has a profile, or the
    /// release stands elsewhere than in images.
    pub(super) fn of_release(&self, release: Option<&str>) -> Option<Value> {
        let has_profile = |(_, service): (&String, &Value)| !service["profiles"].is_null();
        if !self.unset.is_empty() || !self.absent.is_empty() || self.services().any(has_profile) {
            return None;
        }
        let mut project = self.project.clone();
        let services = project["services"].as_object_mut().into_iter().flatten();
        let images = services.filter_map(|(_, service)| service.get_mut("image"));
        for image in images {
            if let (Value::String(image), Some(release)) = (image, release) {
                *image = image.replace(RELEASE, release);
            }
        }
        (!project.to_string().contains(RELEASE)).then_some(project)
    }

    /// Gives each service with what the files say of it.
    pub fn services(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.project["services"].as_object().into_iter().flatten()
    }

    /// Gives each service that names an image, with its name.
    pub fn images(&self) -> impl Iterator<Item = (&String, &str)> {
        self.services().filter_map(|(service, said)| Some((service, said["image"].as_str()?)))
    }
}

/// Gives what stands in the place of a variable that is shown by its name.
#[must_use]
pub fn placeholder(variable: &str) -> String {
    format!("${{{variable}}}")
}

/// Is a conversation with Compose about files.
struct Asking<'a> {
    compose: &'a ComposeCli,
    files: &'a ComposeFiles,
    /// The project's folder, absolute.
    folder: PathBuf,
    scratch: TempDir,
    stand_ins: StandIns,
    env_files: EnvFiles,
}

impl<'a> Asking<'a> {
    fn new<'n>(
        compose: &'a ComposeCli,
        files: &'a ComposeFiles,
        shown: impl Iterator<Item = (&'n str, String)>,
    ) -> Result<Self, ComposeError> {
        let scratch = tempfile::tempdir().map_err(ComposeError::Start)?;
        // A number must not be mistaken for one that the files have.
        let text = files.files.iter().filter_map(|file| std::fs::read_to_string(file).ok());
        let text = text.collect::<Vec<_>>().join("\n");
        let stand_ins = StandIns::new(text, shown);
        let folder = std::path::absolute(files.folder()).map_err(ComposeError::Start)?;
        if !folder.is_dir() {
            let cause = format!("there is no folder {}", files.folder().display());
            let (files, remedy) = (files.shown(), "mend the path of the file".to_owned());
            return Err(ComposeError::Written { files, cause, remedy });
        }
        let env_files = EnvFiles::default();
        let asking = Self { compose, files, folder, scratch, stand_ins, env_files };
        asking.write(NAME_FILE, &format!("name: {UNNAMED}\n"))?;
        Ok(asking)
    }

    /// Asks until every variable that has no value has a stand-in that Compose takes; gives the
    /// model, and the one in which those variables were blank, where Compose took that.
    async fn until_resolved(&mut self) -> Result<(Value, Option<Value>), ComposeError> {
        let mut blank = None;
        for _ in 0..QUESTIONS {
            let output = self.ask(&["--no-path-resolution"], &[]).await?;
            let words = String::from_utf8_lossy(&output.stderr).into_owned();
            // Named without an absent file first, so that what has a default elsewhere shows it.
            let more = env_files::missing(&words).is_none() && self.stand_ins.learn(&words);
            if output.status.success() {
                let model = serde_json::from_slice(&output.stdout)?;
                if !more {
                    return Ok((model, blank));
                }
                blank = Some(model);
            } else if !self.find_way(&words, more).await? {
                return Err(self.refusal(&output));
            }
        }
        Err(ComposeError::TimedOut { what: "config".to_owned(), limit: RESOLVE })
    }

    /// Tells whether another question makes sense after a refusal.
    async fn find_way(&mut self, words: &str, more: bool) -> Result<bool, ComposeError> {
        if self.stand_ins.require(words) {
            return Ok(true);
        }
        if let Some(path) = env_files::missing(words) {
            if !self.env_files.are_known() {
                let raw = self.uninterpolated().await?;
                self.env_files.know(&raw);
            }
            let dropped = self.env_files.drop(&self.folder, Path::new(&path));
            if dropped {
                self.write(WITHOUT_FILE, &self.env_files.without())?;
                self.write(WITH_FILE, &self.env_files.with())?;
            }
            return Ok(dropped);
        }
        Ok(self.stand_ins.advance(words) || more)
    }

    /// Resolves the files once more for each variable whose stand-in is a switch, with it off: a
    /// switch cannot be told from another by its value.
    async fn both_ways(&self, on: &Value) -> Result<Vec<(String, Value)>, ComposeError> {
        let mut switched = Vec::new();
        for name in self.stand_ins.switches() {
            let output = self.ask(&["--no-path-resolution"], &[(&name, "false")]).await?;
            let off = if output.status.success() {
                serde_json::from_slice(&output.stdout)?
            } else {
                on.clone()
            };
            switched.push((name, off));
        }
        Ok(switched)
    }

    /// Gives the files with every variable in its place; null where Compose cannot give them so.
    async fn uninterpolated(&self) -> Result<Value, ComposeError> {
        let output = self.ask(&["--no-path-resolution", "--no-interpolate"], &[]).await?;
        Ok(serde_json::from_slice(&output.stdout).unwrap_or_default())
    }

    async fn ask(
        &self,
        flags: &[&str],
        variables: &[(&str, &str)],
    ) -> Result<Output, ComposeError> {
        let mut command = self.compose.command(&["compose", "--profile", "*"]);
        // Paths as written are read from where Compose stands, and `${PWD}` says where that is.
        command.current_dir(&self.folder).env("PWD", &self.folder);
        if let Some(project) = &self.files.project {
            command.arg("--project-name").arg(project);
        }
        command.arg("--project-directory").arg(&self.folder);
        for file in &self.files.env_files {
            let file = std::path::absolute(file).unwrap_or_else(|_| file.clone());
            command.arg("--env-file").arg(file);
        }
        command.arg("--file").arg(self.scratch.path().join(NAME_FILE));
        for file in &self.files.files {
            command.arg("--file").arg(std::path::absolute(file).unwrap_or_else(|_| file.clone()));
        }
        for file in [WITHOUT_FILE, WITH_FILE].map(|name| self.scratch.path().join(name)) {
            if file.exists() {
                command.arg("--file").arg(file);
            }
        }
        command.args(["config", "--format", "json"]).args(flags);
        command.envs(self.stand_ins.values()).envs(variables.iter().copied());
        self.compose.output(command, "config", RESOLVE).await
    }

    fn write(&self, name: &str, text: &str) -> Result<(), ComposeError> {
        std::fs::write(self.scratch.path().join(name), text).map_err(ComposeError::Start)
    }

    fn has_services(&self) -> bool {
        let texts = self.files.files.iter().filter_map(|file| std::fs::read_to_string(file).ok());
        texts.into_iter().any(|text| text.lines().any(|line| line.starts_with("services")))
    }

    /// Gives Compose's words with the names of variables and files in place of what stood for them.
    fn refusal(&self, output: &Output) -> ComposeError {
        let words = String::from_utf8_lossy(&output.stderr);
        // Of the services at the root Compose names one by chance.
        if words.contains("(root) Additional property") && !self.has_services() {
            let cause = "it has no `services:`, as files of Compose 1 have none".to_owned();
            let remedy = "write the services under `services:`, and networks and volumes beside it"
                .to_owned();
            return ComposeError::Written { files: self.files.shown(), cause, remedy };
        }
        let words = self.stand_ins.refused(&words).unwrap_or(&words);
        let words = words.trim_end();
        // Cut off first: where a secret is named, it would be taken for what follows the name.
        let words = words.strip_suffix(": invalid compose project").unwrap_or(words);
        let lines: Vec<&str> = words.lines().filter(|line| !WARNING.is_match(line)).collect();
        let variables = self.compose.variables();
        let said = words::said(lines.join("\n").as_bytes(), variables, &self.files.files);
        let said = Restored::new(&self.stand_ins).text(&said);
        let said = said.replace(&format!("{}/", self.folder.display()), "");
        let remedy = remedy(&said, &self.stand_ins);
        ComposeError::Written { files: self.files.shown(), cause: said, remedy }
    }
}

/// Gives a path without `.`, and without `..` after a name, as it is written and not as links lead.
#[must_use]
pub fn plain_path(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if plain.file_name().is_some() => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

const NAME_FILE: &str = "name.yaml";
const WITHOUT_FILE: &str = "without-env-files.yaml";
const WITH_FILE: &str = "with-env-files.yaml";

/// Finds the lines that Compose prints beside its answer.
static WARNING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^time="[^"]*" level=(?:warning|info|debug)"#)
        .expect("the pattern is a constant that a test compiles")
});

/// Says what a person can do about a refusal.
fn remedy(said: &str, stand_ins: &StandIns) -> String {
    let names = stand_ins.names();
    let unset = names.iter().find(|name| said.contains(&placeholder(name)));
    if let Some(name) = unset {
        return format!("give {name} a value, in the environment or in a file .env beside these");
    }
    if said.contains("no such file or directory") {
        return "write that file, or mend its name".to_owned();
    }
    if said.contains("dditional propert") {
        return "this version of Compose does not know it: mend the name, or install a newer plugin"
            .to_owned();
    }
    let mend = "mend the file; `docker compose config` says the same of it";
    match names.as_slice() {
        [] => mend.to_owned(),
        names => format!("{mend}, unless a value is wanting: {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(project: Value) -> Written {
        Written { project, unset: Vec::new(), absent: Vec::new() }
    }

    #[test]
    fn files_that_want_nothing_tell_what_compose_would_make_of_them() {
        let files = written(json!({ "services": { "db": { "image": "db:15" } } }));
        assert_eq!(files.of_release(None), Some(files.project.clone()));
        let files =
            written(json!({ "services": { "api": { "image": "shop/api:${release}-slim" } } }));
        let resolved = json!({ "services": { "api": { "image": "shop/api:1.1.0-slim" } } });
        assert_eq!(files.of_release(Some("1.1.0")), Some(resolved));
    }

    #[test]
    fn what_only_compose_can_tell_is_not_guessed() {
        let plain = || json!({ "services": { "api": { "image": "api:1" } } });
        let unset = Written { unset: vec!["TOKEN".to_owned()], ..written(plain()) };
        let absent = Written { absent: vec!["api.env".to_owned()], ..written(plain()) };
        let profile = written(json!({ "services": { "api": { "profiles": ["tools"] } } }));
        let elsewhere = written(json!({ "services": { "api": { "hostname": "api-${release}" } } }));
        for files in [&unset, &absent, &profile, &elsewhere] {
            assert_eq!(files.of_release(Some("1.1.0")), None, "{files:?}");
        }
        let image = written(json!({ "services": { "api": { "image": "shop/api:${release}" } } }));
        assert_eq!(image.of_release(None), None);
    }
}
