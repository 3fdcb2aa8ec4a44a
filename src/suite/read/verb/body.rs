//! The body of a request: JSON, text, a form, or a form with files.

use crate::config::{Content, Node, Text};
use crate::model::Diagnostic;
use crate::suite::case::{Body, Field, FieldContent};
use crate::suite::read::Reader;
use crate::suite::read::names::Names;
use crate::suite::read::written::Written;

/// The keys that give a request its body.
const BODIES: [&str; 4] = ["json", "body", "form", "multipart"];

impl Reader<'_> {
    pub(super) fn body(
        &self,
        step: &Written<'_>,
        names: &Names,
    ) -> Result<Option<Body>, Diagnostic> {
        let mut written = BODIES.into_iter().filter_map(|key| Some((key, step.get(key)?)));
        let (key, node) = match (written.next(), written.next()) {
            (None, _) => return Ok(None),
            (Some(only), None) => only,
            (Some((first, _)), Some((second, at))) => {
                return Err(self
                    .refuse(at.at, format!("a request has one body, not `{first}` and `{second}`"))
                    .help("keep one of the two"));
            }
        };
        Ok(Some(match key {
            "json" => Body::Json(self.draft(node, names)?),
            "body" => Body::Text(self.template(&self.text(key, node)?, names)?),
            "form" => Body::Form(self.pairs(key, step, names)?),
            _ => {
                let fields = self.map(key, node)?.entries.iter();
                let fields = fields.map(|(name, node)| self.field(name, node, names));
                Body::Multipart(fields.collect::<Result<_, _>>()?)
            }
        }))
    }

    fn field(&self, name: &Text, node: &Node, names: &Names) -> Result<Field, Diagnostic> {
        let content = match &node.value {
            Content::Map(entries) => self.file(&Written { at: node.at, entries })?,
            _ => FieldContent::Text(self.template(&self.scalar(&name.value, node)?, names)?),
        };
        Ok(Field { name: name.value.clone(), content })
    }

    fn file(&self, written: &Written<'_>) -> Result<FieldContent, Diagnostic> {
        const KEYS: [&str; 3] = ["file", "name", "type"];
        self.only_keys(written, "a file", &KEYS)?;
        let Some(path) = self.text_of(written, "file")? else {
            return Err(self
                .refuse(written.at, "this field does not say which file it holds")
                .help("write `{ file: fixtures/mug.png }`"));
        };
        let shown = self.text_of(written, "name")?.map(|name| self.line(&name)).transpose()?;
        let media_type = self.text_of(written, "type")?;
        let media_type = media_type.map(|text| self.media_type(text)).transpose()?;
        let path = self.project_file(&path)?;
        let own = path.file_name().map(|name| name.to_string_lossy().into_owned());
        Ok(FieldContent::File { name: shown.or(own).unwrap_or_default(), media_type, path })
    }

    pub(super) fn media_type(&self, text: Text) -> Result<String, Diagnostic> {
        if text.value.contains('/') {
            return Ok(text.value);
        }
        Err(self
            .refuse(text.at, format!("`{}` is no media type", text.value))
            .help("write it as in `image/png`"))
    }
}
