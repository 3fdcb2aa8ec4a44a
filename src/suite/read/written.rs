//! One map of a file, read key by key: which keys it may have, others say.

use serde_saphyr::{Location, Spanned};

use super::Reader;
use crate::config::{Content, Entries, Node, Text};
use crate::model::Diagnostic;

/// Is a map as it is written.
#[derive(Clone, Copy)]
pub(super) struct Written<'r> {
    pub at: Location,
    pub entries: &'r [(Text, Node)],
}

impl<'r> Written<'r> {
    pub(super) fn of(map: &'r Spanned<Entries>) -> Self {
        Self { at: map.referenced, entries: &map.value.0 }
    }

    /// Gives what is written under a key.
    pub(super) fn get(&self, key: &str) -> Option<&'r Node> {
        self.entries.iter().find(|(written, _)| written.value == key).map(|(_, node)| node)
    }
}

impl Reader<'_> {
    /// Reads a text; a number stands for itself as it is written.
    pub(super) fn text(&self, key: &str, node: &Node) -> Result<Text, Diagnostic> {
        let text = match &node.value {
            Content::Text(text) => text.clone(),
            Content::Number(number) => number.to_string(),
            other => {
                return Err(self
                    .refuse(
                        node.referenced,
                        format!("`{key}` takes a text, not {}", other.described()),
                    )
                    .help("write it in quotes"));
            }
        };
        Ok(Text::new(text, node.referenced, node.defined))
    }

    pub(super) fn text_of(
        &self,
        written: &Written<'_>,
        key: &str,
    ) -> Result<Option<Text>, Diagnostic> {
        written.get(key).map(|node| self.text(key, node)).transpose()
    }

    pub(super) fn map<'n>(&self, key: &str, node: &'n Node) -> Result<Written<'n>, Diagnostic> {
        match &node.value {
            Content::Map(entries) => Ok(Written { at: node.referenced, entries }),
            other => Err(self
                .refuse(node.referenced, format!("`{key}` takes a map, not {}", other.described()))
                .help(format!("write `{key}: {{ name: value }}`"))),
        }
    }

    pub(super) fn map_of<'r>(
        &self,
        written: &Written<'r>,
        key: &str,
    ) -> Result<Option<Written<'r>>, Diagnostic> {
        written.get(key).map(|node| self.map(key, node)).transpose()
    }

    pub(super) fn list<'n>(&self, key: &str, node: &'n Node) -> Result<&'n [Node], Diagnostic> {
        match &node.value {
            Content::List(items) => Ok(items),
            other => Err(self
                .refuse(node.referenced, format!("`{key}` takes a list, not {}", other.described()))
                .help(format!("write `{key}: [first, second]`"))),
        }
    }
}
