//! From the section `load` to load cases.

mod feed;
mod finish;
mod journey;
mod limits;
mod offer;
mod raw;

use std::collections::BTreeSet;

use super::Reader;
use super::names::Names;
use crate::config::{Entries, Spanned};
use crate::model::Diagnostic;
use crate::suite::load_case::{LoadCase, Offer};
use crate::suite::load_limits::LoadLimits;

pub(in crate::suite) use finish::finish;
pub(super) use journey::{THINK, WEIGHT, is_expected, is_under_load};
pub(super) use limits::{KEYS as LIMITS, words_of};
pub(super) use raw::RawLoadCase;

/// Gives the steps of every journey.
pub(super) fn steps(
    written: Option<&Spanned<Vec<Spanned<RawLoadCase>>>>,
) -> impl Iterator<Item = &Spanned<Entries>> {
    let cases = written.into_iter().flat_map(|cases| &cases.value);
    let journeys = cases.flat_map(|case| case.value.journeys.iter().flat_map(|list| &list.value));
    journeys.flat_map(|journey| journey.value.steps.iter().flat_map(|steps| &steps.value))
}

impl Reader<'_> {
    pub(super) fn load_cases(
        &self,
        written: Option<&Spanned<Vec<Spanned<RawLoadCase>>>>,
        names: &Names,
    ) -> Result<Vec<LoadCase>, Diagnostic> {
        let cases = written.map_or(&[][..], |cases| &cases.value);
        let mut seen = BTreeSet::new();
        let read = |case: &Spanned<RawLoadCase>| {
            let read = self.load_case(case, names)?;
            self.only_once(&mut seen, &read.name, &case.value.name)?;
            Ok(read)
        };
        cases.iter().map(read).collect()
    }

    fn load_case(
        &self,
        written: &Spanned<RawLoadCase>,
        names: &Names,
    ) -> Result<LoadCase, Diagnostic> {
        let raw = &written.value;
        let mut names = names.clone();
        let offer = self.offer(raw)?;
        let feed = raw.feed.as_ref().map(|feed| self.feed(feed, &mut names)).transpose()?;
        let case = LoadCase {
            name: self.line(&raw.name)?,
            place: self.place(written.at),
            span: raw.name.at,
            journeys: self.journeys(raw, &offer, &names)?,
            feed,
            warm_up: self.warm_up(raw, &offer)?,
            offer,
            limits: match &raw.limits {
                Some(limits) => self.limits(limits)?,
                None => LoadLimits::default(),
            },
            limits_of: self.limits_of(raw.limits_of.as_ref())?,
            abort: self.abort(raw)?,
        };
        self.only_limits_of_a_second(raw, &case)?;
        // What depends on the steps of other suites' cases is looked at once they are there.
        if case.journeys.iter().all(|journey| journey.borrowed.is_none()) {
            finish(&case, self.source)?;
        }
        Ok(case)
    }

    fn abort(&self, raw: &RawLoadCase) -> Result<bool, Diagnostic> {
        match &raw.abort {
            Some(abort) if abort.value && raw.arrivals.is_none() => Err(self
                .refuse(abort.at, "only arrivals can be given up before their time")
                .help(
                    "how many requests users will make is not known, and a stress ends where something breaks",
                )),
            Some(abort) => Ok(abort.value),
            None => Ok(false),
        }
    }

    /// Refuses limits of a stress that no second tells.
    fn only_limits_of_a_second(
        &self,
        raw: &RawLoadCase,
        case: &LoadCase,
    ) -> Result<(), Diagnostic> {
        if !matches!(case.offer, Offer::Stress { .. }) {
            return Ok(());
        }
        if let Some(written) = &raw.limits_of {
            return Err(self
                .refuse(written.at, "a stress is judged as a whole, and not by request")
                .help("say it under `limits`"));
        }
        let limits = raw.limits.iter().flat_map(|limits| &limits.value.0);
        let told = ["p50", "p95", "p99", "max", "throughput", "errors"];
        match limits.map(|(key, _)| key).find(|key| !told.contains(&key.value.as_str())) {
            None => Ok(()),
            Some(key) => Err(self
                .refuse(key.at, format!("a stress is not judged by `{}`", key.value))
                .help(format!("it is judged second by second, by {}", told.join(", ")))),
        }
    }
}
