//! One map of a file, read key by key: which keys it may have, others say.

use std::path::PathBuf;

use super::Reader;
use crate::config::{Content, Entries, Node, Spanned, Text, suggestion};
use crate::model::{Diagnostic, Span};

/// Is a map as it is written.
#[derive(Clone, Copy)]
pub(super) struct Written<'r> {
    pub at: Span,
    pub entries: &'r [(Text, Node)],
}

impl<'r> Written<'r> {
    pub(super) fn of(map: &'r Spanned<Entries>) -> Self {
        Self { at: map.at, entries: &map.value.0 }
    }

    /// Gives what is written under a key.
    pub(super) fn get(&self, key: &str) -> Option<&'r Node> {
        self.entries.iter().find(|(written, _)| written.value == key).map(|(_, node)| node)
    }
}

/// Gives a text or a number as it is written.
pub(super) fn as_written(node: &Node) -> Option<Text> {
    let text = match &node.value {
        Content::Text(text) => text.clone(),
        Content::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(Text::new(text, node.at))
}

impl Reader<'_> {
    /// Reads a text; a number stands for itself as it is written.
    pub(super) fn text(&self, key: &str, node: &Node) -> Result<Text, Diagnostic> {
        as_written(node).ok_or_else(|| {
            let found = node.value.described();
            self.refuse(node.at, format!("`{key}` takes a text, not {found}"))
                .help("write it in quotes")
        })
    }

    /// Reads a text, a number or a boolean as it is written.
    pub(super) fn scalar(&self, key: &str, node: &Node) -> Result<Text, Diagnostic> {
        match &node.value {
            Content::Boolean(truth) => Ok(Text::new(truth.to_string(), node.at)),
            _ => self.text(key, node),
        }
    }

    /// Refuses a key of `described` that is not among those `known`.
    pub(super) fn only_keys(
        &self,
        written: &Written<'_>,
        described: &str,
        known: &[&str],
    ) -> Result<(), Diagnostic> {
        match written.entries.iter().find(|(key, _)| !known.contains(&key.value.as_str())) {
            None => Ok(()),
            Some((key, _)) => Err(self
                .refuse(key.at, format!("{described} has no `{}`", key.value))
                .help(suggestion(&key.value, known))),
        }
    }

    /// Reads the path of a file, which begins at the project's own folder.
    pub(super) fn project_file(&self, path: &Text) -> Result<PathBuf, Diagnostic> {
        let found = self.settings.root.join(&path.value);
        if found.is_file() {
            return Ok(found);
        }
        Err(self
            .refuse(path.at, format!("there is no file `{}`", path.value))
            .help("a path begins at the folder of `proofmark.yaml`"))
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
            Content::Map(entries) => Ok(Written { at: node.at, entries }),
            other => Err(self
                .refuse(node.at, format!("`{key}` takes a map, not {}", other.described()))
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
                .refuse(node.at, format!("`{key}` takes a list, not {}", other.described()))
                .help(format!("write `{key}: [first, second]`"))),
        }
    }
}
