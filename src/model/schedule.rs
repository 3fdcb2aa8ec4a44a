//! When requests are due that nobody waits for: rates over time, turned into moments.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Chance, Rate, show_duration};

/// By how many arrivals a sum of rates may miss a whole number, because it was added in binary.
const ROUNDING: f64 = 1e-6;

/// Says how many requests are due, and when, whatever becomes of those before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// What follows each other.
    pub stages: Vec<Stage>,
    /// How the moments lie within the rate.
    pub spread: Spread,
}

/// Is a time during which the rate stays, or changes evenly.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// The rate at its beginning.
    pub from: Rate,
    /// The rate at its end.
    pub to: Rate,
    /// How long it lasts.
    pub lasts: Duration,
}

/// Says how moments lie within a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spread {
    /// At even distances, the first at the beginning.
    Even,
    /// As independent visitors come: a Poisson process of that rate.
    Poisson {
        /// The same seed gives the same moments.
        seed: u64,
    },
}

impl Stage {
    /// Whether this and the next stage keep a rate each, for as long, and the next one's is higher.
    #[expect(clippy::float_cmp, reason = "a stage is constant where it was written so")]
    fn is_a_rise_to(&self, next: &Self) -> bool {
        let are_constant = self.from.0 == self.to.0 && next.from.0 == next.to.0;
        are_constant && self.lasts == next.lasts && self.to.0 < next.to.0
    }

    /// Gives how many requests are due in its first `time` on average: the area under the rate.
    fn area(&self, time: Duration) -> f64 {
        let (time, lasts) = (time.min(self.lasts).as_secs_f64(), self.lasts.as_secs_f64());
        if lasts == 0.0 {
            return 0.0;
        }
        self.from.0 * time + (self.to.0 - self.from.0) * time * time / (2.0 * lasts)
    }

    /// Gives after how long `area` requests were due, which is the other way round.
    ///
    /// The root of the quadratic equation in the form that divides by no difference (Press et al., *Numerical Recipes*, 5.6).
    fn time(&self, area: f64) -> Duration {
        let slope = (self.to.0 - self.from.0) / self.lasts.as_secs_f64();
        let root = (self.from.0 * self.from.0 + 2.0 * slope * area).max(0.0).sqrt();
        let seconds = 2.0 * area / (self.from.0 + root);
        if seconds.is_finite() {
            Duration::from_secs_f64(seconds.max(0.0)).min(self.lasts)
        } else {
            Duration::ZERO
        }
    }
}

impl Schedule {
    /// Offers one rate, evenly.
    #[must_use]
    pub fn constant(rate: Rate, lasts: Duration) -> Self {
        Self { stages: vec![Stage { from: rate, to: rate, lasts }], spread: Spread::Even }
    }

    /// Gives how long it lasts.
    #[must_use]
    pub fn lasts(&self) -> Duration {
        self.stages.iter().map(|stage| stage.lasts).sum()
    }

    /// Gives the highest rate.
    #[must_use]
    pub fn peak(&self) -> Rate {
        let rates = self.stages.iter().flat_map(|stage| [stage.from.0, stage.to.0]);
        Rate(rates.fold(0.0, f64::max))
    }

    /// Gives the moments at which requests are due, in order, counted from the beginning.
    #[must_use]
    pub fn times(&self) -> Times {
        let mark = match self.spread {
            Spread::Even => Mark::Even(0),
            Spread::Poisson { seed } => Mark::Poisson(Chance::new(seed), 0.0),
        };
        Times {
            stages: Arc::from(&*self.stages),
            stage: 0,
            before: 0.0,
            began: Duration::ZERO,
            mark,
        }
    }
}

/// From how many rates of one length on they are told by the first and the last.
const MANY: usize = 4;

impl std::fmt::Display for Schedule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let [first, .., last] = &*self.stages
            && self.stages.len() >= MANY
            && self.stages.windows(2).all(|pair| pair[0].is_a_rise_to(&pair[1]))
        {
            let (count, lasts) = (self.stages.len(), show_duration(first.lasts));
            return write!(f, "{count} rates from {} to {}, each for {lasts}", first.to, last.to);
        }
        for (index, stage) in self.stages.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            let lasts = show_duration(stage.lasts);
            #[expect(clippy::float_cmp, reason = "a stage is constant where it was written so")]
            if stage.from.0 == stage.to.0 {
                write!(f, "{comma}{} for {lasts}", stage.from)?;
            } else {
                write!(f, "{comma}{} to {} over {lasts}", stage.from, stage.to)?;
            }
        }
        Ok(())
    }
}

/// Gives the moments of a [`Schedule`].
#[derive(Debug, Clone)]
pub struct Times {
    stages: Arc<[Stage]>,
    /// Which of them the last moment lay in.
    stage: usize,
    /// How many were due before that stage.
    before: f64,
    /// When it began.
    began: Duration,
    mark: Mark,
}

/// After how many requests on average the next one is due.
#[derive(Debug, Clone)]
enum Mark {
    Even(u64),
    Poisson(Chance, f64),
}

impl Mark {
    #[expect(clippy::cast_precision_loss, reason = "fewer requests than 2⁵² are due")]
    fn next(&mut self) -> f64 {
        match self {
            Self::Even(next) => {
                let mark = *next as f64;
                *next += 1;
                mark
            }
            // A process of a changing rate is one of the rate 1 on a stretched time (Çınlar, 1975).
            Self::Poisson(chance, last) => {
                *last -= chance.share().ln();
                *last
            }
        }
    }
}

