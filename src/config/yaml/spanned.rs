//! A value that knows where it stands.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IntoDeserializer, SeqAccess, Visitor};

use crate::model::Span;

/// By this name a reader of YAML is asked for a value with its place: line, column, length, and then the value.
pub(in crate::config) const SPANNED: &str = "Spanned";

/// Is a value with the place where it stands; an alias stands where it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spanned<T> {
    /// What is written.
    pub value: T,
    /// Where it is written.
    pub at: Span,
}

impl<T> Spanned<T> {
    /// Places a value.
    #[must_use]
    pub const fn new(value: T, at: Span) -> Self {
        Self { value, at }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_tuple_struct(SPANNED, 4, SpannedVisitor(PhantomData))
    }
}

struct SpannedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for SpannedVisitor<T> {
    type Value = Spanned<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value with its place")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Spanned<T>, A::Error> {
        fn next<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(parts: &mut A) -> Result<T, A::Error> {
            parts.next_element()?.ok_or_else(|| A::Error::custom("a value without its place"))
        }
        let at =
            Span { line: next(&mut parts)?, column: next(&mut parts)?, length: next(&mut parts)? };
        Ok(Spanned { value: next(&mut parts)?, at })
    }
}

/// Gives a value after its place, as a [`Spanned`] asks for it.
pub(in crate::config) fn spanned<'de, D: Deserializer<'de>, V: Visitor<'de>>(
    at: Span,
    value: D,
    visitor: V,
) -> Result<V::Value, D::Error> {
    visitor.visit_seq(Placed { at, given: 0, value: Some(value) })
}

struct Placed<D> {
    at: Span,
    given: usize,
    value: Option<D>,
}

impl<'de, D: Deserializer<'de>> SeqAccess<'de> for Placed<D> {
    type Error = D::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, D::Error> {
        let Span { line, column, length } = self.at;
        match [line, column, length].get(self.given) {
            Some(number) => {
                self.given += 1;
                seed.deserialize(number.into_deserializer()).map(Some)
            }
            None => self.value.take().map(|value| seed.deserialize(value)).transpose(),
        }
    }
}
