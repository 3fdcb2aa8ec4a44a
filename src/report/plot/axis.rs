//! Axes: from numbers to places on a picture, with round ticks.

use super::unit::Unit;

/// From this ratio of the highest to the lowest number on, an axis of times is logarithmic.
const WIDE: f64 = 30.0;
/// About how many ticks an axis has.
const TICKS: f64 = 5.0;

/// Leads from numbers to shares of a length.
#[derive(Debug, Clone)]
pub struct Axis {
    pub unit: Unit,
    pub ticks: Vec<Tick>,
    scale: Scale,
    from: f64,
    to: f64,
}

/// Is a number that is written beside an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    pub at: f64,
    pub label: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scale {
    Linear,
    Log,
    /// Each nine of a share takes as much room as the one before it, as HDR histograms are drawn.
    Nines,
}

impl Axis {
    /// Gives an axis from `from` to `to`, both ends as they are: for time.
    pub fn exact(unit: Unit, from: f64, to: f64) -> Self {
        let to = if to > from { to } else { from + 1.0 };
        let ticks = ticks(unit, from, to, unit.step((to - from) / TICKS));
        Self { unit, ticks, scale: Scale::Linear, from, to }
    }

    /// Gives an axis from nought to the round number at or over `highest`.
    pub fn upwards(unit: Unit, highest: f64) -> Self {
        let highest = if highest > 0.0 { highest } else { 1.0 };
        let step = unit.step(highest / TICKS);
        let to = (highest / step - 1e-9).ceil() * step;
        Self { unit, ticks: ticks(unit, 0.0, to, step), scale: Scale::Linear, from: 0.0, to }
    }

    /// Gives an axis on which `values` are legible: logarithmic where the highest is many times the lowest.
    pub fn legible(unit: Unit, values: impl Iterator<Item = f64> + Clone) -> Self {
        let highest = values.clone().fold(0.0, f64::max);
        let lowest = values.filter(|value| *value > 0.0).fold(f64::INFINITY, f64::min);
        if lowest.is_finite() && highest / lowest >= WIDE {
            Self::log(unit, lowest, highest)
        } else {
            Self::upwards(unit, highest)
        }
    }

    /// Gives a logarithmic axis around `lowest` and `highest`, both over nought.
    pub fn log(unit: Unit, lowest: f64, highest: f64) -> Self {
        let decades = (highest / lowest).log10();
        let marks: &[f64] = if decades > 3.0 { &[1.0] } else { &[1.0, 2.0, 5.0] };
        #[expect(clippy::cast_possible_truncation, reason = "the decades of finite numbers")]
        let (first, last) = (lowest.log10().floor() as i32, highest.log10().ceil() as i32);
        let all = (first..=last)
            .flat_map(|decade| marks.iter().map(move |mark| mark * 10_f64.powi(decade)));
        let round: Vec<f64> = all.collect();
        let from = round.iter().copied().rfind(|mark| *mark <= lowest * 1.000_001);
        let to = round.iter().copied().find(|mark| *mark >= highest * 0.999_999);
        let (from, to) = (from.unwrap_or(lowest), to.unwrap_or(highest));
        let within = round.into_iter().filter(|mark| *mark >= from && *mark <= to);
        let ticks = within.map(|at| Tick { at, label: unit.tick(at) }).collect();
        Self { unit, ticks, scale: Scale::Log, from, to }
    }

    /// Gives the axis of shares on which a percentile spectrum is drawn, up to the share `highest` below 1.
    pub fn nines(highest: f64) -> Self {
        const MARKS: [(f64, &str); 8] = [
            (0.0, "0%"),
            (0.5, "50%"),
            (0.9, "90%"),
            (0.99, "99%"),
            (0.999, "99.9%"),
            (0.9999, "99.99%"),
            (0.999_99, "99.999%"),
            (0.999_999, "99.9999%"),
        ];
        let to = highest.clamp(0.99, 0.999_999_9);
        let within = MARKS.iter().filter(|(at, _)| *at <= to + 1e-12);
        let ticks = within.map(|(at, label)| Tick { at: *at, label: (*label).to_owned() });
        Self { unit: Unit::Share, ticks: ticks.collect(), scale: Scale::Nines, from: 0.0, to }
    }

