//! From rows to rounds: every refusal points at the cell.

use std::collections::BTreeMap;
use std::path::Path;

use super::metric::{self, Nature};
use super::standing::LAST_LOOK;
use super::table::{self, Cell, Row};
use super::{Metric, Pair, Reading, Rounds};
use crate::config::Source;
use crate::model::{Diagnostic, Span};

/// The two words of the column `side`, in the order in which a pair holds them.
const SIDES: [&str; 2] = ["baseline", "candidate"];
/// The largest whole number that every reader of JSON or CSV keeps as it is.
const LARGEST: f64 = 9_007_199_254_740_992.0;

/// Reads rounds: JSON where the file's name ends so, else CSV.
///
/// # Errors
///
/// The first thing that is wrong, with its place.
pub fn read(source: Source) -> Result<Rounds, Diagnostic> {
    let is_json = Path::new(&source.name).extension().is_some_and(|ending| ending == "json");
    let rows = if is_json { table::json(&source)? } else { table::csv(&source)? };
    if rows.is_empty() {
        let refusal =
            Diagnostic::new(&*source.name, source.text.clone(), "there is no round in it");
        let start = Span { line: 1, column: 1, length: 1 };
        return Err(refusal.at(start).help(
            "write the columns pair,side,order,metric,value and below them a row for each number",
        ));
    }
    let mut reader = Reader {
        rounds: Rounds { source, metrics: Vec::new(), mixed: None },
        drafts: Vec::new(),
        orders: BTreeMap::new(),
    };
    for row in &rows {
        reader.row(row)?;
    }
    reader.environments(&rows);
    reader.finish()
}

/// Collects what the rows say.
struct Reader {
    rounds: Rounds,
    drafts: Vec<Draft>,
    /// When each round ran, and where that was said first.
    orders: BTreeMap<(u64, usize), (u64, Span)>,
}

/// Is a metric of which not every pair has both sides yet.
struct Draft {
    name: String,
    span: Span,
    /// By the pair's number, in the order of the file.
    pairs: Vec<(u64, Span, [Option<Reading>; 2])>,
}

impl Reader {
    fn row(&mut self, row: &Row) -> Result<(), Diagnostic> {
        let number = self.whole(&row.pair, "the number of a pair")?;
        let side = self.side(&row.side)?;
        let order = self.whole(&row.order, "the order of a round")?;
        self.order(number, side, order, row)?;
        let name = self.metric(&row.metric)?;
        let value = self.value(&row.value, &name)?;
        let reading = Reading { value, order, span: row.value.span };
        let known = self.drafts.iter().position(|draft| draft.name == name);
        let at = known.unwrap_or_else(|| {
            self.drafts.push(Draft { name, span: row.metric.span, pairs: Vec::new() });
            self.drafts.len() - 1
        });
        let draft = &mut self.drafts[at];
        let known = draft.pairs.iter().position(|(other, ..)| *other == number);
        let pair = known.unwrap_or_else(|| {
            draft.pairs.push((number, row.pair.span, [None, None]));
            draft.pairs.len() - 1
        });
        if draft.pairs.len() > LAST_LOOK {
            let message = format!("this is pair {} of `{}`", draft.pairs.len(), draft.name);
            let help = format!(
                "at most {LAST_LOOK} pairs are judged: the looks are fixed in advance, and another one \
                 would raise the chance of a false answer"
            );
            return Err(self.rounds.refuse(row.pair.span, message).help(help));
        }
        match draft.pairs[pair].2[side].replace(reading) {
            None => Ok(()),
            Some(earlier) => {
                let message = format!(
                    "`{}` of the {} in pair {number} is given twice",
                    draft.name, SIDES[side]
                );
                let place = earlier.span.place(&self.rounds.source.name);
                let help =
                    format!("it stands at {place} already; each round has a pair of its own");
                Err(self.rounds.refuse(row.value.span, message).help(help))
            }
        }
    }

    /// Reads a whole number.
    fn whole(&self, cell: &Cell, what: &str) -> Result<u64, Diagnostic> {
        cell.text.parse().map_err(|_| {
            self.rounds
                .refuse(cell.span, format!("`{}` is not {what}", cell.text))
                .help("write a whole number, such as 1")
        })
    }

