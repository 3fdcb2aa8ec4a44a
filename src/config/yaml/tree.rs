//! The tree of a YAML document: what the parser's events say, with places.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, StrInput, Tag};

use super::flaw::{Flaw, Kind, Shape};
use super::scalar::{Meaning, meaning};
use crate::model::Span;

/// How deep lists and maps may stand in each other: what reads them calls itself for each.
const DEPTH: usize = 100;
/// How many parts all aliases may stand for: a few lines of them can stand for more than any memory holds.
const COPIES: usize = 100_000;

/// Is a part of a document.
#[derive(Debug, Clone)]
pub(super) struct Branch<'i> {
    pub at: Span,
    pub form: Form<'i>,
}

/// Is what a part can be.
#[derive(Debug, Clone)]
pub(super) enum Form<'i> {
    Scalar(Cow<'i, str>, Meaning),
    List(Vec<Branch<'i>>),
    Map(Vec<(Key<'i>, Branch<'i>)>),
}

/// Is the key of an entry, which is a text whatever it means elsewhere.
#[derive(Debug, Clone)]
pub(super) struct Key<'i> {
    pub at: Span,
    pub text: Cow<'i, str>,
}

impl Branch<'_> {
    /// Names what it is, for a refusal.
    pub fn described(&self) -> &'static str {
        match &self.form {
            Form::Scalar(_, Meaning::Null) => "nothing",
            Form::Scalar(_, Meaning::Boolean(_)) => "a boolean",
            Form::Scalar(_, Meaning::Text) => "a text",
            Form::Scalar(..) => "a number",
            Form::List(_) => "a list",
            Form::Map(_) => "a map",
        }
    }
}

/// Reads the one document of a text; an empty text has one that is nothing.
pub(super) fn grow(text: &str) -> Result<Branch<'_>, Flaw> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut grower = Grower {
        events: Parser::new_from_str(text),
        anchors: BTreeMap::new(),
        depth: 0,
        parts: 0,
        copies: 0,
    };
    let mut root = None;
    loop {
        match grower.next()? {
            (Event::StreamEnd, at) => {
                let nothing = || Branch { at, form: Form::Scalar("".into(), Meaning::Null) };
                return Ok(root.unwrap_or_else(nothing));
            }
            (
                Event::Nothing | Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd,
                _,
            ) => {}
            (_, at) if root.is_some() => {
                return Err(Flaw::other(at, "a second document begins here, and a file is one"));
            }
            (event, at) => root = Some(grower.branch(event, at)?),
        }
    }
}

struct Grower<'i> {
    events: Parser<'i, StrInput<'i>>,
    /// What each anchor names, and of how many parts that is.
    anchors: BTreeMap<usize, (Branch<'i>, usize)>,
    depth: usize,
    /// How many parts there are so far.
    parts: usize,
    copies: usize,
}

impl<'i> Grower<'i> {
    fn next(&mut self) -> Result<(Event<'i>, Span), Flaw> {
        match self.events.next_event() {
            Some(Ok((event, span))) => Ok((event, placed(span))),
            Some(Err(cause)) => Err(unreadable(&cause)),
            None => {
                Err(Flaw { at: None, kind: Kind::Other("the document ends too early".to_owned()) })
            }
        }
    }

    /// Gives the part that begins with an event.
    fn branch(&mut self, event: Event<'i>, at: Span) -> Result<Branch<'i>, Flaw> {
        let before = self.parts;
        self.parts += 1;
        let (form, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = tagged(tag.as_deref(), at)?
                    .map_or(style != ScalarStyle::Plain, |tag| tag == "str");
                let meaning = if is_text { Meaning::Text } else { meaning(&text) };
                (Form::Scalar(text, meaning), anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                tagged(tag.as_deref(), at)?;
                (Form::List(self.deeper(at, Self::list)?), anchor)
            }
            Event::MappingStart(anchor, tag) => {
                tagged(tag.as_deref(), at)?;
                (Form::Map(self.deeper(at, Self::map)?), anchor)
            }
            Event::Alias(anchor) => return self.copy(anchor, at),
            _ => return Err(Flaw::other(at, "a value belongs here")),
        };
        let at = match form {
            Form::Scalar(..) => at,
            // Of what goes over lines, its beginning is what to point at.
            Form::List(_) | Form::Map(_) => Span { length: 1, ..at },
        };
        let branch = Branch { at, form };
        if anchor > 0 {
            self.anchors.insert(anchor, (branch.clone(), self.parts - before));
        }
        Ok(branch)
    }

    fn deeper<T>(
        &mut self,
        at: Span,
        within: impl FnOnce(&mut Self) -> Result<T, Flaw>,
    ) -> Result<T, Flaw> {
        if self.depth == DEPTH {
            let words = format!("lists and maps stand in each other more than {DEPTH} times here");
            return Err(Flaw::other(at, words));
        }
        self.depth += 1;
        let grown = within(self);
        self.depth -= 1;
        grown
    }

    fn list(&mut self) -> Result<Vec<Branch<'i>>, Flaw> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(items),
                (event, at) => items.push(self.branch(event, at)?),
            }
        }
    }

    fn map(&mut self) -> Result<Vec<(Key<'i>, Branch<'i>)>, Flaw> {
        let mut entries = Vec::new();
        let mut merged = Vec::new();
        loop {
            let (event, at) = self.next()?;
            if event == Event::MappingEnd {
                break;
            }
            let is_merge =
                matches!(&event, Event::Scalar(text, ScalarStyle::Plain, ..) if text == "<<");
            let key = key(self.branch(event, at)?)?;
            let (event, at) = self.next()?;
            let value = self.branch(event, at)?;
            if is_merge {
                merged.extend(maps_in(value)?);
            } else {
                entries.push((key, value));
            }
        }
        only_once(&entries)?;
        for (key, value) in merged {
            // What the map says itself holds, and then what came first.
            if entries.iter().all(|(known, _)| known.text != key.text) {
                entries.push((key, value));
            }
        }
        Ok(entries)
    }

    fn copy(&mut self, anchor: usize, at: Span) -> Result<Branch<'i>, Flaw> {
        let Some((branch, parts)) = self.anchors.get(&anchor) else {
            return Err(Flaw::other(at, "this alias stands within what it names"));
        };
        self.copies += parts;
        self.parts += parts;
        if self.copies > COPIES {
            let words = format!("the aliases up to here stand for more than {COPIES} parts");
            return Err(Flaw::other(at, words));
        }
        Ok(Branch { at, ..branch.clone() })
    }
}

