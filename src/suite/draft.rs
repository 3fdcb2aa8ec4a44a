//! JSON with `${names}` in it, filled when a step runs.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::{Template, TemplateError};

/// Answers what a name stands for at this moment of a case.
pub trait Names {
    /// Gives the value of `name`, where it has one.
    fn value(&self, name: &str) -> Option<Value>;
}

impl<F: Fn(&str) -> Option<Value>> Names for F {
    fn value(&self, name: &str) -> Option<Value> {
        self(name)
    }
}

/// Is a JSON value as a suite writes it: strings in it may hold `${names}`.
///
/// A string that is only `${x}` becomes the value of `x` with its type; in any other string a value
/// is written out, a text without quotes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Draft {
    /// Is a value that stands for itself.
    Literal(Value),
    /// Is a text, perhaps with names in it.
    Text(Template),
    /// Is a list.
    List(Vec<Draft>),
    /// Is an object.
    Object(Vec<(String, Draft)>),
}

impl Draft {
    /// Gives the value with every name replaced.
    ///
    /// # Errors
    ///
    /// When a name has no value and its template no default.
    pub fn fill(&self, names: &impl Names) -> Result<Value, TemplateError> {
        match self {
            Self::Literal(value) => Ok(value.clone()),
            Self::Text(template) => fill_text(template, names),
            Self::List(items) => items
                .iter()
                .map(|item| item.fill(names))
                .collect::<Result<_, _>>()
                .map(Value::Array),
            Self::Object(entries) => {
                let fill = |(key, entry): &(String, Self)| Ok((key.clone(), entry.fill(names)?));
                entries.iter().map(fill).collect::<Result<Map<_, _>, _>>().map(Value::Object)
            }
        }
    }

    /// Gives the draft with every name replaced but those that get their values later.
    ///
    /// # Errors
    ///
    /// When another name has no value and its template no default.
    pub fn settle(
        &self,
        names: &impl Names,
        is_later: &impl Fn(&str) -> bool,
    ) -> Result<Self, TemplateError> {
        if !self.names().any(is_later) {
            return self.fill(names).map(Self::Literal);
        }
        match self {
            Self::Literal(value) => Ok(Self::Literal(value.clone())),
            Self::Text(template) => settle_template(template, names, is_later).map(Self::Text),
            Self::List(items) => {
                let settle = |item: &Self| item.settle(names, is_later);
                items.iter().map(settle).collect::<Result<_, _>>().map(Self::List)
            }
            Self::Object(entries) => {
                let settle = |(key, entry): &(String, Self)| {
                    Ok((key.clone(), entry.settle(names, is_later)?))
                };
                entries.iter().map(settle).collect::<Result<_, _>>().map(Self::Object)
            }
        }
    }

    /// Gives the names that it mentions.
    pub fn names(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        match self {
            Self::Literal(_) => Box::new(std::iter::empty()),
            Self::Text(template) => Box::new(template.names()),
            Self::List(items) => Box::new(items.iter().flat_map(Self::names)),
            Self::Object(entries) => Box::new(entries.iter().flat_map(|(_, entry)| entry.names())),
        }
    }
}

/// Fills a template but for the names that get their values later.
pub(super) fn settle_template(
    template: &Template,
    names: &impl Names,
    is_later: &impl Fn(&str) -> bool,
) -> Result<Template, TemplateError> {
    template.settle(is_later, |name| names.value(name).map(written_out))
}

/// Fills a template; if it is one name and nothing else, the value keeps its type.
fn fill_text(template: &Template, names: &impl Names) -> Result<Value, TemplateError> {
    match template.lone_name().and_then(|name| names.value(name)) {
        Some(value) => Ok(value),
        None => fill_template(template, names).map(Value::String),
    }
}

/// Fills a template into text.
///
/// # Errors
///
/// When a name has no value and the template no default.
pub fn fill_template(template: &Template, names: &impl Names) -> Result<String, TemplateError> {
    template.render(|name| names.value(name).map(written_out))
}

/// Writes a value as it stands inside other text.
pub(super) fn written_out(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn names(name: &str) -> Option<Value> {
        match name {
            "count" => Some(json!(3)),
            "sku" => Some(json!("mug-01")),
            _ => None,
        }
    }

    fn text(text: &str) -> Draft {
        Draft::Text(Template::parse(text).unwrap())
    }

    #[test]
    fn a_lone_name_keeps_the_type_of_its_value() {
        assert_eq!(text("${count}").fill(&names), Ok(json!(3)));
        assert_eq!(text("${count} of ${sku}").fill(&names), Ok(json!("3 of mug-01")));
    }

    #[test]
    fn names_are_filled_at_any_depth() {
        let draft = Draft::Object(vec![(
            "lines".to_owned(),
            Draft::List(vec![Draft::Object(vec![("sku".to_owned(), text("${sku}"))])]),
        )]);
        assert_eq!(draft.fill(&names), Ok(json!({ "lines": [{ "sku": "mug-01" }] })));
    }

    #[test]
    fn what_gets_its_value_later_keeps_its_type_then_too() {
        let draft = Draft::List(vec![text("${count}"), text("${id}"), text("${sku} ${id}")]);
        let settled = draft.settle(&names, &|name| name == "id").unwrap();
        let ids = |name: &str| (name == "id").then(|| json!(7));
        assert_eq!(settled.fill(&ids), Ok(json!([3, 7, "mug-01 7"])));
        let settled = draft.settle(&ids, &|name| name != "id").unwrap();
        assert_eq!(settled.names().collect::<Vec<_>>(), ["count", "sku"]);
    }

    #[test]
    fn a_name_without_a_value_is_an_error_and_never_empty() {
        assert_eq!(text("${nobody}").fill(&names), Err(TemplateError::Unset("nobody".to_owned())));
    }
}
