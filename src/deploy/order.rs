//! What is asked of a deployment, what comes of it, and why it could not even begin.

use std::io;

use thiserror::Error;

use crate::engine::{ComposeError, EngineError, TargetError};
use crate::gate::{GateError, Inspection, Question};
use crate::model::{Deployment, Exit};
use crate::store::StoreError;

/// Asks for a release.
#[derive(Debug, Clone)]
pub struct Order {
    /// The value of the release variable.
    pub release: String,
    /// Whether the release that runs may be ill: a broken one has to be replaceable.
    pub force: bool,
    /// How each phase asks; what it covers is the phase's own to say.
    pub question: Question,
}

/// Is what came of a deployment.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// How far it came, and why.
    pub deployment: Deployment,
    /// What each phase asked and was answered, in order.
    pub inspections: Vec<Inspection>,
    /// What a script is told.
    pub exit: Exit,
}

/// Says why a deployment could not begin, or could not be recorded. Nothing was changed.
#[derive(Debug, Error)]
pub enum DeployError {
    /// The history or the lock refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The target cannot be looked at.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The engine cannot be asked.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Compose refuses.
    #[error(transparent)]
    Compose(#[from] ComposeError),
    /// The gate cannot be asked.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// The Compose files have nothing that selects a release.
    #[error(
        "project `{0}` has no release variable; write `image: name:${{RELEASE:-1.0.0}}` in its Compose file and `compose: {{ release_variable: RELEASE }}` in proofmark.yaml"
    )]
    NoReleaseVariable(String),
    /// No earlier release is known.
    #[error(
        "there is no promoted release before {current} in the history of {environment}; `proofmark releases` lists what there is"
    )]
    NothingToGoBackTo {
        /// The environment.
        environment: String,
        /// What runs.
        current: String,
    },
    /// What is kept of a release cannot be written or read.
    #[error("cannot keep {file}: {cause}")]
    Keep {
        /// The file.
        file: String,
        /// Why not.
        cause: io::Error,
    },
}
