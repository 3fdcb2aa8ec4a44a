//! The secrets that a target gives away, wherever else they may stand in it.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::config::Variables;
use crate::engine::{Container, Target};
use crate::model::{Mask, is_secret_name};

/// Gives the mask that everything recorded of `target` passes through.
///
/// It knows the passwords of endpoints, the content of Compose secrets, and every secret that an
/// environment, a command, a label or an option gives away by its place: a password that one
/// service is given goes out of another's command as well.
pub(super) fn mask_of(target: &Target) -> Mask {
    let mut lessons = Lessons::of(&target.model.raw, target.containers.values().flatten());
    for secret in target.secrets() {
        lessons.whole(&secret);
    }
    lessons.around(&target.model.raw, &target.project_folder(), &target.variables);
    lessons.mask()
}

/// Gives the mask that everything passes through that is recorded of the files in `folder` alone.
pub(super) fn mask_of_files(project: &Value, folder: &Path, variables: &Variables) -> Mask {
    let mut lessons = Lessons::of(project, std::iter::empty());
    lessons.around(project, folder, variables);
    lessons.mask()
}

/// Gives the content of each Compose secret that can be read here.
fn secrets_of_files(
    project: &Value,
    folder: &Path,
    variables: &Variables,
) -> impl Iterator<Item = String> {
    let declared = project["secrets"].as_object().into_iter().flatten();
    declared.filter_map(move |(_, secret)| {
        let of_file = || std::fs::read_to_string(folder.join(secret["file"].as_str()?)).ok();
        let of_variable = || variables.get(secret["environment"].as_str()?).cloned();
        // One that cannot be read cannot be recognised either; its place may still give it away.
        of_file().or_else(of_variable)
    })
}

/// Gives the names that a project shows anyway: a password of the same letters hides nothing.
fn names_in_the_open(model: &Value) -> impl Iterator<Item = &str> {
    let of = |key: &str| model[key].as_object().into_iter().flatten();
    let keys = ["services", "networks", "volumes", "secrets", "configs"].into_iter().flat_map(of);
    let images = of("services").filter_map(|(_, service)| service["image"].as_str());
    let images =
        images.flat_map(|image| image.split('@').next().unwrap_or_default().split(['/', ':']));
    model["name"].as_str().into_iter().chain(keys.map(|(name, _)| name.as_str())).chain(images)
}

/// Collects secrets, and what is said openly.
#[derive(Default)]
pub(super) struct Lessons {
    secrets: BTreeSet<String>,
    open: BTreeSet<String>,
}

impl Lessons {
    /// Learns what a Compose model and its containers give away.
    pub(super) fn of<'c>(model: &Value, containers: impl Iterator<Item = &'c Container>) -> Self {
        let mut lessons = Self::default();
        lessons.open.extend(names_in_the_open(model).map(str::to_owned));
        lessons.model(model);
        containers.for_each(|container| lessons.container(container));
        lessons
    }

    /// Learns what stands beside the files: the content of secrets, and secret variables.
    fn around(&mut self, project: &Value, folder: &Path, variables: &Variables) {
        for secret in secrets_of_files(project, folder, variables) {
            self.content(&secret);
        }
        for (name, value) in variables.iter().filter(|(name, _)| is_secret_name(name)) {
            self.named(name, value);
        }
    }

    fn whole(&mut self, secret: &str) {
        self.secrets.insert(secret.to_owned());
    }

    /// Learns what a secret's file holds: itself, and each line of it that is long enough to tell.
    fn content(&mut self, content: &str) {
        const TELLING: usize = 8;
        self.whole(content.trim());
        for line in content.lines().map(str::trim) {
            if line.len() >= TELLING && !line.starts_with("-----") {
                self.whole(line);
            }
            self.secrets.extend(Mask::secrets_of_text(line));
        }
    }

    fn named(&mut self, name: &str, value: &str) {
        self.secrets.extend(Mask::secrets_of_named(name, value));
    }

    /// Learns a variable. A plain word that one sets openly, such as a user's name, is no secret
    /// under another name.
    fn variable(&mut self, name: &str, value: &str) {
        self.named(name, value);
        let is_word = value.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        if is_word && !is_secret_name(name) {
            self.open.insert(value.to_owned());
        }
    }

    fn container(&mut self, container: &Container) {
        let Some(config) = &container.inspect.config else { return };
        for (name, value) in config.env.iter().flatten().filter_map(|entry| entry.split_once('=')) {
            self.variable(name, value);
        }
        let healthcheck = config.healthcheck.as_ref().and_then(|check| check.test.as_ref());
        // A flag may end the entrypoint and its secret begin the command.
        let words = config.entrypoint.iter().chain(&config.cmd).flatten().cloned();
        self.secrets.extend(Mask::secrets_of_command(&words.collect::<Vec<_>>()));
        self.secrets.extend(Mask::secrets_of_command(healthcheck.map_or(&[], Vec::as_slice)));
        for (name, value) in config.labels.iter().flatten() {
            self.named(name, value);
        }
    }

    /// Learns from whatever the files set, at whatever depth: variables, options of drivers and of
    /// logging, build arguments, annotations.
    fn model(&mut self, value: &Value) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    match (name.as_str(), value) {
                        (_, Value::String(text)) => self.named(name, text),
                        ("environment", Value::Object(variables)) => {
                            let set = |(name, value): (&String, &Value)| {
                                self.variable(name, value.as_str().unwrap_or_default());
                            };
                            variables.iter().for_each(set);
                        }
                        _ => self.model(value),
                    }
                }
            }
            Value::Array(values) => {
                let words: Vec<String> =
                    values.iter().filter_map(Value::as_str).map(str::to_owned).collect();
                self.secrets.extend(Mask::secrets_of_command(&words));
                values
                    .iter()
                    .filter(|value| !value.is_string())
                    .for_each(|value| self.model(value));
            }
            _ => {}
        }
    }

    /// Gives the mask that knows what was learnt.
    pub(super) fn mask(mut self) -> Mask {
        // Compose writes `$$` for a dollar sign.
        let escaped = self.secrets.iter().filter(|secret| secret.contains("$$"));
        let meant: Vec<String> = escaped.map(|secret| secret.replace("$$", "$")).collect();
        self.secrets.extend(meant);
        self.secrets.retain(|secret| !self.open.contains(secret));
        Mask::new(self.secrets)
    }
}
