//! How many visitors there are, or how many come.

use std::str::FromStr;
use std::time::Duration;

use super::raw::{RawArrivals, RawLoadCase, RawStage, RawStress};
use crate::config::{Spanned, Text};
use crate::model::{Diagnostic, Rate, Schedule, Span, Spread, Stage, UnitError};
use crate::suite::load_case::{Offer, Steps};
use crate::suite::read::Reader;

/// How many connections arrivals may open where the suite does not say.
const CONNECTIONS: u32 = 1000;
/// More a second than any generator offers: a core of this time sends some 85,000 small requests a second through the
/// loopback of its own host.
const MOST: Rate = Rate(1_000_000.0);
/// The seed of arrivals that come as they like, so that each run offers the same.
const SEED: u64 = 1;

impl Reader<'_> {
    pub(super) fn offer(&self, raw: &RawLoadCase) -> Result<Offer, Diagnostic> {
        let kinds = [
            ("users", raw.users.as_ref().map(|users| users.at)),
            ("arrivals", raw.arrivals.as_ref().map(|arrivals| arrivals.at)),
            ("stress", raw.stress.as_ref().map(|stress| stress.at)),
        ];
        let mut written = kinds.into_iter().filter_map(|(key, at)| Some((key, at?)));
        let first = written.next();
        if let (Some((one, _)), Some((other, at))) = (first, written.next()) {
            return Err(self
                .refuse(at, format!("a load is made by `{one}` or by `{other}`, not by both"))
                .help("users wait for their answers, arrivals come when they are due; make two loads of it"));
        }
        if raw.users.is_none() {
            let of_users = [("ramp", &raw.ramp), ("hold", &raw.hold), ("think", &raw.think)];
            let alone = of_users.into_iter().find_map(|(key, text)| Some((key, text.as_ref()?)));
            if let Some((key, text)) = alone.filter(|_| first.is_some()) {
                return Err(self
                    .refuse(text.at, format!("`{key}` is of users, and here are none"))
                    .help(
                        "take it out; `stages` say how arrivals change, `for` how long they come",
                    ));
            }
        }
        match (&raw.users, &raw.arrivals, &raw.stress) {
            (Some(users), _, _) => self.users(raw, users),
            (None, Some(arrivals), _) => self.arrivals(arrivals),
            (None, None, Some(stress)) => self.stress(stress),
            (None, None, None) => Err(self
                .refuse(raw.name.at, "this load does not say how many visitors there are")
                .help("add `users: 4` and `hold: 10s`, or `arrivals: { rate: 50/s, for: 10s }`")),
        }
    }

    fn users(&self, raw: &RawLoadCase, users: &Spanned<u32>) -> Result<Offer, Diagnostic> {
        if users.value == 0 {
            return Err(self
                .refuse(users.at, "nobody makes no load")
                .help("write at least `users: 1`"));
        }
        let Some(written) = &raw.hold else {
            return Err(self
                .refuse(users.at, "these users do not say how long they stay")
                .help("add `hold: 10s`"));
        };
        let (ramp, hold) = (self.some_time(raw.ramp.as_ref())?, self.duration(written)?);
        if let Some(at) = raw.ramp.as_ref().filter(|_| ramp > hold) {
            return Err(self
                .refuse(at.at, "the ramp is longer than the time for which all users are there")
                .help("only that time is measured: make `hold` longer, or the ramp shorter"));
        }
        let think = self.some_time(raw.think.as_ref())?;
        Ok(Offer::Users { users: users.value, ramp, hold, think })
    }

    fn arrivals(&self, written: &Spanned<RawArrivals>) -> Result<Offer, Diagnostic> {
        let raw = &written.value;
        let stages = match (&raw.rate, &raw.lasts, &raw.stages) {
            (Some(rate), Some(lasts), None) => {
                let rate = self.offered(rate)?;
                vec![Stage { from: rate, to: rate, lasts: self.duration(lasts)? }]
            }
            (None, None, Some(stages)) => self.stages(&stages.value)?,
            _ => {
                return Err(self
                    .refuse(written.at, "arrivals have a `rate` and `for`, or they have `stages`")
                    .help("write `{ rate: 200/s, for: 30s }` or `{ stages: [{ to: 200/s, over: 10s }, { for: 60s }] }`"));
            }
        };
        let schedule = Schedule { stages, spread: self.spread(raw.spread.as_ref())? };
        if schedule.times().next().is_none() {
            return Err(self
                .refuse(written.at, "not one visitor is due in this time")
                .help("make the rate higher, or let it last longer"));
        }
        let connections = self.connections(raw.connections.as_ref())?;
        Ok(Offer::Arrivals { schedule, connections })
    }

    /// Reads stages, each of which begins with the rate that the one before ended with.
    fn stages(&self, written: &[Spanned<RawStage>]) -> Result<Vec<Stage>, Diagnostic> {
        let mut from = Rate(0.0);
        let mut stages = Vec::with_capacity(written.len());
        for stage in written {
            let (to, lasts) = match &stage.value {
                RawStage { to: Some(to), over: Some(over), lasts: None } => {
                    (self.offered(to)?, self.duration(over)?)
                }
                RawStage { to: None, over: None, lasts: Some(lasts) } => {
                    (from, self.duration(lasts)?)
                }
                RawStage { to: Some(rate), over: None, lasts: Some(lasts) } => {
                    from = self.offered(rate)?;
                    (from, self.duration(lasts)?)
                }
                _ => {
                    return Err(self
                        .refuse(stage.at, "this stage does not say where it goes and how long it takes")
                        .help("write `{ to: 200/s, over: 10s }` for a ramp, `{ to: 200/s, for: 10s }` for a jump, `{ for: 60s }` for staying"));
                }
            };
            stages.push(Stage { from, to, lasts });
            from = to;
        }
        Ok(stages)
    }

    fn stress(&self, written: &Spanned<RawStress>) -> Result<Offer, Diagnostic> {
        let RawStress { from, by, every, up_to, connections } = &written.value;
        let steps = Steps {
            from: self.offered(from)?,
            by: self.offered(by)?,
            every: self.duration(every)?,
            up_to: self.offered(up_to)?,
        };
        for (text, rate) in [(from, steps.from), (by, steps.by)] {
            if rate.0 == 0.0 {
                return Err(self
                    .refuse(text.at, "a rate of nothing is no step")
                    .help("write it like `50/s`"));
            }
        }
        if steps.every.subsec_nanos() > 0 {
            return Err(self
                .refuse(every.at, "a stress is judged second by second")
                .help("write whole seconds, such as `10s`"));
        }
        if steps.rates().nth(1).is_none() {
            return Err(self
                .refuse(up_to.at, "a stress of fewer than two rates shows no limit")
                .help("make `up_to` at least `from` and `by` together"));
        }
        Ok(Offer::Stress { steps, connections: self.connections(connections.as_ref())? })
    }

    pub(super) fn warm_up(&self, raw: &RawLoadCase, offer: &Offer) -> Result<Duration, Diagnostic> {
        let Some(written) = &raw.warm_up else { return Ok(Duration::ZERO) };
        let warm_up = self.some_time(Some(written))?;
        let is_measured = match offer {
            Offer::Users { hold, .. } => warm_up < *hold,
            Offer::Arrivals { .. } => warm_up < offer.lasts(),
            // It is judged second by second.
            Offer::Stress { steps, .. } => warm_up + Duration::from_secs(1) <= steps.every,
        };
        if is_measured {
            return Ok(warm_up);
        }
        let all = "the warm-up takes all the time, so that nothing is measured";
        let (message, help) = match offer {
            Offer::Users { .. } => (all, "make `hold` longer; the ramp is not measured either"),
            Offer::Arrivals { .. } => (all, "let the arrivals last longer"),
            Offer::Stress { .. } => (
                "the warm-up leaves no whole second of the first step, so that nothing of it is measured",
                "make `every` longer",
            ),
        };
        Err(self.refuse(written.at, message).help(help))
    }

    /// Reads a duration that may be zero, as it is where nothing is written.
    pub(super) fn some_time(&self, text: Option<&Text>) -> Result<Duration, Diagnostic> {
        match text {
            None => Ok(Duration::ZERO),
            Some(text) if text.value == "0s" => Ok(Duration::ZERO),
            Some(text) => self.duration(text),
        }
    }

    fn offered(&self, text: &Text) -> Result<Rate, Diagnostic> {
        let rate: Rate = self.unit(text.at, &text.value)?;
        if rate <= MOST {
            return Ok(rate);
        }
        Err(self
            .refuse(text.at, "no generator offers so many a second")
            .help(format!("{MOST} is the most; one core sends some 85,000/s at best")))
    }

    fn connections(&self, written: Option<&Spanned<u32>>) -> Result<u32, Diagnostic> {
        match written {
            None => Ok(CONNECTIONS),
            Some(Spanned { value: 0, at }) => Err(self
                .refuse(*at, "nothing is sent without a connection")
                .help("write at least `connections: 1`, or leave it out")),
            Some(most) => Ok(most.value),
        }
    }

    fn spread(&self, written: Option<&Text>) -> Result<Spread, Diagnostic> {
        match written.map(|text| (text.value.as_str(), text.at)) {
            None | Some(("even", _)) => Ok(Spread::Even),
            Some(("poisson", _)) => Ok(Spread::Poisson { seed: SEED }),
            Some((other, at)) => Err(self
                .refuse(at, format!("arrivals are not spread by `{other}`"))
                .help("use `even` or `poisson`")),
        }
    }

    pub(super) fn unit<T: FromStr<Err = UnitError>>(
        &self,
        at: Span,
        text: &str,
    ) -> Result<T, Diagnostic> {
        text.parse().map_err(|cause: UnitError| self.refuse(at, cause.to_string()))
    }
}
