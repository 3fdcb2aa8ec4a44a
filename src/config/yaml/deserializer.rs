//! Reads types from the tree of a document.

use std::slice::Iter;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::flaw::{Flaw, Shape};
use super::scalar::Meaning;
use super::spanned::{SPANNED, spanned};
use super::tree::{Branch, Form, Key};

/// Is a part that is read.
#[derive(Clone, Copy)]
pub(super) struct At<'r>(pub &'r Branch<'r>);

impl<'de> At<'_> {
    fn list<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Flaw> {
        match self.0.form() {
            Form::List(items) => visitor.visit_seq(Items(items.iter())),
            _ => Err(Flaw::shape(self.0, Shape::List)),
        }
    }

    fn map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Flaw> {
        match self.0.form() {
            Form::Map(entries) => {
                visitor.visit_map(EntriesOf { left: entries.iter(), value: None })
            }
            _ => Err(Flaw::shape(self.0, Shape::Map)),
        }
    }

    fn whatever<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Flaw> {
        match self.0.form() {
            Form::Scalar(text, meaning) => match *meaning {
                Meaning::Null => visitor.visit_unit(),
                Meaning::Boolean(truth) => visitor.visit_bool(truth),
                Meaning::Unsigned(number) => visitor.visit_u64(number),
                Meaning::Signed(number) => visitor.visit_i64(number),
                Meaning::Float(number) => visitor.visit_f64(number),
                Meaning::Beyond => Err(Flaw::other(
                    self.0.at,
                    format!("{text} is too large a number to be kept digit by digit"),
                    "write it in quotes, as a text",
                )),
                Meaning::Text => visitor.visit_str(text),
            },
            Form::List(_) => self.list(visitor),
            Form::Map(_) | Form::Shared(_) => self.map(visitor),
        }
    }

    fn placed<T>(self, read: Result<T, Flaw>) -> Result<T, Flaw> {
        read.map_err(|flaw| flaw.or_at(self.0.at))
    }
}

impl<'de> Deserializer<'de> for At<'_> {
    type Error = Flaw;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Flaw> {
        self.placed(self.whatever(visitor))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Flaw> {
        self.placed(self.0.text().and_then(|text| visitor.visit_str(text)))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Flaw> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Flaw> {
        match self.0.form() {
            Form::Scalar(_, Meaning::Null) => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Flaw> {
        self.placed(self.list(visitor))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Flaw> {
        self.placed(self.map(visitor))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Flaw> {
        self.deserialize_map(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Flaw> {
        match name {
            SPANNED => spanned(self.0.at, self, visitor),
            _ => self.deserialize_seq(visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Flaw> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Flaw> {
        let word: StrDeserializer<'_, Flaw> = (**self.0.text()?).into_deserializer();
        self.placed(visitor.visit_enum(word))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple
        identifier ignored_any
    }
}

struct Items<'r>(Iter<'r, Branch<'r>>);

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Flaw;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Flaw> {
        self.0.next().map(|item| seed.deserialize(At(item))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct EntriesOf<'r> {
    left: Iter<'r, (Key<'r>, Branch<'r>)>,
    value: Option<&'r Branch<'r>>,
}

impl<'de> MapAccess<'de> for EntriesOf<'_> {
    type Error = Flaw;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Flaw> {
        let Some((key, value)) = self.left.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(KeyAt(key)).map_err(|flaw| flaw.or_at(key.at)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Flaw> {
        let value =
            self.value.take().ok_or_else(|| Flaw::custom("a value is asked for before its key"))?;
        seed.deserialize(At(value))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

struct KeyAt<'r>(&'r Key<'r>);

impl<'de> Deserializer<'de> for KeyAt<'_> {
    type Error = Flaw;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Flaw> {
        visitor.visit_str(&self.0.text)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Flaw> {
        let text: StrDeserializer<'_, Flaw> = (*self.0.text).into_deserializer();
        spanned(self.0.at, text, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple map struct enum identifier ignored_any
    }
}
