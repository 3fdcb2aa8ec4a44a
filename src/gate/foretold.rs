//! What is said of rounds before any is measured: whether they may be, whether they can tell anything, how long they take.

use super::inspect::selected;
use super::series::{Compared, Measurement, SeriesError};
use super::{Coverage, Question};
use crate::config::Settings;
use crate::engine::Looked;
use crate::load::series::{Extent, Kept, case_name, load_cases, outlook, services, too_few_to_pin};
use crate::store::{Anchor, Store, StoreError};
use crate::suite::{Suite, unset_secret};

/// Says how many rounds would be measured and about how long that takes, without looking at a target.
///
/// # Errors
///
/// When a suite or what is compared is refused, or nothing is selected.
pub fn foresee_rounds(
    settings: &Settings,
    coverage: &Coverage,
    compared: &Compared,
    looks: &[usize],
) -> Result<Option<String>, SeriesError> {
    let suites = selected(settings, coverage)?;
    refuse_not_allowed(settings, compared, &suites)?;
    Ok(outlook(&suites, &settings.environment, looks, compared.is_paired()))
}

/// Tells what is known before the first round, and gives the kept rounds that are held against.
///
/// # Errors
///
/// When so few rounds could tell nothing, or the history cannot be asked.
pub(super) fn foretell(
    settings: &Settings,
    measurement: &Measurement,
    suites: &[Suite],
    candidate: &Looked,
) -> Result<Vec<Kept>, SeriesError> {
    let Measurement { compared, looks, rule, ledger, .. } = measurement;
    let (environment, services) = (&settings.environment, services(candidate));
    let kept = match compared {
        Compared::Kept(anchor) => kept(settings, *anchor, suites)?,
        _ => Vec::new(),
    };
    let (most, is_paired) = (looks.last().copied().unwrap_or_default(), compared.is_paired());
    if !matches!(compared, Compared::Alone | Compared::Itself) {
        let extent = Extent { most, is_paired, kept: kept.first() };
        extent.refuse_too_few(rule, suites, environment, &services)?;
    }
    let warning = measurement
        .is_pinned
        .then(|| too_few_to_pin(rule, most, suites, environment, &services))
        .flatten();
    let told = [outlook(suites, environment, looks, is_paired), warning];
    told.iter().flatten().for_each(|words| ledger.tell(words));
    Ok(kept)
}

/// Gives the rounds that are to be held against, and beside pinned ones those of the last pass, so that a slow creep
/// shows.
fn kept(settings: &Settings, anchor: Anchor, suites: &[Suite]) -> Result<Vec<Kept>, StoreError> {
    let store = Store::open(&settings.state)?;
    let of = |name: &str, anchor| {
        let rounds = load_cases(suites).map(|(suite, case)| {
            let case = case_name(suite, case);
            let rounds = store.rounds(&settings.environment, &case, anchor)?;
            Ok((case, rounds))
        });
        Ok(Kept { name: name.to_owned(), rounds: rounds.collect::<Result<_, StoreError>>()? })
    };
    match anchor {
        Anchor::Last => Ok(vec![of("the last pass", Anchor::Last)?]),
        Anchor::Pinned => {
            Ok(vec![of("the pinned rounds", Anchor::Pinned)?, of("the last pass", Anchor::Last)?])
        }
    }
}

/// Refuses what would load a target that a suite does not name, and a side that is held against itself.
pub(super) fn refuse_not_allowed(
    settings: &Settings,
    compared: &Compared,
    suites: &[Suite],
) -> Result<(), SeriesError> {
    let own = &settings.environment;
    let mut sides = vec![own];
    if let Compared::Environment(other) = compared {
        if other.environment == *own {
            return Err(SeriesError::SameEnvironment(own.clone()));
        }
        sides.push(&other.environment);
    }
    for environment in sides {
        if let Some(suite) = suites.iter().find(|suite| !suite.allows(environment)) {
            return Err(SeriesError::NotAllowed {
                suite: suite.name.clone(),
                environment: environment.clone(),
                place: suite.place.clone(),
            });
        }
    }
    Ok(())
}

/// Refuses to write the rounds of several load cases into one file.
pub(super) fn refuse_several(
    measurement: &Measurement,
    suites: &[Suite],
) -> Result<(), SeriesError> {
    let cases: Vec<String> =
        load_cases(suites).map(|(suite, case)| case_name(suite, case)).collect();
    if measurement.is_written && cases.len() > 1 {
        return Err(SeriesError::SeveralCases(cases));
    }
    Ok(())
}

/// Refuses load cases of which one lacks a secret: the others would be measured for an answer that never comes.
pub(super) fn refuse_unset(question: &Question, suites: &[Suite]) -> Result<(), SeriesError> {
    for (suite, case) in load_cases(suites) {
        if let Some(cause) = unset_secret(suite, case, &question.variables) {
            return Err(SeriesError::Unset { cause, place: case.place.clone() });
        }
    }
    Ok(())
}
