//! Estimates with their intervals beside what is tolerated, one under the other.

use maud::{Markup, html};

use super::{Axis, Unit};
use crate::model::{CheckResult, Comparison, Statistic};
use crate::report::style::{INFORMATION, symbol};
use crate::report::visible;

const WIDTH: f64 = 720.0;
/// Where the names end and the numbers begin.
const LEFT: f64 = 210.0;
const RIGHT: f64 = 510.0;
const ROW: f64 = 30.0;
const TOP: f64 = 26.0;
/// How many characters of a name find room; the table has all of it.
const NAME: usize = 30;

type Row<'r> = (&'r CheckResult, &'r Comparison);

/// Draws the comparisons among some results: the ratios over one axis, shares of failures over another.
///
/// A ratio above 1 is worse, whichever way its metric is better.
pub fn intervals(results: &[&CheckResult], id: &str) -> Markup {
    let rows =
        results.iter().filter_map(|result| Some((*result, result.evidence.comparison.as_deref()?)));
    let (shares, ratios): (Vec<Row<'_>>, Vec<Row<'_>>) =
        rows.partition(|(_, comparison)| comparison.statistic == Statistic::Share);
    html! {
        @if !ratios.is_empty() {
            @let told = ("times as bad as the baseline", Some((1.0, "no change")));
            (figure(&ratios, &ratio_axis(&ratios), told, &format!("{id}-ratios")))
        }
        @if !shares.is_empty() {
            @let axis = Axis::upwards(Unit::Share, ends(&shares).fold(0.0, f64::max));
            (figure(&shares, &axis, ("requests that failed", None), &format!("{id}-shares")))
        }
    }
}

/// Gives all numbers that have to find room, the ends of intervals that have one.
fn ends<'r>(rows: &'r [Row<'r>]) -> impl Iterator<Item = f64> + 'r {
    rows.iter().flat_map(|(_, comparison)| {
        let Comparison { estimate, low, high, limit, .. } = comparison;
        [Some(*estimate), *low, *high, Some(*limit)].into_iter().flatten()
    })
}

fn ratio_axis(rows: &[Row<'_>]) -> Axis {
    let within = |value: &f64| value.is_finite() && *value > 0.0;
    let highest = ends(rows).filter(within).fold(1.1, f64::max);
    let lowest = ends(rows).filter(within).fold(1.0 / 1.1, f64::min);
    if highest / lowest > 4.0 {
        // One metric that is many times worse leaves the others legible.
        Axis::log(Unit::Times, lowest.max(0.01), highest.min(100.0))
    } else {
        let margin = (highest - lowest) * 0.04;
        Axis::exact(Unit::Times, lowest - margin, highest + margin)
    }
}

fn figure(rows: &[Row<'_>], axis: &Axis, told: (&str, Option<(f64, &str)>), id: &str) -> Markup {
    let (title, middle) = told;
    #[expect(clippy::cast_precision_loss, reason = "a number of metrics")]
    let bottom = TOP + rows.len() as f64 * ROW;
    let (title_id, view) = (format!("{id}-t"), format!("0 0 {WIDTH} {}", bottom + 24.0));
    let x = |value: f64| LEFT + axis.share(value) * (RIGHT - LEFT);
    html! {
        figure class="plot wide compared" {
            figcaption #(title_id) { "Candidate against baseline: " (title) (axis.said()) }
            ul.legend {
                li { svg.key viewBox="0 0 24 8" aria-hidden="true" { path.span d="M2 4H22" {} circle.estimate cx="12" cy="4" r="3" {} } "estimate and interval" }
                li { svg.key viewBox="0 0 24 8" aria-hidden="true" { rect.tolerated x="2" width="20" height="8" {} } "tolerated" }
            }
            div.picture tabindex="0" role="region" aria-labelledby=(title_id) {
                svg viewBox=(view) role="img" aria-labelledby=(title_id) {
                    @if let Some((at, name)) = middle {
                        path.axis d=(format!("M{:.1} {TOP}V{bottom}", x(at))) {}
                        text.tick.x x=(format!("{:.1}", x(at))) y="14" { (name) }
                        text.tick.x x=(format!("{:.1}", f64::midpoint(x(at), RIGHT))) y="14" { "worse →" }
                    }
                    path.axis d=(format!("M{LEFT} {bottom}H{RIGHT}")) {}
                    @for tick in &axis.ticks {
                        text.tick.x x=(format!("{:.1}", x(tick.at))) y=(bottom + 16.0) { (tick.label) }
                    }
                    @for ((result, comparison), number) in rows.iter().zip(0_u32..) {
                        (row(result, comparison, TOP + f64::from(number) * ROW, x))
                    }
                }
            }
        }
    }
}

fn row(result: &CheckResult, comparison: &Comparison, top: f64, x: impl Fn(f64) -> f64) -> Markup {
    let Comparison { statistic, estimate, low, high, limit, .. } = comparison;
    let name = visible(&result.check.name);
    let short: String = if name.chars().count() > NAME {
        name.chars().take(NAME - 1).chain(['…']).collect()
    } else {
        name.to_string()
    };
    // What is tolerated lies as far on the better side, where a change is none either.
    let from = if *statistic == Statistic::Share { 0.0 } else { 1.0 / limit };
    let (from, to) = (x(from), x(*limit));
    // An end without bound reaches the edge.
    let ends = (low.map_or(LEFT, &x), high.map_or(RIGHT, &x));
    let middle = top + ROW / 2.0;
    let (outcome, mark) = match result.outcome {
        _ if result.only_informs() => ("information", INFORMATION),
        outcome => (outcome.word(), symbol(outcome)),
    };
    let numbers = format!("{} ({})", comparison.shown_estimate(), comparison.shown_interval());
    let hover = format!(
        "{name}: {numbers}, tolerated {}, {} pairs, {}",
        comparison.shown_limit(),
        comparison.pairs,
        outcome
    );
    html! {
        g.(outcome) {
            title { (hover) }
            rect.hit x="0" y=(top) width=(WIDTH) height=(ROW) {}
            rect.tolerated x=(format!("{from:.1}")) y=(top + 5.0) width=(format!("{:.1}", (to - from).max(0.0)))
                height=(ROW - 10.0) {}
            text.name x="0" y=(middle + 4.0) { tspan.mark { (mark) } " " (short) }
            path.span d=(format!("M{:.1} {middle}H{:.1}", ends.0, ends.1)) {}
            circle.estimate cx=(format!("{:.1}", x(*estimate))) cy=(middle) r="4" {}
            text.name x=(RIGHT + 10.0) y=(middle + 4.0) { (numbers) }
        }
    }
}
