//! Profiles: how a run is performed, by a name that a pipeline asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::time::Duration;

use serde::Serialize;

use super::layer::ProfileLayer;
use super::read::{count, duration, flaky_result, retries, yes_or_no};
use super::resolve::Resolver;
use super::{Text, nearest};
use crate::model::Diagnostic;

/// Says how a run is performed; what is left out is decided by whoever performs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// How often a case that does not hold is asked again.
    pub retries: u32,
    /// What a case comes to that holds only when asked again.
    pub flaky_result: FlakyResult,
    /// After what time a case is marked as slow.
    pub slow_after: Option<Duration>,
    /// How long the whole run may take.
    pub timeout: Option<Duration>,
    /// How many cases run at once.
    pub jobs: Option<NonZeroUsize>,
    /// Whether nothing more is started after the first failure.
    pub fail_fast: bool,
}

/// Names what a case comes to that holds only when asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FlakyResult {
    /// It passes, and is shown as flaky.
    Pass,
    /// It fails.
    Fail,
}

/// Holds the profiles of a project.
#[derive(Debug, Clone)]
pub struct Profiles(BTreeMap<String, Profile>);

impl Profiles {
    /// The profile of a run that names none; what another does not say, this one does.
    pub const USUAL: &str = "default";

    /// Gives a profile by its name.
    ///
    /// # Errors
    ///
    /// What is wrong with the name, where there is no such profile.
    pub fn named(&self, name: &str) -> Result<&Profile, String> {
        self.0.get(name).ok_or_else(|| {
            let known: Vec<&str> = self.0.keys().map(String::as_str).collect();
            let help = match nearest(name, &known) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("there are {}", known.join(", ")),
            };
            format!("there is no profile `{name}`; {help}")
        })
    }
}

/// Reads every profile that a layer names.
pub(super) fn profiles(resolver: &Resolver<'_>) -> Result<Profiles, Diagnostic> {
    let names: BTreeSet<&String> =
        resolver.strata.iter().flat_map(|stratum| stratum.layer.profiles.keys()).collect();
    let profiles = names.into_iter().map(|name| Ok((name.clone(), profile(resolver, name)?)));
    profiles.collect::<Result<_, Diagnostic>>().map(Profiles)
}

fn profile(resolver: &Resolver<'_>, name: &str) -> Result<Profile, Diagnostic> {
    Ok(Profile {
        retries: said(resolver, name, "retries", |p| p.retries.as_ref(), retries)?
            .expect("the built-in defaults say it"),
        flaky_result: said(
            resolver,
            name,
            "flaky_result",
            |p| p.flaky_result.as_ref(),
            flaky_result,
        )?
        .expect("the built-in defaults say it"),
        slow_after: said(resolver, name, "slow_after", |p| p.slow_after.as_ref(), duration)?,
        timeout: said(resolver, name, "timeout", |p| p.timeout.as_ref(), duration)?,
        jobs: said(resolver, name, "jobs", |p| p.jobs.as_ref(), count)?,
        fail_fast: said(resolver, name, "fail_fast", |p| p.fail_fast.as_ref(), yes_or_no)?
            .expect("the built-in defaults say it"),
    })
}

/// Finds what a profile says, or else what the usual one does.
fn said<T>(
    resolver: &Resolver<'_>,
    profile: &str,
    key: &str,
    get: fn(&ProfileLayer) -> Option<&Text>,
    read: fn(&str) -> Result<T, String>,
) -> Result<Option<T>, Diagnostic> {
    for name in [profile, Profiles::USUAL] {
        let path = format!("profiles.{name}.{key}");
        let found = resolver.find(&path, |layer| layer.profiles.get(name).and_then(get), read)?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Reads how many cases of each group may run at once.
pub(super) fn groups(
    resolver: &Resolver<'_>,
) -> Result<BTreeMap<String, NonZeroUsize>, Diagnostic> {
    let names: BTreeSet<&String> =
        resolver.strata.iter().flat_map(|stratum| stratum.layer.groups.keys()).collect();
    let mut groups = BTreeMap::new();
    for name in names {
        let path = format!("groups.{name}.at_most");
        let found =
            resolver.find(&path, |layer| layer.groups.get(name).map(|g| &g.at_most), count)?;
        groups.extend(found.map(|at_most| (name.clone(), at_most)));
    }
    Ok(groups)
}
