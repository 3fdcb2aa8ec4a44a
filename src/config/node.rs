//! YAML of any shape with the place of each part.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

use super::Text;
use super::yaml::Spanned;

/// Is a value with the place where it stands.
pub type Node = Spanned<Content>;

/// Is what a value can be; its parts keep their places.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Nothing: `null`, `~`, or a key without a value.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A map, in the order in which it is written.
    Map(Vec<(Text, Node)>),
}

impl From<&Content> for Value {
    fn from(content: &Content) -> Self {
        match content {
            Content::Null => Self::Null,
            Content::Boolean(truth) => (*truth).into(),
            Content::Number(number) => Self::Number(number.clone()),
            Content::Text(text) => text.as_str().into(),
            Content::List(items) => items.iter().map(|item| Self::from(&item.value)).collect(),
            Content::Map(entries) => {
                let entry =
                    |(key, node): &(Text, Node)| (key.value.clone(), Self::from(&node.value));
                entries.iter().map(entry).collect()
            }
        }
    }
}

impl Content {
    /// Names what it is, for a refusal.
    #[must_use]
    pub const fn described(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Boolean(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ContentVisitor)
    }
}

struct ContentVisitor;

impl<'de> Visitor<'de> for ContentVisitor {
    type Value = Content;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Content, E> {
        Ok(Content::Null)
    }

    fn visit_none<E>(self) -> Result<Content, E> {
        Ok(Content::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Content, D::Error> {
        Content::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Content, E> {
        Ok(Content::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Content, E> {
        Ok(Content::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Content, E> {
        Ok(Content::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Content, E> {
        Number::from_f64(value)
            .map(Content::Number)
            .ok_or_else(|| E::custom("`.inf` and `.nan` are no JSON numbers"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Content, E> {
        Ok(Content::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Content, A::Error> {
        let mut list = Vec::with_capacity(items.size_hint().unwrap_or_default());
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Content::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Content, A::Error> {
        read_entries(entries).map(Content::Map)
    }
}

/// Is a map whose keys the file chooses, in the order in which they are written.
#[derive(Debug, Clone, Default)]
pub struct Entries(pub Vec<(Text, Node)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor;

        impl<'de> Visitor<'de> for EntriesVisitor {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Entries, A::Error> {
                read_entries(entries).map(Entries)
            }
        }

        deserializer.deserialize_map(EntriesVisitor)
    }
}

fn read_entries<'de, A: MapAccess<'de>>(mut map: A) -> Result<Vec<(Text, Node)>, A::Error> {
    let mut entries = Vec::with_capacity(map.size_hint().unwrap_or_default());
    while let Some(entry) = map.next_entry()? {
        entries.push(entry);
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Source, read_yaml};

    fn read(text: &str) -> Result<Entries, String> {
        read_yaml(&Source::new("a.yaml", text)).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn keys_and_values_know_their_places_in_flow_and_block_style() {
        let Entries(entries) = read("json: { $.id: { is: uuid }, $.n: 3 }\n").unwrap();
        let (key, json) = &entries[0];
        assert_eq!((key.value.as_str(), key.at.column), ("json", 1));
        let Content::Map(paths) = &json.value else { panic!("{json:?}") };
        let places: Vec<_> =
            paths.iter().map(|(k, v)| (k.value.as_str(), k.at.column, v.at.column)).collect();
        assert_eq!(places, [("$.id", 9, 15), ("$.n", 29, 34)]);
        assert_eq!(paths[1].1.value, Content::Number(3.into()));
    }

    #[test]
    fn a_key_given_twice_is_refused_at_any_depth() {
        let refusal = read("a:\n  b: { c: 1, c: 2 }\n").unwrap_err();
        assert!(refusal.contains("a.yaml:2:14"), "{refusal}");
        assert!(refusal.contains("given twice"), "{refusal}");
    }

    #[test]
    fn words_that_other_readers_take_for_booleans_stay_texts() {
        let Entries(entries) = read("a: no\nb: false\nc: ~\nd: '7'\n").unwrap();
        let values: Vec<&Content> = entries.iter().map(|(_, node)| &node.value).collect();
        assert_eq!(
            values,
            [
                &Content::Text("no".to_owned()),
                &Content::Boolean(false),
                &Content::Null,
                &Content::Text("7".to_owned()),
            ]
        );
    }
}
