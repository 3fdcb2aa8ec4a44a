//! A page of the documentation as a terminal shows it.

use super::style::{DIM, STRONG, TYPED, inked};

/// Gives a page with its headings and code in colours, and without the marks that stood for them.
///
/// The text keeps its lines: it is written to be read in a terminal of a hundred columns too.
pub(super) fn rendered(markdown: &str) -> String {
    let mut shown = String::new();
    let mut in_code = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
            continue;
        }
        let line = match line.split_once(' ') {
            _ if in_code => format!("    {line}"),
            Some((marks, heading)) if !marks.is_empty() && marks.chars().all(|c| c == '#') => {
                inked(STRONG, heading)
            }
            _ if is_rule_of_table(line) => continue,
            _ => spans(line),
        };
        shown.push_str(line.trim_end());
        shown.push('\n');
    }
    shown
}

/// Tells whether a line only divides the head of a table from its rows.
fn is_rule_of_table(line: &str) -> bool {
    line.starts_with('|') && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

/// Colours what stands between backquotes and shows a link as its words.
fn spans(line: &str) -> String {
    // Indented lines are code of another way of writing.
    if line.starts_with("    ") {
        return line.to_owned();
    }
    let mut shown = String::new();
    for (number, part) in line.split('`').enumerate() {
        if number % 2 == 1 {
            shown.push_str(&inked(TYPED, part));
        } else {
            shown.push_str(&links(part));
        }
    }
    shown
}

/// Shows `[words](address)` as the words with the address after them.
fn links(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, words, address, after)) = first_link(rest) {
        shown.push_str(before);
        shown.push_str(words);
        if words != address {
            shown.push_str(&inked(DIM, &format!(" ({address})")));
        }
        rest = after;
    }
    shown.push_str(&rest.replace("**", ""));
    shown
}

fn first_link(text: &str) -> Option<(&str, &str, &str, &str)> {
    let (before, rest) = text.split_once('[')?;
    let (words, rest) = rest.split_once("](")?;
    let (address, after) = rest.split_once(')')?;
    Some((before, words, address, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_loses_its_marks_and_keeps_its_words() {
        let page = "# Drift\n\nIt is **held** with `proofmark diff`, see [the rules](rules.md).\n\n```yaml\na: `b` # c\n```\n\n| key | means |\n| --- | --- |\n| `on` | a service |\n";
        let plain = anstream::adapter::strip_str(&rendered(page)).to_string();
        insta::assert_snapshot!(plain, @"
        Drift

        It is held with proofmark diff, see the rules (rules.md).

            a: `b` # c

        | key | means |
        | on | a service |
        ");
    }
}
