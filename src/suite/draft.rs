//! JSON with `${names}` in it, filled when a step runs.

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
#[derive(Debug, Clone, PartialEq)]
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
fn written_out(value: Value) -> String {
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
    fn a_name_without_a_value_is_an_error_and_never_empty() {
        assert_eq!(text("${nobody}").fill(&names), Err(TemplateError::Unset("nobody".to_owned())));
    }
}
