//! Why a command could not do what it was asked, and the exit code that says so.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use thiserror::Error;

use super::output::eprint;
use crate::baseline::BaselineError;
use crate::config::ConfigError;
use crate::deploy::DeployError;
use crate::engine::{ComposeError, EngineError, TargetError, ThrowAwayError};
use crate::gate::{GateError, ReportFileError, SeriesError};
use crate::load::LoadError;
use crate::model::{Diagnostic, Exit, Redactor};
use crate::report::Format;
use crate::store::StoreError;
use crate::suite::SnapshotError;

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
    Snapshot(#[from] SnapshotError),
    #[error(transparent)]
    Gate(#[from] GateError),
    #[error(transparent)]
    Series(#[from] SeriesError),
    #[error("{0}")]
    Measured(String),
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Deploy(#[from] DeployError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("there is neither a proofmark.yaml nor a Compose file in {}; change to the project's folder, or name the Compose file with --file", .0.display())]
    NoComposeFile(PathBuf),
    #[error(
        "metrics cannot be served at {address}: {cause}; give another port with --metrics PORT, or leave it out"
    )]
    Metrics { address: SocketAddr, cause: io::Error },
    #[error("cannot write {file}: {cause}")]
    Write { file: String, cause: io::Error },
    #[error(transparent)]
    ReportFile(#[from] ReportFileError),
    #[error("a list of cases cannot be shown as {0}; use `--format json`, or leave `--format` out")]
    NoListIn(Format),
    #[error(
        "nothing was {0}, because CI is set and nobody reviews there; `--in-ci` does it all the same"
    )]
    InCi(&'static str),
    #[error(
        "`--as` records facts in a class, and the answer of a step has none: {0}; accept answers without `--as`, and name the services or facts that it is meant for"
    )]
    NoClass(String),
    #[error("nobody is named who answers for the baseline; give `--by NAME`")]
    Nobody,
    #[error("already there: {0}; move away what you keep, or write it anew with --force")]
    AlreadyThere(String),
    #[error(
        "there is no Compose file in {0}; change to the project's folder, or name one with --file"
    )]
    NothingToBeginWith(String),
    #[error("there is no help about `{0}`: {1}")]
    NoHelp(String, String),
    #[error("{0}")]
    Filter(Diagnostic),
    #[error("{0}")]
    Profile(String),
    #[error("{0}")]
    Rounds(Diagnostic),
    #[error("nothing was selected: {0}")]
    NothingSelected(String),
    #[error("the demonstration cannot begin: {0}")]
    Demo(String),
    #[error("cannot read the terminal: {0}")]
    Terminal(io::Error),
    #[error("cannot start the runtime: {0}")]
    Runtime(io::Error),
}

impl CommandError {
    /// Says on stderr what went wrong, and gives the exit code for it.
    pub fn report(&self) -> Exit {
        let said = self.to_string();
        let said = Redactor::default().apply(&said).into_owned();
        // A drawing of a place begins with its own `error:`.
        if said.starts_with("error") {
            eprint(&said);
        } else {
            eprint(&format!("error: {said}"));
        }
        self.exit()
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Config(_)
            | Self::Filter(_)
            | Self::Profile(_)
            | Self::Rounds(_)
            | Self::Measured(_)
            | Self::ReportFile(ReportFileError::NoFormat(_))
            | Self::NoListIn(_)
            | Self::Metrics { .. }
            | Self::InCi(_)
            | Self::NoClass(_)
            | Self::Nobody
            | Self::Snapshot(SnapshotError::NoHeader(_))
            | Self::AlreadyThere(_)
            | Self::NoHelp(..)
            | Self::NoComposeFile(_)
            | Self::NothingToBeginWith(_) => Exit::Refused,
            Self::NothingSelected(_) => Exit::NothingSelected,
            Self::Engine(_)
            | Self::Demo(_)
            | Self::Load(_)
            | Self::Snapshot(SnapshotError::File { .. } | SnapshotError::Meanwhile(_))
            | Self::Terminal(_)
            | Self::Runtime(_)
            | Self::ReportFile(ReportFileError::Write { .. })
            | Self::Write { .. } => Exit::Inconclusive,
            Self::Compose(cause) => of_compose(cause),
            Self::Target(cause) => of_target(cause),
            Self::Baseline(cause) => of_baseline(cause),
            Self::Gate(cause) => of_gate(cause),
            Self::Series(cause) => of_series(cause),
            Self::Store(cause) => of_store(cause),
            Self::Deploy(cause) => of_deploy(cause),
        }
    }
}

