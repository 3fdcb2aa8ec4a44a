//! A refusal of something that a person wrote: place, cause, remedy.

use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::{Place, Span};

/// Says what is wrong in a file, points at it, and tells how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong; a lowercase fragment.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
    file: String,
    text: Arc<str>,
    span: Option<Span>,
}

impl Diagnostic {
    /// Says what is wrong in `file`, whose whole text is `text`.
    #[must_use]
    pub fn new(file: impl Into<String>, text: Arc<str>, message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, file: file.into(), text, span: None }
    }

    /// Points at the place.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// Tells how to mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Gives where it points.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        self.span.map(|span| span.place(&self.file))
    }

    /// Draws it with the source line and a caret, in colour where `styled`.
    #[must_use]
    pub fn render(&self, styled: bool) -> String {
        let title = Level::ERROR.primary_title(self.message.as_str());
        let mut group = match self.span {
            Some(span) => title.element(
                Snippet::source(&*self.text)
                    .path(self.file.as_str())
                    .annotation(AnnotationKind::Primary.span(self.byte_range(span))),
            ),
            None => title.element(annotate_snippets::Origin::path(self.file.as_str())),
        };
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[group])
    }

    fn byte_range(&self, span: Span) -> std::ops::Range<usize> {
        let line_start = self
            .text
            .split_inclusive('\n')
            .take(span.line.saturating_sub(1) as usize)
            .map(str::len)
            .sum::<usize>();
        let line = self.text[line_start..].lines().next().unwrap_or_default();
        let byte_of = |column: u32| {
            let offset = line.char_indices().nth(column as usize).map_or(line.len(), |(at, _)| at);
            line_start + offset
        };
        let start = byte_of(span.column.saturating_sub(1));
        start..byte_of(span.column.saturating_sub(1) + span.length.max(1))
    }
}

impl std::fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostic {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caret_stands_under_the_characters_even_after_wide_ones() {
        let text: Arc<str> = "name: Größe\nürl: x\n".into();
        let drawn = Diagnostic::new("a.yaml", text, "unknown key `ürl`")
            .at(Span { line: 2, column: 1, length: 3 })
            .help("write `url`")
            .render(false);
        insta::assert_snapshot!(drawn, @r"
        error: unknown key `ürl`
         --> a.yaml:2:1
          |
        2 | ürl: x
          | ^^^
          |
          = help: write `url`
        ");
    }

    #[test]
    fn a_span_past_the_end_of_the_text_is_drawn_and_does_not_panic() {
        let diagnostic = Diagnostic::new("a.yaml", "x".into(), "cut off").at(Span {
            line: 9,
            column: 9,
            length: 9,
        });
        assert!(diagnostic.render(false).contains("cut off"));
    }
}