impl Iterator for Times {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let mark = self.mark.next();
        while let Some(stage) = self.stages.get(self.stage) {
            let area = stage.area(stage.lasts);
            if mark + ROUNDING < self.before + area {
                return Some(self.began + stage.time(mark - self.before));
            }
            self.before += area;
            self.began += stage.lasts;
            self.stage += 1;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stage(from: f64, to: f64, ms: u64) -> Stage {
        Stage { from: Rate(from), to: Rate(to), lasts: Duration::from_millis(ms) }
    }

    fn even(stages: Vec<Stage>) -> Schedule {
        Schedule { stages, spread: Spread::Even }
    }

    #[test]
    fn a_constant_rate_is_due_at_even_distances_from_the_beginning_on() {
        let times: Vec<Duration> =
            Schedule::constant(Rate(400.0), Duration::from_secs(8)).times().collect();
        assert_eq!(times.len(), 3200);
        assert_eq!(times[..2], [Duration::ZERO, Duration::from_micros(2500)]);
        assert_eq!(times[3199], Duration::from_micros(7_997_500));
    }

    #[test]
    fn a_ramp_from_nothing_is_due_at_the_roots_of_its_area() {
        // t²/2·10 = k.
        let times: Vec<f64> =
            even(vec![stage(0.0, 20.0, 2000)]).times().map(|time| time.as_secs_f64()).collect();
        assert_eq!(times.len(), 20);
        for (index, time) in (0_u32..).zip(times) {
            let exact = (f64::from(index) / 5.0).sqrt();
            assert!((time - exact).abs() < 1e-8, "{index}: {time} is not {exact}");
        }
    }

    #[test]
    fn a_step_and_a_pause_begin_when_they_are_meant_to() {
        let schedule =
            even(vec![stage(2.0, 2.0, 1000), stage(0.0, 0.0, 500), stage(4.0, 4.0, 500)]);
        let times: Vec<u128> = schedule.times().map(|time| time.as_millis()).collect();
        assert_eq!(times, [0, 500, 1500, 1750]);
        assert_eq!(schedule.to_string(), "2.0/s for 1s, 0.0/s for 500ms, 4.0/s for 500ms");
    }

    #[test]
    fn many_rates_of_one_length_are_told_by_the_first_and_the_last() {
        let rates = [50.0, 100.0, 150.0, 200.0].map(|rate| stage(rate, rate, 3000));
        let told = even(rates.to_vec()).to_string();
        assert_eq!(told, "4 rates from 50.0/s to 200.0/s, each for 3s");
        let few = even(rates[..3].to_vec()).to_string();
        assert_eq!(few, "50.0/s for 3s, 100.0/s for 3s, 150.0/s for 3s");
    }

    #[test]
    fn a_schedule_of_nothing_is_due_never() {
        assert_eq!(even(Vec::new()).times().count(), 0);
        assert_eq!(even(vec![stage(0.0, 0.0, 1000)]).times().count(), 0);
        assert_eq!(even(vec![stage(100.0, 100.0, 0)]).times().count(), 0);
    }

    #[test]
    fn the_distances_of_a_poisson_process_vary_as_much_as_they_are_long() {
        let mut schedule = Schedule::constant(Rate(1000.0), Duration::from_secs(20));
        schedule.spread = Spread::Poisson { seed: 7 };
        let times: Vec<f64> = schedule.times().map(|time| time.as_secs_f64()).collect();
        let gaps: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let count = f64::from(u32::try_from(gaps.len()).unwrap());
        let mean = gaps.iter().sum::<f64>() / count;
        let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / count;
        // Four standard errors of 20,000 exponential distances.
        assert!((mean - 0.001).abs() < 0.000_03, "{mean}");
        assert!((variance.sqrt() / mean - 1.0).abs() < 0.04, "{variance}");
    }

    /// Gives how many requests are due in the first `time` on average.
    fn due_within(schedule: &Schedule, time: Duration) -> f64 {
        let mut left = time;
        let area = |stage: &Stage| {
            let area = stage.area(left);
            left = left.saturating_sub(stage.lasts);
            area
        };
        schedule.stages.iter().map(area).sum()
    }

    fn stages() -> impl Strategy<Value = Vec<Stage>> {
        let drawn = (0.0..2000.0_f64, 0.0..2000.0_f64, 0_u64..3000);
        let drawn = drawn.prop_map(|(from, to, ms)| stage(from, to, ms));
        proptest::collection::vec(drawn, 0..5)
    }

    proptest! {
        #[test]
        fn as_many_are_due_in_a_time_as_the_area_under_the_rate(stages in stages(), share in 0.0..1.0_f64) {
            let schedule = even(stages);
            let until = schedule.lasts().mul_f64(share);
            let due = schedule.times().filter(|time| *time < until).count();
            let area = due_within(&schedule, until);
            prop_assert!((f64::from(u32::try_from(due).unwrap()) - area).abs() <= 1.0 + 1e-3, "{due} for {area}");
            let all = due_within(&schedule, schedule.lasts());
            let count = f64::from(u32::try_from(schedule.times().count()).unwrap());
            prop_assert!((count - all).abs() < 1.0 + 1e-3, "{count} for {all}");
        }

        #[test]
        fn the_moments_are_in_order_and_the_same_for_the_same_seed(stages in stages(), seed: u64, poisson: bool) {
            let spread = if poisson { Spread::Poisson { seed } } else { Spread::Even };
            let schedule = Schedule { stages, spread };
            let times: Vec<Duration> = schedule.times().collect();
            prop_assert!(times.is_sorted());
            prop_assert!(times.last().is_none_or(|last| *last <= schedule.lasts()));
            prop_assert_eq!(times, schedule.clone().times().collect::<Vec<_>>());
        }
    }
}
