//! From text to expression, or a refusal that points at the place.

use std::sync::Arc;

use super::expression::Expression;
use super::predicate::{Pattern, Predicate, Property};
use crate::config::nearest;
use crate::model::{Diagnostic, Span};
use crate::suite::case::Level;
use crate::suite::regular;

/// What a refusal names in place of a file.
pub(super) const ORIGIN: &str = "-E";

/// How many groups may stand inside each other: more than a person writes, fewer than a stack holds.
const DEEPEST: usize = 64;

/// Reads a whole text as one expression.
pub(super) fn expression(text: &Arc<str>) -> Result<Expression, Diagnostic> {
    let mut reader = Reader { text, chars: text.chars().collect(), at: 0, depth: 0 };
    let whole = reader.either()?;
    if reader.rest().is_some() {
        let refusal = reader.refuse(reader.at, reader.at + 1, "this `)` closes nothing");
        return Err(refusal.help("take it out, or open the group with `(`"));
    }
    Ok(whole)
}

/// Stands at one character of the text; every method goes on from there.
struct Reader<'t> {
    text: &'t Arc<str>,
    chars: Vec<char>,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn either(&mut self) -> Result<Expression, Diagnostic> {
        let mut parts = vec![self.both()?];
        while self.takes('|') {
            parts.push(self.both()?);
        }
        Ok(joined(parts, Expression::Any))
    }

    fn both(&mut self) -> Result<Expression, Diagnostic> {
        let mut parts = vec![self.negated()?];
        while self.takes('&') {
            parts.push(self.negated()?);
        }
        let start = self.at;
        match self.chars.get(start).copied() {
            None | Some('|' | ')') => Ok(joined(parts, Expression::All)),
            Some(found) => {
                let word = self.word();
                let found = if word.is_empty() { found.to_string() } else { word };
                let message = format!("an operator belongs here, not `{found}`");
                let refusal = self.refuse(start, start + found.chars().count(), message);
                Err(refusal.help("write `&` where both have to fit, `|` where one is enough"))
            }
        }
    }

    fn negated(&mut self) -> Result<Expression, Diagnostic> {
        let mut is_negated = false;
        while self.takes('!') {
            is_negated = !is_negated;
        }
        let operand = self.operand()?;
        Ok(if is_negated { Expression::Not(Box::new(operand)) } else { operand })
    }

    fn operand(&mut self) -> Result<Expression, Diagnostic> {
        let predicates =
            "such as `level(e2e)`, `tag(WORD)`, `suite(WORD)`, `name(PART)`, `target(WORD)`";
        match self.chars.get(self.at).copied() {
            Some('(') => self.group(),
            Some(c) if c.is_alphanumeric() => self.predicate().map(Expression::Predicate),
            Some(c) => {
                let is_doubled = "&|".contains(c) && self.at > 0 && self.chars[self.at - 1] == c;
                let message = format!("a predicate belongs here, not `{c}`");
                let refusal = self.refuse(self.at, self.at + 1, message);
                Err(if is_doubled {
                    refusal.help(format!("write `{c}` once"))
                } else {
                    refusal.help(format!("write one, {predicates}"))
                })
            }
            None => {
                let refusal = self.refuse(self.at, self.at, "the expression ends too early");
                Err(refusal.help(format!("end it with a predicate, {predicates}")))
            }
        }
    }

    fn group(&mut self) -> Result<Expression, Diagnostic> {
        let open = self.at;
        if self.depth == DEEPEST {
            let message = format!("more than {DEEPEST} groups stand inside each other");
            return Err(self.refuse(open, open + 1, message).help("leave out what groups nothing"));
        }
        self.depth += 1;
        self.at += 1;
        let inner = self.either()?;
        self.depth -= 1;
        self.close(open)?;
        Ok(inner)
    }

    fn predicate(&mut self) -> Result<Predicate, Diagnostic> {
        let start = self.at;
        let word = self.word();
        let Some(property) = Property::ALL.into_iter().find(|known| known.word() == word) else {
            let refusal = self.refuse(start, self.at, format!("there is no predicate `{word}`"));
            let known = Property::ALL.map(Property::word);
            return Err(refusal.help(match nearest(&word, &known) {
                _ if word == "not" => "write `!`".to_owned(),
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("there are {}", known.join(", ")),
            }));
        };
        let end = self.at;
        self.skip_space();
        let open = self.at;
        if !self.takes('(') {
            let message = format!("`{word}` does not say what it has to be");
            return Err(self.refuse(start, end, message).help(format!("write `{word}(WORD)`")));
        }
        let pattern = self.pattern(property, open)?;
        self.skip_space();
        let span = self.span(start, self.at + 1);
        self.close(open)?;
        Ok(Predicate { property, pattern, span })
    }

    fn pattern(&mut self, property: Property, open: usize) -> Result<Pattern, Diagnostic> {
        self.skip_space();
        let start = self.at;
        let pattern = match self.chars.get(start) {
            Some('/') => Pattern::Matches(self.regex()?),
            Some('=') => Pattern::Equals(self.marked(property, open)?),
            Some('~') => Pattern::Contains(self.marked(property, open)?),
            _ if property == Property::Name => Pattern::Contains(self.literal(property, open)?),
            _ => Pattern::Equals(self.literal(property, open)?),
        };
        let levels = Level::ALL.map(Level::word);
        if property == Property::Level && !levels.into_iter().any(|level| pattern.fits(level)) {
            let refusal = self.refuse(start, self.at, format!("there is no level `{pattern}`"));
            return Err(refusal.help(format!("the levels are {}", levels.join(", "))));
        }
        Ok(pattern)
    }

    fn marked(&mut self, property: Property, open: usize) -> Result<String, Diagnostic> {
        self.at += 1;
        self.literal(property, open)
    }

    /// Reads up to the parenthesis that closes the predicate, without the space around it.
    fn literal(&mut self, property: Property, open: usize) -> Result<String, Diagnostic> {
        self.skip_space();
        let start = self.at;
        let mut literal = String::new();
        loop {
            match (self.chars.get(self.at), self.chars.get(self.at + 1)) {
                (None, _) => return Err(self.unclosed(open)),
                (Some(')'), _) => break,
                (Some('\\'), Some(c @ ('(' | ')' | '\\'))) => {
                    literal.push(*c);
                    self.at += 2;
                }
                (Some('('), _) => {
                    let refusal =
                        self.refuse(self.at, self.at + 1, "this `(` stands inside a word");
                    return Err(refusal.help(
                        "end the word before it with `)`, or write `\\(` for the character",
                    ));
                }
                (Some('\\'), _) => {
                    let refusal =
                        self.refuse(self.at, self.at + 1, "this `\\` stands before no `(` or `)`");
                    return Err(refusal
                        .help("write `\\\\` for the character; a pattern is written `/REGEX/`"));
                }
                (Some(c), _) => {
                    literal.push(*c);
                    self.at += 1;
                }
            }
        }
        let word = property.word();
        match literal.trim_end() {
            "" => {
                let refusal = self.refuse(start, self.at, format!("`{word}` names nothing"));
                Err(refusal.help(format!("write `{word}(WORD)`, or leave it out")))
            }
            literal => Ok(literal.to_owned()),
        }
    }

    /// Reads a regular expression between two slashes; `\/` is a slash in it.
    fn regex(&mut self) -> Result<regex::Regex, Diagnostic> {
        let open = self.at;
        let mut pattern = String::new();
        self.at += 1;
        loop {
            match (self.chars.get(self.at), self.chars.get(self.at + 1)) {
                (None, _) => {
                    let refusal = self.refuse(open, open + 1, "this `/` is never closed");
                    return Err(refusal.help("a pattern ends with `/`: `name(/REGEX/)`"));
                }
                (Some('/'), _) => break,
                (Some('\\'), Some('/')) => {
                    pattern.push('/');
                    self.at += 2;
                }
                (Some('\\'), Some(c)) => {
                    pattern.extend(['\\', *c]);
                    self.at += 2;
                }
                (Some(c), _) => {
                    pattern.push(*c);
                    self.at += 1;
                }
            }
        }
        self.at += 1;
        if pattern.is_empty() {
            let refusal = self.refuse(open, self.at, "an empty pattern is found in every text");
            return Err(refusal.help("write what has to be found"));
        }
        let regex = regular::read(&pattern).map_err(|cause| {
            self.refuse(open, self.at, cause)
                .help("put `\\` before a character that is meant itself, or use `~`")
        })?;
        match self.rest() {
            None | Some(')') => Ok(regex),
            Some(_) => {
                let refusal = self.refuse(self.at, self.at + 1, "only `)` may follow a pattern");
                Err(refusal.help("flags stand inside: `/(?i)REGEX/`"))
            }
        }
    }

    fn close(&mut self, open: usize) -> Result<(), Diagnostic> {
        if self.takes(')') { Ok(()) } else { Err(self.unclosed(open)) }
    }

    fn unclosed(&self, open: usize) -> Diagnostic {
        self.refuse(open, open + 1, "this `(` is never closed")
            .help("add the `)` that belongs to it")
    }

    /// Takes the letters and digits that stand here.
    fn word(&mut self) -> String {
        let rest = self.chars.get(self.at..).unwrap_or_default();
        let word: String = rest.iter().take_while(|c| c.is_alphanumeric()).collect();
        self.at += word.chars().count();
        word
    }

    /// Goes to the next character that is no space, and gives it.
    fn rest(&mut self) -> Option<char> {
        self.skip_space();
        self.chars.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.chars.get(self.at).is_some_and(|c| c.is_whitespace()) {
            self.at += 1;
        }
    }

    /// Takes a character and the space around it, where it stands here.
    fn takes(&mut self, wanted: char) -> bool {
        let is_there = self.rest() == Some(wanted);
        if is_there {
            self.at += 1;
            self.skip_space();
        }
        is_there
    }

    fn refuse(&self, from: usize, to: usize, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(ORIGIN, self.text.clone(), message).at(self.span(from, to))
    }

    fn span(&self, from: usize, to: usize) -> Span {
        let narrow = |count: usize| u32::try_from(count).unwrap_or(u32::MAX / 2);
        let before = &self.chars[..from];
        let lines = before.iter().filter(|c| **c == '\n').count();
        let column = before.iter().rev().take_while(|c| **c != '\n').count();
        Span {
            line: narrow(lines + 1),
            column: narrow(column + 1),
            length: narrow(to.saturating_sub(from).max(1)),
        }
    }
}

/// Leaves one part as it is.
fn joined(mut parts: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => join(parts.into_iter().chain(last).collect()),
    }
}
