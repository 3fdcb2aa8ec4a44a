//! What `is` can ask for.

use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Names what a value can be, whatever its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ValueKind {
    /// A UUID in its usual text form.
    Uuid,
    /// A point in time as RFC 3339 and PostgreSQL write it.
    Time,
    /// A number without a fraction.
    Integer,
    /// A number.
    Number,
    /// A text.
    String,
    /// `true` or `false`.
    Boolean,
    /// A list.
    List,
    /// An object.
    Object,
    /// `null`.
    Null,
}

static UUID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("^(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        .expect("the pattern is a constant that a test compiles")
});

static TIME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x) ^ \d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])
          [Tt\ ] ([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?
          ([Zz]|[+-]\d{2}(:?\d{2})?) $",
    )
    .expect("the pattern is a constant that a test compiles")
});

impl ValueKind {
    /// Every kind with its word in a suite.
    pub const WORDS: [(&str, Self); 9] = [
        ("uuid", Self::Uuid),
        ("time", Self::Time),
        ("integer", Self::Integer),
        ("number", Self::Number),
        ("string", Self::String),
        ("boolean", Self::Boolean),
        ("list", Self::List),
        ("object", Self::Object),
        ("null", Self::Null),
    ];

    /// Tells whether `value` is of this kind.
    #[must_use]
    pub fn holds(self, value: &Value) -> bool {
        match self {
            Self::Uuid => value.as_str().is_some_and(|text| UUID.is_match(text)),
            Self::Time => value.as_str().is_some_and(|text| TIME.is_match(text)),
            Self::Integer => match value {
                Value::Number(number) => {
                    number.is_i64()
                        || number.is_u64()
                        || number.as_f64().is_some_and(|number| number.fract() == 0.0)
                }
                _ => false,
            },
            Self::Number => value.is_number(),
            Self::String => value.is_string(),
            Self::Boolean => value.is_boolean(),
            Self::List => value.is_array(),
            Self::Object => value.is_object(),
            Self::Null => value.is_null(),
        }
    }

    /// Names it with its article, for a message.
    #[must_use]
    pub const fn described(self) -> &'static str {
        match self {
            Self::Uuid => "a uuid",
            Self::Time => "a time",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Boolean => "a boolean",
            Self::List => "a list",
            Self::Object => "an object",
            Self::Null => "null",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_kind_takes_its_own_and_turns_others_away() {
        let samples = [
            (ValueKind::Uuid, json!("6f1c9a40-2d0b-4f4e-9a77-3a3f0e6f5b10"), json!("6f1c9a40")),
            (ValueKind::Time, json!("2026-11-23T17:05:00.25+00:00"), json!("2026-13-23T17:05:00Z")),
            (ValueKind::Time, json!("2026-11-23 17:05:00Z"), json!("2026-11-23")),
            (ValueKind::Integer, json!(3.0), json!(3.5)),
            (ValueKind::Number, json!(3.5), json!("3.5")),
            (ValueKind::String, json!(""), json!(null)),
            (ValueKind::Boolean, json!(false), json!(0)),
            (ValueKind::List, json!([]), json!({})),
            (ValueKind::Object, json!({}), json!([])),
            (ValueKind::Null, json!(null), json!("null")),
        ];
        for (kind, taken, refused) in samples {
            assert!(kind.holds(&taken), "{taken} is {}", kind.described());
            assert!(!kind.holds(&refused), "{refused} is not {}", kind.described());
        }
    }
}
