//! What a step runs: a command in a container, or a program on this host.

use crate::model::Template;

/// Is a command of a step; no shell reads it.
#[derive(Debug, Clone)]
pub struct CommandAction {
    /// Where it runs.
    pub place: Where,
    /// The program and its arguments; never empty.
    pub words: Vec<Template>,
    /// What it reads from stdin.
    pub stdin: Option<Template>,
}

/// Says where a command runs.
#[derive(Debug, Clone)]
pub enum Where {
    /// In a container of the target.
    Container {
        /// The service.
        service: String,
        /// The user; without one, the container's own.
        user: Option<Template>,
    },
    /// On this host, in the folder of the project.
    Host {
        /// The variables that it has beside `PATH` and `HOME`.
        variables: Vec<(String, Template)>,
    },
}
