//! Pictures of numbers, drawn where the page is written: SVG that needs no script and no style of its own.
//!
//! A plot is a pure function of its numbers. What is foreign in it are names and labels, which stand
//! in text alone.

mod axis;
mod draw;
mod intervals;
mod series;
mod unit;

pub use axis::Axis;
pub use draw::figure;
pub use intervals::intervals;
pub use series::Point;
pub use unit::Unit;

/// Is a picture of numbers over one axis.
#[derive(Debug)]
pub struct Plot {
    /// What it shows; stands over it.
    pub title: String,
    /// What a reader is told who does not see it.
    pub summary: String,
    pub size: Size,
    pub x: Axis,
    pub y: Axis,
    pub series: Vec<Series>,
    /// Numbers that are not to be passed, as lines across.
    pub limits: Vec<Line>,
    /// Moments at which something happened, as lines from top to bottom.
    pub events: Vec<Line>,
    /// Up to where on the horizontal axis nothing is judged, and why.
    pub unjudged: Option<Line>,
}

/// Says how large a picture is, in units of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// As wide as the page.
    Wide,
    /// One of several beside each other.
    Small,
}

/// Is a number with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub at: f64,
    pub name: String,
}

/// Is one thing that was measured again and again.
#[derive(Debug)]
pub struct Series {
    pub name: String,
    pub tone: Tone,
    pub points: Vec<Point>,
    /// How far two points may lie apart and still be joined; any distance without it.
    pub step: Option<f64>,
}

/// Is a colour with a form, so that either alone tells it from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    First,
    Second,
    Third,
    Fourth,
    /// What is meant to be, behind what is.
    Wanted,
    /// What went wrong, as bars.
    Wrong,
}

impl Tone {
    const fn word(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
            Self::Third => "third",
            Self::Fourth => "fourth",
            Self::Wanted => "wanted",
            Self::Wrong => "wrong",
        }
    }
}

impl Plot {
    /// Whether there is a single number to be drawn.
    fn shows_anything(&self) -> bool {
        self.series.iter().flat_map(|series| &series.points).any(|(_, y)| y.is_some())
    }
}
