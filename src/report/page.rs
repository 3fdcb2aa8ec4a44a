//! The page that the terminal's renderings write on.

use anstyle::Style;
use console::measure_text_width;

use super::style::{DIM, inked};
use super::words::plural;
use super::{visible, wrap};

/// Is the narrowest page on which the labels leave room for text, in columns.
const NARROWEST: usize = 40;

/// Collects lines and knows how wide they may be.
pub struct Page {
    out: String,
    width: usize,
}

impl Page {
    pub fn new(width: usize) -> Self {
        Self { out: String::new(), width: width.max(NARROWEST) }
    }

    pub fn finish(self) -> String {
        self.out
    }

    /// Leaves one empty line, never two.
    pub fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    pub fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    /// Whether a styled line is no wider than the page.
    pub fn holds(&self, line: &str) -> bool {
        measure_text_width(line) <= self.width
    }

    /// Writes foreign text after `lead`, under which its further lines are indented.
    pub fn text(&mut self, lead: &str, text: &str, ink: Style, most: usize) {
        let under = " ".repeat(measure_text_width(lead));
        self.text_under(lead, &under, text, ink, most);
    }

    /// Writes foreign text after `lead`, and its further lines after `under`, which is as wide.
    pub fn text_under(&mut self, lead: &str, under: &str, text: &str, ink: Style, most: usize) {
        let indent = measure_text_width(lead);
        let lines = wrap(&visible(text), self.width.saturating_sub(indent));
        let (shown, left) = lines.split_at(most.min(lines.len()));
        for (at, line) in shown.iter().enumerate() {
            let lead = if at == 0 { lead } else { under };
            self.line(format!("{lead}{}", inked(ink, line)).trim_end());
        }
        if !left.is_empty() {
            let more = format!("… {}", plural(left.len(), "more line"));
            self.line(&format!("{under}{}", inked(DIM, &more)));
        }
    }
}
