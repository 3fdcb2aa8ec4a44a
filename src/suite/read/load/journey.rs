//! What visitors do: single requests, journeys, and cases of other suites.

use std::time::Duration;

use super::raw::{RawJourney, RawLoadCase};
use crate::config::{Entries, Node, Spanned, Text};
use crate::model::{Diagnostic, Span};
use crate::suite::load_case::{Borrowed, Journey, Offer};
use crate::suite::load_request::LoadRequest;
use crate::suite::read::Reader;
use crate::suite::read::names::Names;
use crate::suite::read::written::Written;

/// The keys of a request that say something about it among others.
pub(in crate::suite::read) const WEIGHT: &str = "weight";
/// The key of a step that says how long the visitor waits before it.
pub(in crate::suite::read) const THINK: &str = "think";

/// The keys of a step that a request under load does not have.
const NOT_UNDER_LOAD: [&str; 7] =
    ["until", "give_up_if", "every", "within", "multipart", "redirects", "timeout"];

/// The parts of an answer that nothing is expected of under load.
const NOT_EXPECTED: [&str; 4] = ["time", "url", "snapshot", "redact"];

/// Tells whether a part of an answer can be expected under load.
pub(in crate::suite::read) fn is_expected(part: &str) -> bool {
    !NOT_EXPECTED.contains(&part)
}

/// Tells whether a key of a step is one of a request under load.
pub(in crate::suite::read) fn is_under_load(key: &str) -> bool {
    !NOT_UNDER_LOAD.contains(&key)
}

