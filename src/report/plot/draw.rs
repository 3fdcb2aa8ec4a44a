//! How a plot is drawn.

use std::fmt::Write as _;

use maud::{Markup, html};

use super::series::{self, parts, thinned};
use super::{Line, Plot, Series, Size, Tone};
use crate::report::visible;

/// In how many columns a pointer finds the numbers.
const MOST_HITS: u32 = 120;
/// About how wide a letter is, in units of the picture.
const LETTER: f64 = 6.5;
/// How wide the shade must be for its name to find room.
const NOTE: f64 = 66.0;

/// Holds where on a picture its axes lie, in units of the picture.
struct Frame {
    width: f64,
    height: f64,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Frame {
    const fn of(size: Size) -> Self {
        match size {
            Size::Wide => Self {
                width: 720.0,
                height: 250.0,
                left: 64.0,
                right: 708.0,
                top: 12.0,
                bottom: 222.0,
            },
            Size::Small => Self {
                width: 340.0,
                height: 150.0,
                left: 58.0,
                right: 330.0,
                top: 10.0,
                bottom: 124.0,
            },
        }
    }

    fn x(&self, plot: &Plot, value: f64) -> f64 {
        self.left + plot.x.share(value) * (self.right - self.left)
    }

    fn y(&self, plot: &Plot, value: f64) -> f64 {
        self.bottom - plot.y.share(value) * (self.bottom - self.top)
    }

    /// Gives how many columns can be told apart.
    const fn columns(&self) -> u32 {
        if self.width > 400.0 { 320 } else { 130 }
    }
}

/// Gives the picture with its title and its legend; a sentence instead where there is nothing to draw.
pub fn figure(plot: &Plot, id: &str) -> Markup {
    let class = match plot.size {
        Size::Wide => "plot wide",
        Size::Small => "plot small",
    };
    html! {
        figure class=(class) {
            figcaption #{ (id) "-t" } { (visible(&plot.title)) (plot.y.said()) }
            @if plot.shows_anything() {
                @if plot.series.len() > 1 || plot.series.iter().any(|series| series.tone == Tone::Wrong) {
                    ul.legend { @for series in &plot.series { (key(series)) } }
                }
                div.picture tabindex="0" role="region" aria-labelledby={ (id) "-t" } { (svg(plot, id)) }
            } @else {
                p.nothing { (visible(&plot.summary)) }
            }
        }
    }
}

fn key(series: &Series) -> Markup {
    html! {
        li {
            svg.key viewBox="0 0 24 8" aria-hidden="true" {
                path class={ "line " (series.tone.word()) } d="M2 4H22" {}
            }
            (visible(&series.name))
        }
    }
}

fn svg(plot: &Plot, id: &str) -> Markup {
    let frame = Frame::of(plot.size);
    let box_ = format!("0 0 {} {}", frame.width, frame.height);
    html! {
        svg viewBox=(box_) role="img" aria-labelledby={ (id) "-t" } aria-describedby={ (id) "-d" } {
            desc #{ (id) "-d" } { (visible(&plot.summary)) }
            @if let Some(unjudged) = &plot.unjudged { (shade(plot, &frame, unjudged)) }
            (grid(plot, &frame))
            @for series in plot.series.iter().filter(|series| series.tone == Tone::Wrong) {
                path.line.wrong d=(bars(plot, &frame, series)) {}
            }
            @for series in plot.series.iter().filter(|series| series.tone != Tone::Wrong) {
                path class={ "line " (series.tone.word()) } d=(line(plot, &frame, series)) {}
            }
            @for limit in plot.limits.iter().filter(|limit| plot.y.holds(limit.at)) {
                (across(plot, &frame, limit))
            }
            @for event in &plot.events { (upright(plot, &frame, event)) }
            (hits(plot, &frame))
        }
    }
}

fn shade(plot: &Plot, frame: &Frame, unjudged: &Line) -> Markup {
    let width = frame.x(plot, unjudged.at) - frame.left;
    html! {
        @if width > 0.5 {
            rect.unjudged x=(place(frame.left)) y=(place(frame.top)) width=(place(width))
                height=(place(frame.bottom - frame.top)) {}
            @if width > NOTE {
                text.note x=(place(frame.left + 4.0)) y=(place(frame.top + 12.0)) {
                    (visible(&unjudged.name))
                }
            }
        }
    }
}

fn grid(plot: &Plot, frame: &Frame) -> Markup {
    let (mut lines, right) = (String::new(), frame.right);
    for tick in &plot.y.ticks {
        let _ = write!(lines, "M{} {}H{right}", place(frame.left), place(frame.y(plot, tick.at)));
    }
    let mut notches = format!("M{} {}H{right}", place(frame.left), place(frame.bottom));
    for tick in &plot.x.ticks {
        let _ = write!(notches, "M{} {}v4", place(frame.x(plot, tick.at)), place(frame.bottom));
    }
    html! {
        path.grid d=(lines) {}
        path.axis d=(notches) {}
        @for tick in &plot.y.ticks {
            text.tick.y x=(place(frame.left - 6.0)) y=(place(frame.y(plot, tick.at) + 4.0)) { (tick.label) }
        }
        @for (x, label) in labels(plot, frame) {
            // A label in the middle of the last tick would leave the picture.
            text.tick.(if x > frame.right - 14.0 { "end" } else { "x" }) x=(place(x))
                y=(place(frame.bottom + 18.0)) { (label) }
        }
    }
}

/// Gives the labels of the horizontal axis with their places; none that would touch the one before it.
fn labels<'p>(plot: &'p Plot, frame: &Frame) -> Vec<(f64, &'p str)> {
    let mut labels: Vec<(f64, &str)> = Vec::new();
    let mut free = f64::NEG_INFINITY;
    for tick in &plot.x.ticks {
        let x = frame.x(plot, tick.at);
        let half = f64::from(u32::try_from(tick.label.len()).unwrap_or(u32::MAX)) * LETTER / 2.0;
        let begins = if x > frame.right - 14.0 { x - 2.0 * half } else { x - half };
        if begins > free {
            labels.push((x, &tick.label));
            free = x + half + LETTER;
        }
    }
    labels
}

