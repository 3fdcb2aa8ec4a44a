//! Why a command could not do what it was asked, and the exit code that says so.

use std::io;

use thiserror::Error;

use super::output::eprint;
use crate::baseline::BaselineError;
use crate::config::ConfigError;
use crate::deploy::DeployError;
use crate::engine::{ComposeError, EngineError, TargetError};
use crate::gate::GateError;
use crate::load::LoadError;
use crate::model::{Exit, Redactor};
use crate::store::StoreError;

/// Ends a command early.
#[derive(Debug, Error)]
pub(super) enum CommandError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Compose(#[from] ComposeError),
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Baseline(#[from] BaselineError),
    #[error(transparent)]
    Gate(#[from] GateError),
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Deploy(#[from] DeployError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("cannot write {file}: {cause}")]
    Write { file: String, cause: io::Error },
    #[error("`{0}` has no ending that names a format; use .json, .xml, .html or .txt")]
    UnknownReport(String),
    #[error("nothing was selected: {0}")]
    NothingSelected(String),
    #[error("the demonstration cannot begin: {0}")]
    Demo(String),
    #[error("cannot start the runtime: {0}")]
    Runtime(io::Error),
}