impl Reader<'_> {
    pub(super) fn journeys(
        &self,
        raw: &RawLoadCase,
        offer: &Offer,
        names: &Names,
    ) -> Result<Vec<Journey>, Diagnostic> {
        if let (Some(_), Some(journeys)) = (&raw.requests, &raw.journeys) {
            return Err(self
                .refuse(journeys.at, "a load has `requests` or `journeys`, not both")
                .help("make a journey of one step of each request"));
        }
        let requests = raw.requests.as_ref().map(|list| (list.at, list.value.is_empty()));
        let journeys = raw.journeys.as_ref().map(|list| (list.at, list.value.is_empty()));
        if let Some((at, _)) = requests.or(journeys).filter(|(_, is_empty)| *is_empty) {
            return Err(self.asks_for_nothing(at));
        }
        let between = match offer {
            Offer::Users { think, .. } => *think,
            Offer::Arrivals { .. } | Offer::Stress { .. } => Duration::ZERO,
        };
        match (&raw.requests, &raw.journeys) {
            (Some(requests), _) => {
                requests.value.iter().map(|request| self.lone_request(request, names)).collect()
            }
            (None, Some(journeys)) => {
                let read = |journey| self.journey(journey, between, names);
                journeys.value.iter().map(read).collect()
            }
            (None, None) => Err(self.asks_for_nothing(raw.name.at)),
        }
    }

    fn asks_for_nothing(&self, at: Span) -> Diagnostic {
        self.refuse(at, "a load without requests proves nothing").help(
            "add `requests: [{ get: \"${api}/products\", expect: { status: 200 } }]`, or `journeys`",
        )
    }

    fn lone_request(
        &self,
        written: &Spanned<Entries>,
        names: &Names,
    ) -> Result<Journey, Diagnostic> {
        let (weight, rest) = without(written, WEIGHT);
        let weight = weight.map(|node| self.weight(node)).transpose()?.unwrap_or(1);
        let mut names = names.clone();
        let step = self.request(Written { at: written.at, entries: &rest }, &mut names)?;
        self.all_used(&names, "the request")?;
        Ok(Journey { weight, ..Journey::of(step.name.clone(), vec![step]) })
    }

    fn journey(
        &self,
        written: &Spanned<RawJourney>,
        between: Duration,
        names: &Names,
    ) -> Result<Journey, Diagnostic> {
        let RawJourney { name, weight, steps, case, of } = &written.value;
        let name = name.as_ref().map(|name| self.line(name)).transpose()?;
        let weight = match weight {
            None => 1,
            Some(weight) => self.heavy(weight.at, u64::from(weight.value))?,
        };
        let (steps, borrowed) = match (steps, case, of) {
            (Some(steps), None, None) if !steps.value.is_empty() => {
                (self.journey_steps(&steps.value, between, names)?, None)
            }
            (None, Some(case), Some(of)) => {
                let span = case.at;
                let (case, suite) = (self.line(case)?, self.line(of)?);
                (Vec::new(), Some(Borrowed { case, suite, span, between }))
            }
            (None, Some(case), None) => {
                return Err(self
                    .refuse(case.at, "this does not say of which suite the case is")
                    .help("add `of:` and the name of the suite"));
            }
            _ => {
                return Err(self
                    .refuse(written.at, "a journey has `steps`, or it is a `case` of a suite")
                    .help("write `steps:` with a request each, or `{ case: its name, of: its suite }`"));
            }
        };
        let name = match (name, &borrowed, &steps[..]) {
            (Some(name), _, _) => name,
            (None, Some(borrowed), _) => borrowed.case.clone(),
            (None, None, steps) => {
                let names: Vec<&str> = steps.iter().map(|step| step.name.as_str()).collect();
                names.join(", ")
            }
        };
        Ok(Journey { weight, borrowed, ..Journey::of(name, steps) })
    }

    fn journey_steps(
        &self,
        written: &[Spanned<Entries>],
        between: Duration,
        names: &Names,
    ) -> Result<Vec<LoadRequest>, Diagnostic> {
        let mut names = names.clone();
        let mut steps = Vec::with_capacity(written.len());
        for (index, step) in written.iter().enumerate() {
            let (think, rest) = without(step, THINK);
            let usual = if index == 0 { Duration::ZERO } else { between };
            let think = think.map(|node| self.text(THINK, node)).transpose()?;
            let think = think.map_or(Ok(usual), |text| self.some_time(Some(&text)))?;
            let step = Written { at: step.at, entries: &rest };
            steps.push(LoadRequest { think, ..self.request(step, &mut names)? });
        }
        self.all_used(&names, "the journey")?;
        Ok(steps)
    }

    fn request(&self, step: Written<'_>, names: &mut Names) -> Result<LoadRequest, Diagnostic> {
        if let Some((key, _)) = step.entries.iter().find(|(key, _)| !is_under_load(&key.value)) {
            return Err(self
                .refuse(key.at, format!("a request under load has no `{}`", key.value))
                .help(
                    "take it out; it is sent as it is, once, and its answer is taken as it comes",
                ));
        }
        let expected = self.map_of(&step, "expect")?.map_or(&[][..], |expect| expect.entries);
        if let Some((key, _)) = expected.iter().find(|(key, _)| !is_expected(&key.value)) {
            return Err(self
                .refuse(key.at, format!("a response under load has no `{}`", key.value))
                .help("how long responses take is said by `limits`; redirects are not followed"));
        }
        let read = self.step(step, names)?;
        LoadRequest::of(read).map_err(|why| {
            self.refuse(step.at, format!("this step {why}"))
                .help("under load there are requests with an `expect`, such as `{ status: 200 }`")
        })
    }

    fn weight(&self, node: &Node) -> Result<u32, Diagnostic> {
        let text = self.text(WEIGHT, node)?;
        let number = text.value.parse().map_err(|_| {
            self.refuse(text.at, format!("`{}` is not a weight", text.value))
                .help("write a whole number, such as `weight: 3`")
        })?;
        self.heavy(text.at, number)
    }

    fn heavy(&self, at: Span, weight: u64) -> Result<u32, Diagnostic> {
        u32::try_from(weight).ok().filter(|weight| *weight > 0).ok_or_else(|| match weight {
            0 => self
                .refuse(at, "what has no weight is never sent")
                .help("write at least `weight: 1`, or take it out"),
            _ => self
                .refuse(at, format!("{weight} is more than a weight can be"))
                .help("weights are held against each other: `3` and `1` will do"),
        })
    }
}

/// Gives a map without one of its keys, and what stands under that.
fn without<'r>(written: &'r Spanned<Entries>, key: &str) -> (Option<&'r Node>, Vec<(Text, Node)>) {
    let rest = written.value.0.iter().filter(|(known, _)| known.value != key).cloned().collect();
    (Written::of(written).get(key), rest)
}
