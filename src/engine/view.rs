//! A target as a planner is shown it: with its engine, or by its URLs alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::target::{Target, TargetError, endpoint, passwords};
use crate::config::{Settings, Variables};
use crate::model::Endpoint;

/// Is a target of which only the URLs are known: no engine is asked and no Compose file is read.
#[derive(Debug, Clone)]
pub struct Remote {
    /// Its settings.
    pub settings: Arc<Settings>,
    /// The process environment.
    pub variables: Arc<Variables>,
    /// Where the services answer that have a `url`.
    pub endpoints: BTreeMap<String, Endpoint>,
}

impl Remote {
    /// Takes the endpoints from the settings; nothing is asked.
    ///
    /// # Errors
    ///
    /// When a password file cannot be read.
    pub fn of(settings: Arc<Settings>, variables: Arc<Variables>) -> Result<Self, TargetError> {
        let mut endpoints = BTreeMap::new();
        for (name, service) in &settings.services {
            let Some(url) = service.url.clone() else { continue };
            endpoints.insert(name.clone(), endpoint(name, service, url, &variables)?);
        }
        Ok(Self { settings, variables, endpoints })
    }

    /// Says why something of this target cannot be told.
    #[must_use]
    pub fn shows_no(&self, what: &str) -> String {
        only_through_engine(what, &self.settings.environment)
    }
}

/// Says why something of an environment without an engine cannot be told.
#[must_use]
pub fn only_through_engine(what: &str, environment: &str) -> String {
    format!("{what} shows only through an engine, and {environment} has `access: http`")
}

/// Shows a target to a planner: all that its engine knows, or only what its URLs answer.
///
/// Whoever holds a [`Target`] has an engine; there is none to pretend to.
#[derive(Debug, Clone, Copy)]
pub enum View<'t> {
    /// Its engine answers.
    Engine(&'t Target),
    /// Only its URLs do.
    Http(&'t Remote),
}

impl<'t> View<'t> {
    /// Gives the settings.
    #[must_use]
    pub fn settings(self) -> &'t Arc<Settings> {
        match self {
            Self::Engine(target) => &target.settings,
            Self::Http(remote) => &remote.settings,
        }
    }

    /// Gives the process environment.
    #[must_use]
    pub fn variables(self) -> &'t Arc<Variables> {
        match self {
            Self::Engine(target) => &target.variables,
            Self::Http(remote) => &remote.variables,
        }
    }

    /// Gives where services answer.
    #[must_use]
    pub fn endpoints(self) -> &'t BTreeMap<String, Endpoint> {
        match self {
            Self::Engine(target) => &target.endpoints,
            Self::Http(remote) => &remote.endpoints,
        }
    }

    /// Gives the release that runs, where the target tells.
    #[must_use]
    pub fn release(self) -> Option<&'t str> {
        match self {
            Self::Engine(target) => target.release.as_deref(),
            Self::Http(_) => None,
        }
    }

    /// Gives every secret that the endpoints are reached with.
    #[must_use]
    pub fn secrets(self) -> Vec<String> {
        match self {
            Self::Engine(target) => target.secrets(),
            Self::Http(remote) => passwords(&remote.endpoints),
        }
    }
}
