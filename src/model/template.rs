//! Text with `${names}` in it, with Compose's own operators.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Says why a template could not be read or filled.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TemplateError {
    /// `${` without its `}`.
    #[error("`${{` is not closed; write `$${{` for a literal one")]
    Unclosed,
    /// A name that is empty or has other characters than letters, digits, `_`, `-` and `.`.
    #[error("`{0}` is not a variable name")]
    Name(String),
    /// An operator other than `:-`, `-`, `:?` and `?`.
    #[error("`{0}` has no operator that is known; use `:-default` or `:?message`")]
    Operator(String),
    /// Nothing gives the name a value.
    #[error("`${{{0}}}` has no value; set it, or write `${{{0}:-default}}`")]
    Unset(String),
    /// Nothing gives the name a value, and the template says what to do about it.
    #[error("`${{{0}}}` has no value: {1}")]
    Required(String, String),
}

/// Is text with `${name}`, `${name:-default}` and `${name:?message}` in it; `$${` is a literal `${`.
///
/// A lone `$` stands for itself, so that SQL's `$1` and JSONPath's `$.id` need no escape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Part {
    Text(String),
    Name { name: String, or: Otherwise },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Otherwise {
    Fail,
    Default { text: String, also_if_empty: bool },
    Refuse { message: String, also_if_empty: bool },
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    ///
    /// When a `${` is not closed, a name is not one, or an operator is unknown.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            if rest[..at].ends_with('$') {
                literal.push_str(&rest[..at - 1]);
                literal.push_str("${");
                rest = &rest[at + 2..];
                continue;
            }
            literal.push_str(&rest[..at]);
            let inner = &rest[at + 2..];
            let end = inner.find('}').ok_or(TemplateError::Unclosed)?;
            if !literal.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut literal)));
            }
            parts.push(read_reference(&inner[..end])?);
            rest = &inner[end + 1..];
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Text(literal));
        }
        Ok(Self { parts })
    }

    /// Gives the names that it mentions, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Name { name, .. } => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// Gives the name if the template is that name and nothing else, so that a value can keep its
    /// type.
    #[must_use]
    pub fn lone_name(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Name { name, or: Otherwise::Fail }] => Some(name),
            _ => None,
        }
    }

    /// Fills every name but those that `is_later` says get their values later.
    ///
    /// # Errors
    ///
    /// When another name has no value and the template gives it no default.
    pub fn settle(
        &self,
        is_later: impl Fn(&str) -> bool,
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        for part in &self.parts {
            let text = match part {
                Part::Name { name, .. } if is_later(name) => {
                    parts.push(part.clone());
                    continue;
                }
                Part::Name { name, or } => or.choose(name, lookup(name))?,
                Part::Text(text) => text.clone(),
            };
            match parts.last_mut() {
                Some(Part::Text(before)) => before.push_str(&text),
                _ => parts.push(Part::Text(text)),
            }
        }
        Ok(Self { parts })
    }

    /// Fills it with what `lookup` gives.
    ///
    /// # Errors
    ///
    /// When a name has no value and the template gives it no default.
    pub fn render(&self, lookup: impl Fn(&str) -> Option<String>) -> Result<String, TemplateError> {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Name { name, or } => out.push_str(&or.choose(name, lookup(name))?),
            }
        }
        Ok(out)
    }
}

impl Otherwise {
    fn choose(&self, name: &str, value: Option<String>) -> Result<String, TemplateError> {
        let also_if_empty = match self {
            Self::Fail => false,
            Self::Default { also_if_empty, .. } | Self::Refuse { also_if_empty, .. } => {
                *also_if_empty
            }
        };
        if let Some(value) = value.filter(|value| !(also_if_empty && value.is_empty())) {
            return Ok(value);
        }
        match self {
            Self::Fail => Err(TemplateError::Unset(name.to_owned())),
            Self::Default { text, .. } => Ok(text.clone()),
            Self::Refuse { message, .. } => {
                Err(TemplateError::Required(name.to_owned(), message.clone()))
            }
        }
    }
}

fn read_reference(inner: &str) -> Result<Part, TemplateError> {
    let end = inner.find([':', '?']).or_else(|| operator_dash(inner)).unwrap_or(inner.len());
    let (name, operator) = inner.split_at(end);
    let is_name_char = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    if name.is_empty() || !name.chars().all(is_name_char) {
        return Err(TemplateError::Name(name.to_owned()));
    }
    let (also_if_empty, bare) = match operator.strip_prefix(':') {
        Some(bare) => (true, bare),
        None => (false, operator),
    };
    let or = match bare.split_at_checked(1) {
        None if operator.is_empty() => Otherwise::Fail,
        Some(("-", text)) => Otherwise::Default { text: text.to_owned(), also_if_empty },
        Some(("?", text)) => Otherwise::Refuse { message: text.to_owned(), also_if_empty },
        _ => return Err(TemplateError::Operator(format!("${{{inner}}}"))),
    };
    Ok(Part::Name { name: name.to_owned(), or })
}

/// Finds the `-` of `${NAME-default}`: names written in capitals, as environment variables are, end
/// at the first dash, while `${my-service}` is one name.
fn operator_dash(inner: &str) -> Option<usize> {
    let dash = inner.find('-')?;
    let name = &inner[..dash];
    let is_variable =
        name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    (is_variable && !name.is_empty()).then_some(dash)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(text: &str) -> Result<String, TemplateError> {
        Template::parse(text)?.render(|name| match name {
            "api" => Some("http://127.0.0.1:8000".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        })
    }

    #[test]
    fn composes_operators_mean_what_they_mean_to_compose() {
        assert_eq!(fill("${api}/orders").as_deref(), Ok("http://127.0.0.1:8000/orders"));
        assert_eq!(fill("${PORT:-8000}").as_deref(), Ok("8000"));
        assert_eq!(fill("${EMPTY:-x}").as_deref(), Ok("x"));
        assert_eq!(fill("${EMPTY-x}").as_deref(), Ok(""));
        assert_eq!(
            fill("${KEY:?ask the owner}"),
            Err(TemplateError::Required("KEY".to_owned(), "ask the owner".to_owned()))
        );
    }

    #[test]
    fn dollars_of_sql_and_jsonpath_stand_for_themselves() {
        assert_eq!(fill("where id = $1 and $.id").as_deref(), Ok("where id = $1 and $.id"));
        assert_eq!(fill("a literal $${api}").as_deref(), Ok("a literal ${api}"));
    }

    #[test]
    fn what_is_known_later_is_left_and_what_is_known_now_stands_for_itself_for_ever() {
        let template = Template::parse("${api}/orders/${id}?of=${who}").unwrap();
        let now = |name: &str| (name != "id").then(|| format!("${{{name}}}"));
        let settled = template.settle(|name| name == "id", now).unwrap();
        assert_eq!(settled.names().collect::<Vec<_>>(), ["id"]);
        let filled = settled.render(|_| Some("7".to_owned()));
        assert_eq!(filled.as_deref(), Ok("${api}/orders/7?of=${who}"));
        let unset = template.settle(|_| false, |_| None);
        assert_eq!(unset, Err(TemplateError::Unset("api".to_owned())));
    }

    #[test]
    fn what_cannot_be_filled_is_an_error_and_never_empty() {
        assert_eq!(fill("${nobody}"), Err(TemplateError::Unset("nobody".to_owned())));
        assert_eq!(fill("${api"), Err(TemplateError::Unclosed));
        assert_eq!(fill("${}"), Err(TemplateError::Name(String::new())));
        assert_eq!(fill("${api:x}"), Err(TemplateError::Operator("${api:x}".to_owned())));
    }
}