fn of_compose(cause: &ComposeError) -> Exit {
    match cause {
        ComposeError::Files { .. } | ComposeError::Written { .. } => Exit::Refused,
        _ => Exit::Inconclusive,
    }
}

fn of_target(cause: &TargetError) -> Exit {
    match cause {
        TargetError::Engine(_) => Exit::Inconclusive,
        TargetError::Compose(cause) => of_compose(cause),
        TargetError::NoEngine(_)
        | TargetError::NoProject(_)
        | TargetError::Password { .. }
        | TargetError::PasswordUnset { .. }
        | TargetError::NoEndpoint { .. } => Exit::Refused,
    }
}

fn of_baseline(cause: &BaselineError) -> Exit {
    match cause {
        BaselineError::Refused(_)
        | BaselineError::ReservedName(_)
        | BaselineError::NoService(_)
        | BaselineError::OnlyWhole { .. }
        | BaselineError::NoClass(_)
        | BaselineError::InPlace(_) => Exit::Refused,
        BaselineError::NothingPending { .. } => Exit::NothingSelected,
        BaselineError::Compose(cause) => of_compose(cause),
        _ => Exit::Inconclusive,
    }
}

fn of_gate(cause: &GateError) -> Exit {
    match cause {
        GateError::Target(cause) => of_target(cause),
        GateError::Baseline(cause) => of_baseline(cause),
        GateError::Suites(_) => Exit::Refused,
        GateError::Select(_) => Exit::NothingSelected,
        GateError::NothingRuns { .. } => Exit::Inconclusive,
    }
}

fn of_series(cause: &SeriesError) -> Exit {
    match cause {
        SeriesError::Gate(cause) => of_gate(cause),
        SeriesError::Store(cause) => of_store(cause),
        SeriesError::ThrowAway(cause) => of_throw_away(cause),
        SeriesError::Unset { .. } => Exit::Inconclusive,
        SeriesError::Rule(_)
        | SeriesError::TooFew(_)
        | SeriesError::SameEnvironment(_)
        | SeriesError::NotAllowed { .. }
        | SeriesError::SeveralCases(_)
        | SeriesError::NoEngine(_) => Exit::Refused,
    }
}

fn of_throw_away(cause: &ThrowAwayError) -> Exit {
    match cause {
        ThrowAwayError::NoReleaseVariable(_)
        | ThrowAwayError::TooOld(_)
        | ThrowAwayError::Shared(_) => Exit::Refused,
        ThrowAwayError::Compose(cause) => of_compose(cause),
        ThrowAwayError::Target(cause) => of_target(cause),
        ThrowAwayError::Write(_) | ThrowAwayError::Interrupted => Exit::Inconclusive,
    }
}

fn of_store(cause: &StoreError) -> Exit {
    match cause {
        StoreError::Locked { .. } => Exit::Locked,
        _ => Exit::Inconclusive,
    }
}

fn of_deploy(cause: &DeployError) -> Exit {
    match cause {
        DeployError::Store(cause) => of_store(cause),
        DeployError::Target(cause) => of_target(cause),
        DeployError::Compose(cause) => of_compose(cause),
        DeployError::Gate(cause) => of_gate(cause),
        DeployError::NoReleaseVariable(_) => Exit::Refused,
        DeployError::Engine(_)
        | DeployError::NothingToGoBackTo { .. }
        | DeployError::Keep { .. } => Exit::Inconclusive,
    }
}
