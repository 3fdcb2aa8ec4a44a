//! The tree of a YAML document: what the parser's events say, with places.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use granit_parser::{Event, Options, Parser, ScalarStyle, StrInput};

use super::flaw::{Flaw, Kind, Shape};
use super::scalar::{Meaning, meaning};
use super::syntax::{placed, refused};
use super::tags::Tags;
use crate::model::Span;

/// How deep lists and maps may stand in each other: what reads them calls itself for each.
const DEPTH: usize = 100;
/// How many parts all aliases may stand for: a few lines of them can stand for more than any memory holds.
const COPIES: usize = 100_000;
/// How many bytes of a text weigh as much as one part.
const BYTES_A_PART: usize = 64;

/// Is a part of a document.
#[derive(Debug, Clone)]
pub(super) struct Branch<'i> {
    pub at: Span,
    form: Form<'i>,
}

/// Is what a part can be.
#[derive(Debug, Clone)]
pub(super) enum Form<'i> {
    Scalar(Cow<'i, str>, Meaning),
    List(Vec<Branch<'i>>),
    Map(Vec<(Key<'i>, Branch<'i>)>),
    /// Has an anchor, and stands wherever an alias names it.
    Shared(Rc<Form<'i>>),
}

/// Is the key of an entry, which is a text whatever it means elsewhere.
#[derive(Debug, Clone)]
pub(super) struct Key<'i> {
    pub at: Span,
    pub text: Cow<'i, str>,
}

impl<'i> Branch<'i> {
    /// Gives what it is, which is never [`Form::Shared`].
    pub fn form(&self) -> &Form<'i> {
        match &self.form {
            Form::Shared(form) => form,
            form => form,
        }
    }

    /// Gives its text, which a number or a truth without quotes has as well.
    pub fn text(&self) -> Result<&Cow<'i, str>, Flaw> {
        match self.form() {
            Form::Scalar(text, meaning) if *meaning != Meaning::Null => Ok(text),
            _ => Err(Flaw::shape(self, Shape::Text)),
        }
    }

    /// Names what it is, for a refusal.
    pub fn described(&self) -> &'static str {
        match self.form() {
            Form::Scalar(_, Meaning::Null) => "nothing",
            Form::Scalar(_, Meaning::Boolean(_)) => "a boolean",
            Form::Scalar(_, Meaning::Text) => "a text",
            Form::Scalar(..) => "a number",
            Form::List(_) => "a list",
            Form::Map(_) | Form::Shared(_) => "a map",
        }
    }
}

/// Reads the one document of a text; an empty text has one that is nothing.
pub(super) fn grow(text: &str, tags: Tags) -> Result<Branch<'_>, Flaw> {
    let mut options = Options::default();
    options.set_emit_comments(false);
    let mut grower = Grower {
        events: Parser::new_from_str_with_options(text, options),
        tags,
        anchors: BTreeMap::new(),
        depth: 0,
        deepest: 0,
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
            (Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd, _) => {}
            (_, at) if root.is_some() => {
                return Err(Flaw::other(
                    at,
                    "a second document begins here",
                    "keep one document a file",
                ));
            }
            (event, at) => root = Some(grower.branch(event, at)?),
        }
    }
}

struct Grower<'i> {
    events: Parser<'i, StrInput<'i>>,
    tags: Tags,
    anchors: BTreeMap<usize, Anchored<'i>>,
    depth: usize,
    /// How deep it went since somebody began to look.
    deepest: usize,
    /// How many parts there are so far; a long text weighs as several.
    parts: usize,
    copies: usize,
}

/// Is what an anchor names.
struct Anchored<'i> {
    form: Rc<Form<'i>>,
    parts: usize,
    /// How many lists and maps stand in each other in it.
    height: usize,
}

impl<'i> Grower<'i> {
    fn next(&mut self) -> Result<(Event<'i>, Span), Flaw> {
        match self.events.next_event() {
            Some(Ok((event, span))) => Ok((event, placed(span))),
            Some(Err(cause)) => Err(refused(&cause)),
            None => {
                Err(Flaw { at: None, kind: Kind::Syntax("the document ends too early".to_owned()) })
            }
        }
    }

