//! Breaks text into lines that fit.

use console::measure_text_width;

/// Breaks text into lines of at most `width` columns: at spaces where it can, inside words where it
/// must. The text's own lines and their indentation are kept.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(2);
    let text = text.replace('\t', "    ");
    let mut lines = Vec::new();
    for line in text.split('\n') {
        let mut rest = line.trim_end();
        loop {
            let end = fitting(rest, width);
            lines.push(rest[..end].trim_end().to_owned());
            rest = rest[end..].trim_start_matches(' ');
            if rest.is_empty() {
                break;
            }
        }
    }
    lines
}

/// Says how many bytes of `line` go on a line of `width` columns; at least one character does.
fn fitting(line: &str, width: usize) -> usize {
    let mut columns = 0;
    let mut buffer = [0; 4];
    let overflow = line.char_indices().find(|(_, c)| {
        columns += measure_text_width(c.encode_utf8(&mut buffer));
        columns > width
    });
    let Some((overflow, c)) = overflow else { return line.len() };
    if c == ' ' {
        return overflow;
    }
    let indent = line.len() - line.trim_start().len();
    match line[..overflow].rfind(' ') {
        Some(space) if space > indent => space + 1,
        _ => overflow.max(line.chars().next().map_or(0, char::len_utf8)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_break_at_spaces_and_keep_their_own_indentation() {
        assert_eq!(wrap("one two three\n  {\n    a", 8), ["one two", "three", "  {", "    a"]);
    }

    #[test]
    fn a_word_longer_than_the_line_is_broken_where_it_must_be() {
        assert_eq!(wrap("価格価格 x", 4), ["価格", "価格", "x"]);
    }

    #[test]
    fn nothing_is_one_empty_line() {
        assert_eq!(wrap("", 10), [""]);
    }

    proptest! {
        #[test]
        fn every_line_fits_and_no_word_is_lost(text in "[a-zé価 \n]{0,80}", width in 2_usize..30) {
            let lines = wrap(&text, width);
            prop_assert!(lines.iter().all(|line| measure_text_width(line) <= width));
            let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }
    }
}
