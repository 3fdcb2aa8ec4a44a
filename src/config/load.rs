//! Finds and reads `proofmark.yaml`, and lines up the layers of one environment.

use std::path::{Path, PathBuf};

use serde_json::Value;
use thiserror::Error;

use super::layer::{File, Layer};
use super::resolve::{Resolver, Stratum};
use super::schema::schema_of;
use super::{Settings, Source, Variables, read_yaml};
use crate::model::Diagnostic;

/// The file that holds a project's settings.
pub const FILE_NAME: &str = "proofmark.yaml";

const DEFAULTS: &str = include_str!("defaults.yaml");

/// Says why there are no settings.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// No file was found from the working directory upwards.
    #[error(
        "there is no {FILE_NAME} in {} or above it; change to the project's folder or name the file with --config", .0.display()
    )]
    NotFound(PathBuf),
    /// The environment is not one that the file knows.
    #[error(
        "there is no environment `{asked}` in {file}; name one that it has with --env or PROOFMARK_ENV: {known}"
    )]
    UnknownEnvironment {
        /// What was asked for.
        asked: String,
        /// The file that was read.
        file: String,
        /// What could have been asked for.
        known: String,
    },
    /// Something in the file is refused.
    #[error("{0}")]
    Refused(Box<Diagnostic>),
}

impl From<Diagnostic> for ConfigError {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Refused(Box::new(diagnostic))
    }
}

/// Gives the JSON Schema of `proofmark.yaml`.
#[must_use]
pub fn settings_schema() -> Value {
    schema_of::<File>("proofmark.yaml: the settings of a project")
}

/// Finds the settings file in `from` or the nearest folder above it.
///
/// # Errors
///
/// When there is none.
pub fn find(from: &Path) -> Result<PathBuf, ConfigError> {
    from.ancestors()
        .map(|folder| folder.join(FILE_NAME))
        .find(|file| file.is_file())
        .ok_or_else(|| ConfigError::NotFound(from.to_owned()))
}

/// Gives the settings of `environment`, as `file` and the built-in defaults have them.
///
/// `variables` fill `${NAME}` in the file.
///
/// # Errors
///
/// When the file cannot be read or anything in it is refused, and when it has no such environment.
pub fn load(
    file: &Path,
    environment: &str,
    variables: &Variables,
) -> Result<Settings, ConfigError> {
    let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into());
    let own = Source::open(file, name)?;
    let builtin = Source::new("built-in defaults", DEFAULTS);
    let own_file: File = read_yaml(&own)?;
    let builtin_file: File = read_yaml(&builtin)?;

    if !own_file.environments.contains_key(environment) {
        let known: Vec<&str> = own_file.environments.keys().map(String::as_str).collect();
        return Err(ConfigError::UnknownEnvironment {
            asked: environment.to_owned(),
            file: own.name,
            known: if known.is_empty() { "none".to_owned() } else { known.join(", ") },
        });
    }
    let chain = extends_chain(&own, &own_file, environment)?;
    let mut strata: Vec<Stratum<'_>> =
        chain.iter().map(|layer| Stratum { source: &own, layer }).collect();
    strata.push(Stratum { source: &own, layer: &own_file.base });
    if let Some(layer) = builtin_file.environments.get(environment) {
        strata.push(Stratum { source: &builtin, layer });
    }
    strata.push(Stratum { source: &builtin, layer: &builtin_file.base });

    let resolver = Resolver::new(&own, strata, variables);
    let environments = own_file.environments.keys().cloned().collect();
    Ok(resolver.settings(own_file.project.as_ref(), environment, environments, file)?)
}

/// Follows `extends` from `environment` to its end; a cycle is refused by name.
fn extends_chain<'f>(
    source: &Source,
    file: &'f File,
    environment: &str,
) -> Result<Vec<&'f Layer>, Diagnostic> {
    let mut names = vec![environment];
    let mut layers = vec![&file.environments[environment]];
    while let Some(next) = layers.last().and_then(|layer| layer.extends.as_ref()) {
        if names.contains(&next.value.as_str()) {
            let cycle = format!("{} → {}", names.join(" → "), next.value);
            return Err(source
                .refuse(next.at, format!("environments extend each other: {cycle}"))
                .help("take one `extends` out; `base` is always inherited"));
        }
        let Some(layer) = file.environments.get(&next.value) else {
            return Err(source.refuse(next.at, format!("there is no environment `{}`", next.value)));
        };
        names.push(&next.value);
        layers.push(layer);
    }
    Ok(layers)
}
