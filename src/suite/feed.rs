//! Rows of a file, one for each visitor.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Is a table whose columns requests name as `${feed.column}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feed {
    /// The names of its columns.
    pub columns: Vec<String>,
    /// Its rows, at least one, each with a value for each column.
    pub rows: Vec<Vec<Value>>,
    /// Which row comes next.
    pub order: FeedOrder,
}

/// Says which row of a feed comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedOrder {
    /// The one after the last, and the first again after all of them.
    InTurn,
    /// Any; the same ones for the same seed.
    Random,
}

impl FeedOrder {
    /// Every order.
    pub const ALL: [Self; 2] = [Self::InTurn, Self::Random];

    /// The word for it in suites.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::InTurn => "in_turn",
            Self::Random => "random",
        }
    }
}

/// Says why a file gives no rows; reads after the file's name.
type NoRows = String;

impl Feed {
    /// What the names of columns begin with.
    pub const PREFIX: &'static str = "feed.";

    /// Reads CSV with a head, whose values are texts.
    pub(super) fn csv(text: &str, order: FeedOrder) -> Result<Self, NoRows> {
        let mut reader =
            csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let head = reader.headers().map_err(|cause| cause.to_string())?;
        let columns: Vec<String> = head.iter().map(str::to_owned).collect();
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|cause| not_a_row(&cause))?;
            rows.push(record.iter().map(Value::from).collect());
        }
        Self { columns, rows, order }.usable()
    }

    /// Reads an object a line, whose values keep their types.
    pub(super) fn json_lines(text: &str, order: FeedOrder) -> Result<Self, NoRows> {
        let mut columns: Vec<String> = Vec::new();
        let mut rows = Vec::new();
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        for (number, line) in lines.map(|(index, line)| (index + 1, line)) {
            let row: Map<String, Value> = serde_json::from_str(line)
                .map_err(|cause| format!("line {number} is no JSON object: {cause}"))?;
            if rows.is_empty() {
                columns = row.keys().cloned().collect();
            }
            if let Some(lacking) = columns.iter().find(|column| !row.contains_key(*column)) {
                return Err(format!("line {number} has no `{lacking}`, which the first one has"));
            }
            rows.push(columns.iter().map(|column| row[column].clone()).collect());
        }
        Self { columns, rows, order }.usable()
    }

    fn usable(self) -> Result<Self, NoRows> {
        let is_name_char = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        let is_name = |name: &&String| !name.is_empty() && name.chars().all(is_name_char);
        if let Some(odd) = self.columns.iter().find(|name| !is_name(name)) {
            return Err(format!(
                "the column `{odd}` cannot be named; use letters, digits, `_`, `-` and `.`"
            ));
        }
        let again = |(index, name): &(usize, &String)| self.columns[..*index].contains(name);
        if let Some((_, name)) = self.columns.iter().enumerate().find(again) {
            return Err(format!("the column `{name}` is there twice"));
        }
        if self.rows.is_empty() { Err("it has no row".to_owned()) } else { Ok(self) }
    }
}

fn not_a_row(cause: &csv::Error) -> NoRows {
    match cause.kind() {
        csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
            let line = pos.as_ref().map_or(0, csv::Position::line);
            format!("line {line} has {len} values and not {expected_len}, as its head has")
        }
        _ => cause.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn csv_gives_texts_and_json_lines_keep_the_types_of_their_values() {
        let read = Feed::csv("sku, quantity\nmug-01, 2\n\"tea, green\",1\n", FeedOrder::InTurn);
        let read = read.unwrap();
        assert_eq!(read.columns, ["sku", "quantity"]);
        assert_eq!(read.rows, [[json!("mug-01"), json!("2")], [json!("tea, green"), json!("1")]]);
        let lines = "{\"sku\":\"mug-01\",\"quantity\":2}\n\n{\"quantity\":1,\"sku\":\"tea\"}\n";
        let read = Feed::json_lines(lines, FeedOrder::Random).unwrap();
        assert_eq!(read.rows, [[json!("mug-01"), json!(2)], [json!("tea"), json!(1)]]);
    }

    #[test]
    fn a_feed_that_is_empty_or_uneven_is_refused_with_its_line() {
        let csv = |text| Feed::csv(text, FeedOrder::InTurn).unwrap_err();
        assert_eq!(csv("sku\n"), "it has no row");
        assert_eq!(csv("sku,n\nmug-01\n"), "line 2 has 1 values and not 2, as its head has");
        assert_eq!(csv("sku,sku\na,b\n"), "the column `sku` is there twice");
        assert!(csv("the sku\na\n").contains("cannot be named"));
        let lines = |text| Feed::json_lines(text, FeedOrder::InTurn).unwrap_err();
        assert_eq!(lines("{\"a\":1}\n{\"b\":1}\n"), "line 2 has no `a`, which the first one has");
        assert!(lines("[1]\n").starts_with("line 1 is no JSON object"));
        assert_eq!(lines(""), "it has no row");
    }
}