/// Gives the entries that `<<` takes over: those of one map, or of each in a list.
fn maps_in(branch: Branch<'_>) -> Result<Vec<(Key<'_>, Branch<'_>)>, Flaw> {
    match branch.form {
        Form::Map(entries) => Ok(entries),
        Form::List(items) => {
            let maps = items.into_iter().map(|item| match item.form {
                Form::Map(entries) => Ok(entries),
                _ => Err(Flaw::shape(&item, Shape::Map)),
            });
            Ok(maps.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
        }
        Form::Scalar(..) => Err(Flaw::shape(&branch, Shape::Map)),
    }
}

fn key(branch: Branch<'_>) -> Result<Key<'_>, Flaw> {
    match branch.form {
        Form::Scalar(text, meaning) if meaning != Meaning::Null => Ok(Key { at: branch.at, text }),
        _ => Err(Flaw::shape(&branch, Shape::Text)),
    }
}

/// Refuses a key that stands twice.
fn only_once(entries: &[(Key<'_>, Branch<'_>)]) -> Result<(), Flaw> {
    // A set takes longer than looking at the few that most maps have.
    const FEW: usize = 8;
    let twice = |key: &Key<'_>| Flaw::new(key.at, Kind::Twice(key.text.clone().into_owned()));
    if entries.len() <= FEW {
        for (at, (key, _)) in entries.iter().enumerate() {
            if entries[..at].iter().any(|(known, _)| known.text == key.text) {
                return Err(twice(key));
            }
        }
        return Ok(());
    }
    let mut seen = HashSet::with_capacity(entries.len());
    match entries.iter().find(|(key, _)| !seen.insert(&*key.text)) {
        Some((key, _)) => Err(twice(key)),
        None => Ok(()),
    }
}

/// Gives the name of a tag of the core schema; another tag is refused, because nobody would heed it.
fn tagged(tag: Option<&Tag>, at: Span) -> Result<Option<&str>, Flaw> {
    match tag {
        None => Ok(None),
        Some(tag) if tag.is_yaml_core_schema() => Ok(Some(&tag.suffix)),
        Some(tag) => Err(Flaw::other(
            at,
            format!("the tag `{}{}` means nothing here", tag.handle, tag.suffix),
        )),
    }
}

fn placed(span: saphyr_parser::Span) -> Span {
    let length = narrow(span.end.index().saturating_sub(span.start.index())).max(1);
    Span { line: narrow(span.start.line()), column: narrow(span.start.col() + 1), length }
}

fn unreadable(cause: &ScanError) -> Flaw {
    let at = cause.marker();
    let at = Span { line: narrow(at.line()), column: narrow(at.col() + 1), length: 1 };
    Flaw::other(at, in_plain_words(cause.info()))
}

/// Says in words for whoever wrote the file what the parser says of the slips that are made most.
fn in_plain_words(words: &str) -> &str {
    match words {
        "illegal placement of ':' indicator" => {
            "no key can stand here: a bracket before it is not closed"
        }
        "invalid indentation in quoted scalar" => "the quote that begins here is not closed",
        "mapping values are not allowed in this context" => "no key can stand here",
        "simple key expect ':'" => "a `:` with a space behind it is missing here",
        "tabs disallowed within this context (block indentation)" => "a tab cannot indent a line",
        "while parsing a block collection, did not find expected '-' indicator"
        | "while parsing a block mapping, did not find expected key" => {
            "this line is as far in as none before it that it could belong to"
        }
        "while parsing a flow mapping, did not find expected ',' or '}'" => {
            "a `,` or the closing `}` is missing before this"
        }
        "while parsing a flow sequence, expected ',' or ']'" => {
            "a `,` or the closing `]` is missing before this"
        }
        "while parsing a node, did not find expected node content" => {
            "a value is missing here, or a bracket before it is not closed"
        }
        "while parsing node, found unknown anchor" => "nothing before this has that anchor",
        other => other,
    }
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
