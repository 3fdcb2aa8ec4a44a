//! Reads values as the files have them and engines show them, in one form for both.

use std::time::Duration;

use serde_json::Value;

use crate::model::{parse_duration, show_duration};

/// Gives the text of a scalar; none where nothing is said.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// Gives the texts of a list, in its order; one scalar is a list of one.
pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(entries) => entries.iter().filter_map(text).collect(),
        scalar => text(scalar).into_iter().collect(),
    }
}

/// Gives texts in a fixed order, each once.
pub(super) fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts.dedup();
    texts
}

/// Tells whether a text names a variable that has no value.
pub(super) fn is_named(text: &str) -> bool {
    text.contains("${")
}

/// Gives a switch, or the name of the variable that has to give it.
pub(super) fn switch(value: &Value) -> Option<Value> {
    match value {
        Value::Bool(_) => Some(value.clone()),
        Value::String(text) if is_named(text) => Some(value.clone()),
        _ => None,
    }
}

/// Gives an amount of bytes that the files say.
pub(super) fn said_bytes(value: &Value) -> Option<String> {
    let text = text(value)?;
    match text.parse() {
        Ok(bytes) => bytes_above_zero(bytes),
        Err(_) => Some(text),
    }
}

/// Writes an amount in the largest unit that leaves no fraction, so that nothing is rounded away;
/// nothing for zero, which means that there is no limit, and `unlimited` for less.
pub(in crate::baseline) fn bytes_above_zero(bytes: i64) -> Option<String> {
    let Ok(bytes) = u64::try_from(bytes) else { return Some("unlimited".to_owned()) };
    if bytes == 0 {
        return None;
    }
    let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    let fits = units.into_iter().find(|(_, shift)| bytes.is_multiple_of(1 << shift));
    let text = fits.map(|(unit, shift)| format!("{}{unit}", bytes >> shift));
    Some(text.unwrap_or_else(|| format!("{bytes}B")))
}

/// Gives a duration that the files say.
pub(super) fn said_duration(value: &Value) -> Option<String> {
    let text = text(value)?;
    Some(parse_duration(&text).map_or(text, show_duration))
}

/// Gives a duration that an engine shows in nanoseconds; none where it shows none.
pub(super) fn shown_duration(nanos: Option<i64>) -> Option<Duration> {
    let nanos = u64::try_from(nanos?).ok().filter(|nanos| *nanos > 0)?;
    Some(Duration::from_nanos(nanos))
}

/// Gives a number above zero that the files say.
pub(super) fn said_number(value: &Value) -> Option<Value> {
    match value {
        Value::Number(number) if number.as_f64().is_some_and(|number| number > 0.0) => {
            Some(value.clone())
        }
        Value::String(text) => match text.parse::<i64>() {
            Ok(number) => (number > 0).then(|| number.into()),
            Err(_) => is_named(text).then(|| value.clone()),
        },
        _ => None,
    }
}

/// Gives a number above zero that an engine shows.
pub(super) fn shown_number(number: Option<i64>) -> Option<Value> {
    number.filter(|number| *number > 0).map(Value::from)
}

/// Gives the entries of a map.
pub(super) fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// Gives the entries of a list.
pub(super) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Gives a text that says something.
pub(super) fn filled(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_has_no_value_keeps_its_name_where_a_number_belongs() {
        assert_eq!(said_bytes(&json!("201326592")).as_deref(), Some("192MiB"));
        assert_eq!(said_bytes(&json!("201326593")).as_deref(), Some("201326593B"));
        assert_eq!(said_bytes(&json!("-1")).as_deref(), Some("unlimited"));
        assert_eq!(said_bytes(&json!("${LIMIT}")).as_deref(), Some("${LIMIT}"));
        assert_eq!(said_duration(&json!("1m30s")).as_deref(), Some("1m 30s"));
        assert_eq!(said_duration(&json!("${EVERY}")).as_deref(), Some("${EVERY}"));
        assert_eq!(said_number(&json!("${COUNT}")), Some(json!("${COUNT}")));
        assert_eq!(said_number(&json!(0)), None);
    }
}