    /// Gives the part that begins with an event.
    fn branch(&mut self, event: Event<'i>, at: Span) -> Result<Branch<'i>, Flaw> {
        let before = self.parts;
        let outer = std::mem::replace(&mut self.deepest, self.depth);
        // Of what goes over lines, its beginning is what to point at.
        let beginning = Span { length: 1, ..at };
        let (form, anchor, at) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.parts += 1 + text.len() / BYTES_A_PART;
                let plain =
                    if style == ScalarStyle::Plain { meaning(&text) } else { Meaning::Text };
                let meaning = self.tags.of_scalar(tag.as_deref(), &text, plain, at)?;
                (Form::Scalar(text, meaning), anchor, at)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.parts += 1;
                self.tags.of_container(tag.as_deref(), "seq", at)?;
                (Form::List(self.deeper(at, Self::list)?), anchor, beginning)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.parts += 1;
                self.tags.of_container(tag.as_deref(), "map", at)?;
                (Form::Map(self.deeper(at, Self::map)?), anchor, beginning)
            }
            Event::Alias(anchor) => {
                self.deepest = outer;
                return self.copy(anchor, at);
            }
            _ => {
                return Err(Flaw {
                    at: Some(at),
                    kind: Kind::Syntax("a value belongs here".to_owned()),
                });
            }
        };
        let height = self.deepest - self.depth;
        self.deepest = self.deepest.max(outer);
        if anchor == 0 {
            return Ok(Branch { at, form });
        }
        let form = Rc::new(form);
        let anchored = Anchored { form: Rc::clone(&form), parts: self.parts - before, height };
        self.anchors.insert(anchor, anchored);
        Ok(Branch { at, form: Form::Shared(form) })
    }

    fn deeper<T>(
        &mut self,
        at: Span,
        within: impl FnOnce(&mut Self) -> Result<T, Flaw>,
    ) -> Result<T, Flaw> {
        self.depth += 1;
        self.reach(self.depth, at)?;
        let grown = within(self)?;
        self.depth -= 1;
        Ok(grown)
    }

    fn reach(&mut self, depth: usize, at: Span) -> Result<(), Flaw> {
        self.deepest = self.deepest.max(depth);
        if depth > DEPTH {
            let words = format!("lists and maps stand in each other more than {DEPTH} times here");
            return Err(Flaw::other(at, words, "nothing that is written by hand goes so deep"));
        }
        Ok(())
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
        let mut merged = None;
        loop {
            let (event, at) = self.next()?;
            if event == Event::MappingEnd {
                break;
            }
            let is_merge =
                matches!(&event, Event::Scalar(text, ScalarStyle::Plain, ..) if text == "<<");
            let key = self.branch(event, at)?;
            let key = Key { at: key.at, text: key.text()?.clone() };
            let (event, at) = self.next()?;
            let value = self.branch(event, at)?;
            if !is_merge {
                entries.push((key, value));
            } else if merged.replace(maps_in(&value)?).is_some() {
                return Err(Flaw::new(key.at, Kind::Twice(key.text.into_owned())));
            }
        }
        only_once(&entries)?;
        if let Some(merged) = merged {
            take_over(&mut entries, merged);
        }
        Ok(entries)
    }

    fn copy(&mut self, anchor: usize, at: Span) -> Result<Branch<'i>, Flaw> {
        let Some(Anchored { form, parts, height }) = self.anchors.get(&anchor) else {
            let words = "this alias stands within what it names";
            return Err(Flaw::other(at, words, "name something that ends before it"));
        };
        let (form, height) = (Form::Shared(Rc::clone(form)), *height);
        self.copies += parts;
        self.parts += parts;
        if self.copies > COPIES {
            let words = format!("the aliases up to here stand for more than {COPIES} parts");
            return Err(Flaw::other(at, words, "use fewer of them, or name less by each"));
        }
        self.reach(self.depth + height, at)?;
        Ok(Branch { at, form })
    }
}

type Entry<'i> = (Key<'i>, Branch<'i>);

/// Gives the entries that `<<` takes over: those of one map, or of each in a list.
fn maps_in<'i>(branch: &Branch<'i>) -> Result<Vec<Entry<'i>>, Flaw> {
    let of = |branch: &Branch<'i>| match branch.form() {
        Form::Map(entries) => Ok(entries.clone()),
        _ => Err(Flaw::shape(branch, Shape::Map)),
    };
    match branch.form() {
        Form::List(items) => {
            let maps: Vec<Vec<_>> = items.iter().map(of).collect::<Result<_, _>>()?;
            Ok(maps.into_iter().flatten().collect())
        }
        _ => of(branch),
    }
}

/// Adds entries to a map: what it says itself holds, and then what came first.
fn take_over<'i>(entries: &mut Vec<Entry<'i>>, merged: Vec<Entry<'i>>) {
    let mut known: HashSet<Cow<'i, str>> =
        entries.iter().map(|(key, _)| key.text.clone()).collect();
    for (key, value) in merged {
        if known.insert(key.text.clone()) {
            entries.push((key, value));
        }
    }
}

/// Refuses a key that stands twice.
fn only_once(entries: &[Entry<'_>]) -> Result<(), Flaw> {
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
