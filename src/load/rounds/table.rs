//! The rows of a file of rounds, each cell with its place: CSV as RFC 4180 has it, or JSON.

use serde::Deserialize;

use crate::config::{Content, Node, Source, read_yaml_as, suggestion};
use crate::model::{Diagnostic, Span};

/// The columns that every file has.
const COLUMNS: [&str; 5] = ["pair", "side", "order", "metric", "value"];
/// The column that a file may have.
const ENVIRONMENT: &str = "environment";

/// Is a text with its place.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub text: String,
    pub span: Span,
}

/// Is one number that was measured, as it is written.
#[derive(Debug)]
pub(super) struct Row {
    pub pair: Cell,
    pub side: Cell,
    pub order: Cell,
    pub metric: Cell,
    pub value: Cell,
    pub environment: Option<Cell>,
}

/// Reads the rows of a JSON file.
pub(super) fn json(source: &Source) -> Result<Vec<Row>, Diagnostic> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Raw {
        pair: Node,
        side: Node,
        order: Node,
        metric: Node,
        value: Node,
        environment: Option<Node>,
    }
    let cell = |node: Node| {
        let text = match &node.value {
            Content::Text(text) => text.clone(),
            Content::Number(number) => number.to_string(),
            other => {
                let message = format!("{} is no cell of a table", other.described());
                let refusal = source.refuse(node.at, message);
                return Err(refusal.help("write a number or a text"));
            }
        };
        let quotes = if matches!(node.value, Content::Text(_)) { 2 } else { 0 };
        let length = length(&text) + quotes;
        Ok(Cell { text, span: Span { length, ..node.at } })
    };
    let row = |raw: Raw| {
        Ok(Row {
            pair: cell(raw.pair)?,
            side: cell(raw.side)?,
            order: cell(raw.order)?,
            metric: cell(raw.metric)?,
            value: cell(raw.value)?,
            environment: raw.environment.map(cell).transpose()?,
        })
    };
    // JSON is YAML too, and that reader keeps the places.
    let remedy = "write a list of objects such as {\"pair\": 1, \"side\": \"baseline\", \"order\": 1, \
                  \"metric\": \"p95\", \"value\": 41.5}";
    let rows: Vec<Raw> = read_yaml_as(source, remedy)?;
    rows.into_iter().map(row).collect()
}

/// Reads the rows of a CSV file, whose first line names the columns in any order.
pub(super) fn csv(source: &Source) -> Result<Vec<Row>, Diagnostic> {
    let mut lines = (1..).zip(source.text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let Some((number, head)) = lines.next() else { return Ok(Vec::new()) };
    let columns = cells(source, number, head.trim_start_matches('\u{feff}'))?;
    let place = places(source, &columns)?;
    let mut rows = Vec::new();
    for (number, line) in lines {
        let cells = cells(source, number, line)?;
        if cells.len() != columns.len() {
            let message =
                format!("this row has {} cells, and the head has {}", cells.len(), columns.len());
            let end = cells.last().map_or(Span { line: number, column: 1, length: 1 }, |c| c.span);
            return Err(source.refuse(end, message).help("give one cell for each column"));
        }
        let [pair, side, order, metric, value] = place.named.map(|at| cells[at].clone());
        let environment = place.environment.map(|at| cells[at].clone());
        rows.push(Row { pair, side, order, metric, value, environment });
    }
    Ok(rows)
}

/// Says which column stands where.
struct Places {
    named: [usize; 5],
    environment: Option<usize>,
}

fn places(source: &Source, columns: &[Cell]) -> Result<Places, Diagnostic> {
    for (at, column) in columns.iter().enumerate() {
        let known = [&COLUMNS[..], &[ENVIRONMENT]].concat();
        if !known.contains(&&*column.text) {
            let refusal =
                source.refuse(column.span, format!("there is no column `{}`", column.text));
            let help = suggestion(&column.text, &known).replace("the keys here", "the columns");
            return Err(refusal.help(help));
        }
        if columns[..at].iter().any(|earlier| earlier.text == column.text) {
            let message = format!("the column `{}` is given twice", column.text);
            return Err(source.refuse(column.span, message).help("keep one of the two"));
        }
    }
    let find = |name: &str| columns.iter().position(|column| column.text == name);
    let mut named = [0; 5];
    for (at, name) in named.iter_mut().zip(COLUMNS) {
        *at = find(name).ok_or_else(|| {
            let end = columns.last().map_or(Span { line: 1, column: 1, length: 1 }, |c| c.span);
            let help = format!("the first line is `{}`", COLUMNS.join(","));
            source.refuse(end, format!("the column `{name}` is missing")).help(help)
        })?;
    }
    Ok(Places { named, environment: find(ENVIRONMENT) })
}

/// Splits a line at its commas, but not at those between quotes.
fn cells(source: &Source, number: u32, line: &str) -> Result<Vec<Cell>, Diagnostic> {
    let chars: Vec<char> = line.chars().collect();
    let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let mut cells = Vec::new();
    let mut at = 0;
    loop {
        let start = at;
        let mut text = String::new();
        if chars.get(at) == Some(&'"') {
            at += 1;
            loop {
                match (chars.get(at), chars.get(at + 1)) {
                    (Some('"'), Some('"')) => {
                        text.push('"');
                        at += 2;
                    }
                    (Some('"'), _) => break at += 1,
                    (Some(c), _) => {
                        text.push(*c);
                        at += 1;
                    }
                    (None, _) => {
                        let span = Span { line: number, column: narrow(start + 1), length: 1 };
                        let refusal = source.refuse(span, "this quote is never closed");
                        return Err(refusal.help("close it on the same line, or take it out"));
                    }
                }
            }
        }
        while let Some(c) = chars.get(at).filter(|c| **c != ',') {
            text.push(*c);
            at += 1;
        }
        let text = text.trim().to_owned();
        let length = narrow(at - start).max(1);
        cells.push(Cell { text, span: Span { line: number, column: narrow(start + 1), length } });
        if at == chars.len() {
            return Ok(cells);
        }
        at += 1;
    }
}

fn length(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}