    /// Gives the share of the axis at which a number lies, from 0 to 1; what is beyond an end lies at it.
    pub fn share(&self, value: f64) -> f64 {
        let [value, from, to] = [value, self.from, self.to].map(|number| match self.scale {
            Scale::Linear => number,
            Scale::Log => number.max(f64::MIN_POSITIVE).log10(),
            Scale::Nines => -(1.0 - number).max(1e-9).log10(),
        });
        let share = (value - from) / (to - from);
        if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Whether a number lies within the ends.
    pub fn holds(&self, value: f64) -> bool {
        (self.from..=self.to).contains(&value)
    }

    /// Says how the axis divides its numbers, where that is not evenly.
    pub const fn said(&self) -> &'static str {
        match self.scale {
            Scale::Linear | Scale::Nines => "",
            Scale::Log => ", logarithmic",
        }
    }
}

fn ticks(unit: Unit, from: f64, to: f64, step: f64) -> Vec<Tick> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a step is about a fifth of the length"
    )]
    let count = ((to - from) / step + 1e-9).floor() as u32;
    let first = (from / step - 1e-9).ceil() * step;
    let at = (0..=count).map(|number| first + f64::from(number) * step);
    let within = at.filter(|at| *at <= to + step * 1e-6);
    within.map(|at| Tick { at, label: unit.tick(at) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn ticks_are_round_in_the_unit_of_the_axis() {
        assert_eq!(
            labels(&Axis::upwards(Unit::Millis, 437.0)),
            ["0 ms", "100 ms", "200 ms", "300 ms", "400 ms", "500 ms"]
        );
        assert_eq!(
            labels(&Axis::exact(Unit::Seconds, 0.0, 600.0)),
            ["0 s", "2 min", "4 min", "6 min", "8 min", "10 min"]
        );
        assert_eq!(
            labels(&Axis::upwards(Unit::Bytes, 300.0 * 1024.0 * 1024.0)),
            ["0 B", "64 MiB", "128 MiB", "192 MiB", "256 MiB", "320 MiB"]
        );
    }

    #[test]
    fn an_axis_is_logarithmic_only_where_numbers_lie_far_apart() {
        let near = Axis::legible(Unit::Millis, [2.0, 9.0].into_iter());
        assert_eq!(near.scale, Scale::Linear);
        let far = Axis::legible(Unit::Millis, [0.0, 0.7, 900.0].into_iter());
        assert_eq!((far.scale, far.share(0.0)), (Scale::Log, 0.0));
        assert_eq!(labels(&far), ["0.1 ms", "1 ms", "10 ms", "100 ms", "1 s"]);
    }

    #[test]
    fn each_nine_takes_as_much_room_as_the_one_before() {
        let axis = Axis::nines(0.999);
        assert_eq!(labels(&axis), ["0%", "50%", "90%", "99%", "99.9%"]);
        let third = |share: f64| format!("{:.6}", axis.share(share) * 3.0);
        let thirds = ["0.000000", "1.000000", "2.000000", "3.000000", "3.000000"];
        assert_eq!([0.0, 0.9, 0.99, 0.999, 1.0].map(third), thirds);
    }

    #[test]
    fn an_axis_of_nothing_still_has_two_ends() {
        for axis in [
            Axis::upwards(Unit::Rate, 0.0),
            Axis::exact(Unit::Seconds, 3.0, 3.0),
            Axis::legible(Unit::Millis, std::iter::empty()),
        ] {
            assert!(axis.ticks.len() >= 2, "{axis:?}");
            assert!(axis.share(f64::NAN) < 1e-9 && axis.share(1e300) > 1.0 - 1e-9);
        }
    }
}