    fn side(&self, cell: &Cell) -> Result<usize, Diagnostic> {
        SIDES.iter().position(|side| *side == cell.text).ok_or_else(|| {
            self.rounds
                .refuse(cell.span, format!("`{}` is not a side", cell.text))
                .help("write `baseline` or `candidate`")
        })
    }

    /// Sees to it that all rows of a round say the same order, and the other side of the pair another.
    fn order(&mut self, number: u64, side: usize, order: u64, row: &Row) -> Result<(), Diagnostic> {
        let (said, at) = *self.orders.entry((number, side)).or_insert((order, row.order.span));
        let file = &self.rounds.source.name;
        if said != order {
            let place = at.place(file);
            let message = format!("the {} of pair {number} has another order here", SIDES[side]);
            let help = format!("it is {said} at {place}; all numbers of one round have its order");
            return Err(self.rounds.refuse(row.order.span, message).help(help));
        }
        match self.orders.get(&(number, 1 - side)) {
            Some((other, at)) if *other == order => {
                let place = at.place(file);
                let message = format!("both rounds of pair {number} have the order {order}");
                let help = format!(
                    "one of them ran first ({place} is the other): give it the smaller number"
                );
                Err(self.rounds.refuse(row.order.span, message).help(help))
            }
            _ => Ok(()),
        }
    }

    fn metric(&self, cell: &Cell) -> Result<String, Diagnostic> {
        if cell.text.is_empty() || cell.text.chars().any(char::is_control) {
            let refusal = self.rounds.refuse(cell.span, "the name of a metric is one line of text");
            return Err(refusal.help("write it like `p95` or `p95 of GET /orders`"));
        }
        Ok(cell.text.clone())
    }

    fn value(&self, cell: &Cell, name: &str) -> Result<f64, Diagnostic> {
        let number = cell.text.parse::<f64>().ok().filter(|number| number.is_finite());
        let Some(number) = number.filter(|number| *number >= 0.0) else {
            let message = format!("`{}` is not what a round measures", cell.text);
            let refusal = self.rounds.refuse(cell.span, message);
            return Err(refusal.help("write a number of 0 or more without a unit, such as 41.5"));
        };
        let is_count = metric::nature(name) != Nature::Ratio;
        if is_count && (number.fract() != 0.0 || number > LARGEST) {
            let message = format!("`{}` is not a number of requests", cell.text);
            let refusal = self.rounds.refuse(cell.span, message);
            return Err(refusal.help("errors and requests are counted: write a whole number"));
        }
        Ok(number)
    }

    /// Looks for a round of another environment than the first.
    fn environments(&mut self, rows: &[Row]) {
        let mut cells = rows.iter().filter_map(|row| row.environment.as_ref());
        let Some(first) = cells.next() else { return };
        let other = cells.find(|cell| cell.text != first.text);
        self.rounds.mixed =
            other.map(|other| (other.span, [first.text.clone(), other.text.clone()]));
    }

    /// Refuses pairs of which a side is missing.
    fn finish(mut self) -> Result<Rounds, Diagnostic> {
        for Draft { name, span, pairs } in std::mem::take(&mut self.drafts) {
            let mut whole = Vec::new();
            for (number, at, sides) in pairs {
                let [Some(baseline), Some(candidate)] = sides else {
                    let missing = SIDES[usize::from(sides[0].is_some())];
                    let message = format!("pair {number} has no `{name}` of the {missing}");
                    let refusal = self.rounds.refuse(at, message);
                    return Err(refusal.help("measure it, or take the whole pair out"));
                };
                whole.push(Pair { number, baseline, candidate });
            }
            self.rounds.metrics.push(Metric { name, span, pairs: whole });
        }
        if self.rounds.judged().next().is_none() {
            let [first, ..] = &self.rounds.metrics[..] else {
                unreachable!("a file with a row has a metric")
            };
            let refusal = self.rounds.refuse(first.span, "nothing but requests was measured");
            return Err(refusal.help("add a metric that is judged, such as p95 or errors"));
        }
        Ok(self.rounds)
    }
}
