//! The journeys of a load case, ready to be made by somebody else.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Ground;
use super::session::{NoValue, Session, secret};
use crate::config::Variables;
use crate::runner::Scope;
use crate::suite::case::{SecretName, Suite};
use crate::suite::draft::Draft;
use crate::suite::feed::Feed;
use crate::suite::load_case::{Journey, LoadCase};
use crate::suite::load_request::LoadRequest;

/// The name that each visitor has another value of.
const UNIQUE: &str = "unique";

/// Is a journey in which only those names are left that each visitor has its own values of: `${unique}`, the
/// columns of the feed, captures, and what is made of these.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReadyJourney {
    /// Its name.
    pub name: String,
    /// How often it is begun beside the others; at least one.
    pub weight: u32,
    /// What is made for each visitor at the beginning, each after those that it may name.
    pub values: Vec<(String, Draft)>,
    /// Its requests, in order.
    pub steps: Vec<LoadRequest>,
}

/// Gives the journeys of a load case, and a text that begins each visitor's `${unique}` and no other of any run.
///
/// # Errors
///
/// When a secret or another name has no value.
pub fn ready_journeys(
    ground: &Arc<Ground>,
    suite: &Suite,
    case: &LoadCase,
    scope: &Scope,
) -> Result<(Vec<ReadyJourney>, String), NoValue> {
    let unique = ground.unique(0, scope.attempt());
    let ready = |journey: &Journey| {
        let mut session = Session::new(Arc::clone(ground), scope.clone(), unique.clone());
        let values = journey.given.as_ref().map_or(&suite.values, |given| &given.values);
        session.learn_secrets(secrets(suite, journey))?;
        ready(journey, values, &mut session)
    };
    Ok((case.journeys.iter().map(ready).collect::<Result<_, NoValue>>()?, unique))
}

/// Gives what the secrets of a load case lack; it is asked before anything is loaded.
#[must_use]
pub fn unset_secret(suite: &Suite, case: &LoadCase, variables: &Variables) -> Option<NoValue> {
    let mut names = case.journeys.iter().flat_map(|journey| secrets(suite, journey));
    names.find_map(|name| secret(name, variables).err())
}

/// Gives the secrets that a journey names.
fn secrets<'s>(suite: &'s Suite, journey: &'s Journey) -> &'s [SecretName] {
    journey.given.as_ref().map_or(&suite.secrets, |given| &given.secrets)
}

fn ready(
    journey: &Journey,
    given: &[(String, Draft)],
    session: &mut Session,
) -> Result<ReadyJourney, NoValue> {
    let captures = journey.steps.iter().flat_map(|step| &step.captures);
    let mut later: BTreeSet<String> = captures.map(|capture| capture.name.clone()).collect();
    later.insert(UNIQUE.to_owned());
    let mut values = Vec::new();
    for (name, draft) in given {
        let is_later = |name: &str| later.contains(name) || name.starts_with(Feed::PREFIX);
        let draft = draft.settle(session, &is_later)?;
        match draft {
            Draft::Literal(value) => session.keep(name, value),
            draft => {
                later.insert(name.clone());
                values.push((name.clone(), draft));
            }
        }
    }
    let is_later = |name: &str| later.contains(name) || name.starts_with(Feed::PREFIX);
    let steps = journey.steps.iter().cloned().map(|step| step.settle(session, &is_later));
    Ok(ReadyJourney {
        name: journey.name.clone(),
        weight: journey.weight,
        values,
        steps: steps.collect::<Result<_, _>>()?,
    })
}
