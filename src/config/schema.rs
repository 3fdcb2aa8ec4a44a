//! The JSON Schema of a file that is written by hand, asked of the reader itself.
//!
//! A type is read from a deserializer that holds nothing and writes down what it is asked for, so that
//! a schema cannot say anything else than the reader does.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess,
    Visitor,
};
use serde_json::{Map, Value, json};

use super::yaml::spanned;
use crate::model::Span;

/// Gives the JSON Schema of the files that are read as a `T`.
pub(crate) fn schema_of<T: DeserializeOwned>(title: &str) -> Value {
    let mut schema = Value::Bool(true);
    asked::<T>(&mut schema, None).expect("a type reads what it asks for itself");
    let mut keys = Vec::new();
    collect_keys(&schema, "", &mut keys);
    for key in keys {
        if asked::<T>(&mut Value::Bool(true), Some(&key)).is_err() {
            require(&mut schema, &key);
        }
    }
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = title.into();
    schema
}

fn asked<T: DeserializeOwned>(schema: &mut Value, left_out: Option<&str>) -> Result<(), Refused> {
    T::deserialize(Ask { schema, path: String::new(), left_out }).map(drop)
}

/// Gives the pointer of every key of the schema, in order.
fn collect_keys(schema: &Value, path: &str, keys: &mut Vec<String>) {
    for (key, property) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}/properties/{key}");
        keys.push(path.clone());
        collect_keys(property, &path, keys);
    }
    for inner in ["items", "additionalProperties"] {
        if schema[inner].is_object() {
            collect_keys(&schema[inner], &format!("{path}/{inner}"), keys);
        }
    }
}

/// Says of a key that no file does without it.
fn require(schema: &mut Value, pointer: &str) {
    let (object, key) = pointer.rsplit_once("/properties/").expect("a key stands in an object");
    let object = schema.pointer_mut(object).expect("the schema was walked before");
    match &mut object["required"] {
        Value::Array(keys) => keys.push(key.into()),
        none => *none = json!([key]),
    }
}

/// Answers with something of the kind that is asked for, and writes the kind down.
struct Ask<'a> {
    schema: &'a mut Value,
    /// Where in the schema it stands.
    path: String,
    /// The pointer of the key that is kept from the reader.
    left_out: Option<&'a str>,
}

/// Says what a reader refuses.
#[derive(Debug)]
struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

impl serde::de::Error for Refused {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

impl Ask<'_> {
    fn inner<'b>(&'b mut self, at: &str) -> Ask<'b> {
        let path = format!("{}{at}", self.path);
        let keys = at.trim_start_matches('/').split('/');
        let schema = keys.fold(&mut *self.schema, |schema, key| &mut schema[key]);
        Ask { schema, path, left_out: self.left_out }
    }
}

/// A scalar is read from whatever is written as one.
fn scalar() -> Value {
    json!({ "type": ["string", "number", "boolean"] })
}

macro_rules! numbers {
    ($($ask:ident $give:ident,)*) => {
        $(fn $ask<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
            *self.schema = json!({ "type": "integer" });
            visitor.$give(1)
        })*
    };
}

impl<'de> Deserializer<'de> for Ask<'_> {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        *self.schema = Value::Bool(true);
        visitor.visit_unit()
    }

    numbers! {
        deserialize_i8 visit_i8, deserialize_i16 visit_i16, deserialize_i32 visit_i32, deserialize_i64 visit_i64,
        deserialize_u8 visit_u8, deserialize_u16 visit_u16, deserialize_u32 visit_u32, deserialize_u64 visit_u64,
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        *self.schema = json!({ "type": "boolean" });
        visitor.visit_bool(true)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        *self.schema = scalar();
        visitor.visit_str("text")
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_some(self)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        // Of a place nothing is written down.
        spanned(Span { line: 1, column: 1, length: 1 }, self, visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        *self.schema = json!({ "type": "array", "items": true });
        visitor.visit_seq(One(Some(self)))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        *self.schema = json!({ "type": "object", "additionalProperties": true });
        visitor.visit_map(One(Some(self)))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        *self.schema =
            json!({ "type": "object", "properties": Map::new(), "additionalProperties": false });
        visitor.visit_map(Fields { ask: self, left: fields, given: "" })
    }

    serde::forward_to_deserialize_any! {
        f32 f64 i128 u128 char bytes byte_buf unit unit_struct newtype_struct tuple enum identifier
        ignored_any
    }
}

/// Is a list or a map with one entry.
struct One<'a>(Option<Ask<'a>>);

impl<'de> SeqAccess<'de> for One<'_> {
    type Error = Refused;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Refused> {
        let Some(mut list) = self.0.take() else { return Ok(None) };
        seed.deserialize(list.inner("/items")).map(Some)
    }
}

impl<'de> MapAccess<'de> for One<'_> {
    type Error = Refused;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Refused> {
        if self.0.is_none() {
            return Ok(None);
        }
        let (mut schema, path) = (Value::Bool(true), String::new());
        seed.deserialize(Ask { schema: &mut schema, path, left_out: None }).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Refused> {
        let mut map = self.0.take().expect("a value follows its key");
        seed.deserialize(map.inner("/additionalProperties"))
    }
}

/// Is a map with every key that a struct has.
struct Fields<'a> {
    ask: Ask<'a>,
    left: &'static [&'static str],
    given: &'static str,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Refused;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Refused> {
        let [field, rest @ ..] = self.left else { return Ok(None) };
        self.left = rest;
        let pointer = format!("{}/properties/{field}", self.ask.path);
        if self.ask.left_out == Some(pointer.as_str()) {
            return self.next_key_seed(seed);
        }
        self.given = field;
        let key: StrDeserializer<'_, Refused> = (*field).into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Refused> {
        let given = self.given;
        seed.deserialize(self.ask.inner(&format!("/properties/{given}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Entries, Node, Spanned, Text};
    use serde::Deserialize;

    #[expect(dead_code, reason = "only its shape is asked for")]
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        name: Text,
        #[serde(default)]
        tags: Vec<Text>,
        count: Option<Spanned<u32>>,
        free: Option<Spanned<Entries>>,
        any: Option<Node>,
        parts: Vec<Spanned<Part>>,
    }

    #[expect(dead_code, reason = "only its shape is asked for")]
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Part {
        below: Text,
    }

    #[test]
    fn a_schema_says_which_keys_there_are_and_which_must_be() {
        let text = json!({ "type": ["string", "number", "boolean"] });
        let part = json!({
            "type": "object", "properties": { "below": text }, "additionalProperties": false,
            "required": ["below"],
        });
        assert_eq!(
            schema_of::<Sample>("a sample"),
            json!({
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "title": "a sample",
                "type": "object",
                "properties": {
                    "name": text,
                    "tags": { "type": "array", "items": text },
                    "count": { "type": "integer" },
                    "free": { "type": "object", "additionalProperties": true },
                    "any": true,
                    "parts": { "type": "array", "items": part },
                },
                "additionalProperties": false,
                "required": ["name", "parts"],
            })
        );
    }
}