fn line(plot: &Plot, frame: &Frame, series: &Series) -> String {
    let mut path = String::new();
    for part in parts(&series.points, series.step) {
        let kept = thinned(&part, frame.columns(), |x| plot.x.share(x));
        for (at, (x, y)) in kept.iter().enumerate() {
            let command = if at == 0 { 'M' } else { 'L' };
            let _ =
                write!(path, "{command}{} {}", place(frame.x(plot, *x)), place(frame.y(plot, *y)));
        }
        if kept.len() == 1 {
            // Round ends make a dot of a line without length.
            path.push_str("h0");
        }
    }
    path
}

fn bars(plot: &Plot, frame: &Frame, series: &Series) -> String {
    let mut path = String::new();
    for part in parts(&series.points, None) {
        let risen = part.into_iter().filter(|(_, y)| *y > 0.0);
        let risen: Vec<(f64, f64)> = risen.collect();
        for (x, y) in thinned(&risen, frame.columns(), |x| plot.x.share(x)) {
            // What went wrong once among thousands is seen too.
            let top = frame.y(plot, y).min(frame.bottom - 2.0);
            let x = place(frame.x(plot, x));
            let _ = write!(path, "M{x} {}V{}", place(frame.bottom), place(top));
        }
    }
    path
}

fn across(plot: &Plot, frame: &Frame, limit: &Line) -> Markup {
    let y = frame.y(plot, limit.at);
    // Under its line where there is no room over it.
    let beside = if y - frame.top < 14.0 { y + 13.0 } else { y - 4.0 };
    html! {
        path.limit d={ "M" (place(frame.left)) " " (place(y)) "H" (place(frame.right)) } {}
        text.limit x=(place(frame.right - 2.0)) y=(place(beside)) { (visible(&limit.name)) }
    }
}

fn upright(plot: &Plot, frame: &Frame, event: &Line) -> Markup {
    let x = frame.x(plot, event.at);
    html! {
        g.event {
            title { (visible(&event.name)) " at " (plot.x.unit.value(event.at)) }
            path d={ "M" (place(x)) " " (place(frame.top)) "V" (place(frame.bottom)) } {}
            path.flag d={ "M" (place(x)) " " (place(frame.top)) "h8l-2 4l2 4h-8z" } {}
        }
    }
}

/// Lays columns over the picture that tell their numbers to a pointer.
fn hits(plot: &Plot, frame: &Frame) -> Markup {
    let most = if plot.size == Size::Wide { MOST_HITS } else { MOST_HITS / 3 };
    let longest = plot.series.iter().map(|series| series.points.len()).max().unwrap_or_default();
    let columns = u32::try_from(longest).unwrap_or(most).clamp(1, most);
    let width = (frame.right - frame.left) / f64::from(columns);
    html! {
        @for column in 0..columns {
            @if let Some(said) = told(plot, |x| series::column(plot.x.share(x), columns) == column) {
                rect.hit x=(place(frame.left + f64::from(column) * width)) y=(place(frame.top))
                    width=(place(width)) height=(place(frame.bottom - frame.top)) { title { (said) } }
            }
        }
    }
}

/// Says the highest number of each series among some places; nothing where there is none.
fn told(plot: &Plot, is_there: impl Fn(f64) -> bool) -> Option<String> {
    let (mut from, mut to) = (f64::INFINITY, f64::NEG_INFINITY);
    let mut said = String::new();
    for series in &plot.series {
        let there = series.points.iter().filter(|(x, _)| is_there(*x));
        let measured = there.filter_map(|(x, y)| Some((*x, (*y)?)));
        let mut highest = None::<f64>;
        for (x, y) in measured {
            (from, to) = (from.min(x), to.max(x));
            highest = Some(highest.map_or(y, |highest| highest.max(y)));
        }
        if let Some(highest) = highest {
            let _ = write!(said, "\n{} {}", visible(&series.name), plot.y.unit.value(highest));
        }
    }
    let unit = plot.x.unit;
    if said.is_empty() {
        None
    } else if to > from {
        Some(format!("{} to {}, at most{said}", unit.value(from), unit.value(to)))
    } else {
        Some(format!("{}{said}", unit.value(from)))
    }
}

/// Writes a place to a tenth of a unit.
fn place(value: f64) -> String {
    ((value * 10.0).round() / 10.0).to_string()
}

#[cfg(test)]
mod tests {
    use super::super::{Axis, Unit};
    use super::*;

    fn plot(points: Vec<(f64, Option<f64>)>) -> Plot {
        let values: Vec<f64> = points.iter().filter_map(|(_, y)| *y).collect();
        let last = points.last().map_or(0.0, |(x, _)| *x);
        let series =
            Series { name: "p99 <b>".to_owned(), tone: Tone::First, points, step: Some(1.5) };
        Plot {
            title: "response time".to_owned(),
            summary: "no correct response".to_owned(),
            size: Size::Wide,
            x: Axis::exact(Unit::Seconds, 0.0, last),
            y: Axis::legible(Unit::Millis, values.iter().copied()),
            series: vec![series],
            limits: vec![Line { at: 20.0, name: "limit <i>".to_owned() }],
            events: vec![Line { at: 2.0, name: "restart".to_owned() }],
            unjudged: Some(Line { at: 1.0, name: "warm-up".to_owned() }),
        }
    }

    #[test]
    fn a_plot_has_gaps_dots_limits_and_values_for_a_pointer() {
        let points = vec![(0.0, Some(10.0)), (1.0, Some(30.0)), (2.0, None), (3.0, Some(20.0))];
        insta::assert_snapshot!(figure(&plot(points), "p").into_string().replace('>', ">\n"));
    }

    #[test]
    fn a_plot_of_nothing_is_a_sentence() {
        let drawn = figure(&plot(vec![(0.0, None), (1.0, None)]), "p").into_string();
        assert!(drawn.contains("<p class=\"nothing\">no correct response</p>"), "{drawn}");
        assert!(!drawn.contains("<svg"), "{drawn}");
    }

    #[test]
    fn many_numbers_make_no_large_picture() {
        let wave = |x: u32| (f64::from(x), Some(50.0 + 40.0 * (f64::from(x) / 7.0).sin()));
        let drawn = figure(&plot((0..36_000).map(wave).collect()), "p").into_string();
        assert!(drawn.len() < 40_000, "{}", drawn.len());
        assert!(!drawn.contains("NaN"));
    }
}
