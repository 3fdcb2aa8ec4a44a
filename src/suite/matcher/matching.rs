//! Matchers: what a value has to be.

use std::cmp::Ordering;

use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

use super::ValueKind;
use crate::model::TemplateError;
use crate::suite::draft::{Draft, Names};
use crate::suite::regular;

/// Says what a value has to be; `T` is [`Draft`] as written and [`Value`] once filled.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Matcher<T = Draft> {
    /// Equal to this; numbers by value, so that `1` equals `1.0`.
    Equals(T),
    /// Equal to one of these.
    OneOf(Vec<T>),
    /// Of this kind.
    Is(ValueKind),
    /// A text in which the pattern is found.
    #[serde(with = "regular::as_text")]
    Matches(Regex),
    /// A text with this part, or a list with this entry.
    Contains(T),
    /// A text without this part, or a list without this entry.
    Lacks(T),
    /// A number greater than this.
    Above(T),
    /// A number smaller than this.
    Below(T),
    /// A number not smaller than this.
    AtLeast(T),
    /// A number not greater than this.
    AtMost(T),
    /// A text, list or object of which the length is so.
    Length(Box<Matcher<T>>),
    /// There at all, or not there.
    Exists(bool),
    /// Not so.
    Not(Box<Matcher<T>>),
    /// So in each of these ways.
    All(Vec<Matcher<T>>),
}

/// Tells what came of holding a value against a matcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// It is so.
    Holds,
    /// It is not so.
    Differs,
    /// The question does not fit the value: there is none, or it is of another kind.
    ///
    /// Kept apart from [`Match::Differs`] so that `not` never turns it into something that holds.
    Unfit,
}

impl Match {
    const fn turned_round(self) -> Self {
        match self {
            Self::Holds => Self::Differs,
            Self::Differs => Self::Holds,
            Self::Unfit => Self::Unfit,
        }
    }
}

impl From<bool> for Match {
    fn from(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Differs }
    }
}

impl<T> Matcher<T> {
    /// Gives the same matcher of what `turn` makes of each value in it.
    fn of_each<U, E>(&self, turn: &impl Fn(&T) -> Result<U, E>) -> Result<Matcher<U>, E> {
        Ok(match self {
            Self::Equals(value) => Matcher::Equals(turn(value)?),
            Self::OneOf(values) => {
                Matcher::OneOf(values.iter().map(turn).collect::<Result<_, _>>()?)
            }
            Self::Is(kind) => Matcher::Is(*kind),
            Self::Matches(pattern) => Matcher::Matches(pattern.clone()),
            Self::Contains(value) => Matcher::Contains(turn(value)?),
            Self::Lacks(value) => Matcher::Lacks(turn(value)?),
            Self::Above(value) => Matcher::Above(turn(value)?),
            Self::Below(value) => Matcher::Below(turn(value)?),
            Self::AtLeast(value) => Matcher::AtLeast(turn(value)?),
            Self::AtMost(value) => Matcher::AtMost(turn(value)?),
            Self::Length(inner) => Matcher::Length(Box::new(inner.of_each(turn)?)),
            Self::Exists(wanted) => Matcher::Exists(*wanted),
            Self::Not(inner) => Matcher::Not(Box::new(inner.of_each(turn)?)),
            Self::All(inner) => {
                Matcher::All(inner.iter().map(|one| one.of_each(turn)).collect::<Result<_, _>>()?)
            }
        })
    }
}

impl Matcher<Draft> {
    /// Gives the matcher with every name replaced.
    ///
    /// # Errors
    ///
    /// When a name has no value.
    pub fn fill(&self, names: &impl Names) -> Result<Matcher<Value>, TemplateError> {
        self.of_each(&|draft: &Draft| draft.fill(names))
    }

    /// Gives the matcher with every name replaced but those that get their values later.
    pub(in crate::suite) fn settle(
        &self,
        names: &impl Names,
        is_later: &impl Fn(&str) -> bool,
    ) -> Result<Self, TemplateError> {
        self.of_each(&|draft: &Draft| draft.settle(names, is_later))
    }

    /// Gives every name that it mentions.
    pub(in crate::suite) fn names(&self) -> Vec<&str> {
        match self {
            Self::Equals(draft)
            | Self::Contains(draft)
            | Self::Lacks(draft)
            | Self::Above(draft)
            | Self::Below(draft)
            | Self::AtLeast(draft)
            | Self::AtMost(draft) => draft.names().collect(),
            Self::OneOf(drafts) => drafts.iter().flat_map(Draft::names).collect(),
            Self::Length(inner) | Self::Not(inner) => inner.names(),
            Self::All(inner) => inner.iter().flat_map(Self::names).collect(),
            Self::Is(_) | Self::Matches(_) | Self::Exists(_) => Vec::new(),
        }
    }
}

impl Matcher<Value> {
    /// Holds a value, or its absence, against the matcher.
    #[must_use]
    pub fn test(&self, actual: Option<&Value>) -> Match {
        match self {
            Self::Exists(wanted) => return Match::from(actual.is_some() == *wanted),
            Self::Not(inner) => return inner.test(actual).turned_round(),
            Self::All(inner) => {
                let mut found = inner.iter().map(|one| one.test(actual));
                return found.find(|found| *found != Match::Holds).unwrap_or(Match::Holds);
            }
            _ => {}
        }
        let Some(actual) = actual else { return Match::Unfit };
        match self {
            Self::Equals(wanted) => same(wanted, actual).into(),
            Self::OneOf(choices) => choices.iter().any(|wanted| same(wanted, actual)).into(),
            Self::Is(kind) => kind.holds(actual).into(),
            Self::Matches(pattern) => match actual.as_str() {
                Some(text) => pattern.is_match(text).into(),
                None => Match::Unfit,
            },
            Self::Contains(part) => contains(actual, part).map_or(Match::Unfit, Match::from),
            Self::Lacks(part) => contains(actual, part).map_or(Match::Unfit, |has| (!has).into()),
            Self::Above(limit) => compare(actual, limit, Ordering::is_gt),
            Self::Below(limit) => compare(actual, limit, Ordering::is_lt),
            Self::AtLeast(limit) => compare(actual, limit, Ordering::is_ge),
            Self::AtMost(limit) => compare(actual, limit, Ordering::is_le),
            Self::Length(inner) => match length(actual) {
                Some(length) => inner.test(Some(&Value::from(length))),
                None => Match::Unfit,
            },
            Self::Exists(_) | Self::Not(_) | Self::All(_) => {
                unreachable!("answered above, for a value and for none")
            }
        }
    }

    /// Says what is wanted, as it reads after "expected it".
    #[must_use]
    pub fn wanted(&self, show: fn(&Value) -> String) -> String {
        match self {
            Self::Equals(wanted) => format!("to be {}", show(wanted)),
            Self::OneOf(choices) => {
                let choices: Vec<String> = choices.iter().map(show).collect();
                format!("to be one of {}", choices.join(", "))
            }
            Self::Is(kind) => format!("to be {}", kind.described()),
            Self::Matches(pattern) => format!("to match `{pattern}`"),
            Self::Contains(part) => format!("to contain {}", show(part)),
            Self::Lacks(part) => format!("to lack {}", show(part)),
            Self::Above(limit) => format!("to be above {}", show(limit)),
            Self::Below(limit) => format!("to be below {}", show(limit)),
            Self::AtLeast(limit) => format!("to be at least {}", show(limit)),
            Self::AtMost(limit) => format!("to be at most {}", show(limit)),
            Self::Length(inner) => format!("to have a length {}", inner.wanted(Value::to_string)),
            Self::Exists(true) => "to exist".to_owned(),
            Self::Exists(false) => "not to exist".to_owned(),
            Self::Not(inner) => format!("not {}", inner.wanted(show)),
            Self::All(inner) => {
                let inner: Vec<String> = inner.iter().map(|one| one.wanted(show)).collect();
                inner.join(" and ")
            }
        }
    }
}

/// Compares like `==`, except that numbers compare by value whatever way they are written.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => order(x, y) == Some(Ordering::Equal),
        (Value::Array(x), Value::Array(y)) => {
            x.len() == y.len() && x.iter().zip(y).all(|(x, y)| same(x, y))
        }
        (Value::Object(x), Value::Object(y)) => {
            x.len() == y.len() && x.iter().all(|(key, x)| y.get(key).is_some_and(|y| same(x, y)))
        }
        _ => a == b,
    }
}

fn contains(whole: &Value, part: &Value) -> Option<bool> {
    match (whole, part) {
        (Value::String(whole), Value::String(part)) => Some(whole.contains(part.as_str())),
        (Value::Array(entries), part) => Some(entries.iter().any(|entry| same(entry, part))),
        _ => None,
    }
}

fn compare(actual: &Value, limit: &Value, holds: fn(Ordering) -> bool) -> Match {
    match (actual, limit) {
        (Value::Number(actual), Value::Number(limit)) => {
            order(actual, limit).map_or(Match::Unfit, |order| holds(order).into())
        }
        _ => Match::Unfit,
    }
}

/// Compares numbers by value: whole ones exactly, because identities of 64 bits do not fit a float.
fn order(a: &Number, b: &Number) -> Option<Ordering> {
    match (a.as_i128(), b.as_i128()) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}

fn length(value: &Value) -> Option<usize> {
    match value {
        Value::String(text) => Some(text.chars().count()),
        Value::Array(entries) => Some(entries.len()),
        Value::Object(entries) => Some(entries.len()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn whole_numbers_that_no_float_can_tell_apart_are_told_apart() {
        let one = json!(12_345_678_901_234_567_u64);
        let next = json!(12_345_678_901_234_568_u64);
        assert_eq!(Matcher::Equals(next.clone()).test(Some(&one)), Match::Differs);
        assert_eq!(Matcher::AtLeast(next.clone()).test(Some(&one)), Match::Differs);
        assert_eq!(Matcher::Below(next).test(Some(&one)), Match::Holds);
        assert_eq!(Matcher::Equals(json!(1)).test(Some(&json!(1.0))), Match::Holds);
    }

    fn not(inner: Matcher<Value>) -> Matcher<Value> {
        Matcher::Not(Box::new(inner))
    }

    #[test]
    fn numbers_are_equal_by_value_and_texts_are_not_numbers() {
        assert_eq!(Matcher::Equals(json!(1)).test(Some(&json!(1.0))), Match::Holds);
        assert_eq!(Matcher::Equals(json!("1")).test(Some(&json!(1))), Match::Differs);
        let lines = json!([{ "sku": "mug-01", "quantity": 2.0 }]);
        let wanted = json!([{ "quantity": 2, "sku": "mug-01" }]);
        assert_eq!(Matcher::Equals(wanted).test(Some(&lines)), Match::Holds);
    }

    #[test]
    fn a_length_counts_characters_entries_and_keys() {
        let two = |value| Matcher::Length(Box::new(Matcher::Equals(json!(2)))).test(Some(&value));
        assert_eq!(two(json!("ßü")), Match::Holds);
        assert_eq!(two(json!([1, 2])), Match::Holds);
        assert_eq!(two(json!({ "a": 1, "b": 2 })), Match::Holds);
        assert_eq!(two(json!(2)), Match::Unfit);
    }

    #[test]
    fn a_text_contains_a_part_and_a_list_an_entry() {
        assert_eq!(Matcher::Contains(json!("b")).test(Some(&json!("abc"))), Match::Holds);
        assert_eq!(Matcher::Contains(json!(2)).test(Some(&json!([1, 2.0]))), Match::Holds);
        assert_eq!(Matcher::Lacks(json!("b")).test(Some(&json!("abc"))), Match::Differs);
        assert_eq!(Matcher::Lacks(json!("b")).test(Some(&json!(7))), Match::Unfit);
    }

    #[test]
    fn not_turns_a_difference_round_and_leaves_a_misfit_alone() {
        assert_eq!(not(Matcher::Above(json!(3))).test(Some(&json!(2))), Match::Holds);
        assert_eq!(not(Matcher::Above(json!(3))).test(Some(&json!(4))), Match::Differs);
        assert_eq!(not(Matcher::Above(json!(3))).test(Some(&json!("4"))), Match::Unfit);
    }

    #[test]
    fn what_is_wanted_reads_as_a_sentence() {
        let wanted = Matcher::All(vec![
            Matcher::Above(json!(0)),
            not(Matcher::Equals(json!(7))),
            Matcher::Length(Box::new(Matcher::AtMost(json!(3)))),
        ]);
        assert_eq!(
            wanted.wanted(Value::to_string),
            "to be above 0 and not to be 7 and to have a length to be at most 3"
        );
    }

    fn any_matcher() -> impl Strategy<Value = Matcher<Value>> {
        let leaf = prop_oneof![
            any::<i64>().prop_map(|n| Matcher::Equals(json!(n))),
            any::<i64>().prop_map(|n| Matcher::Below(json!(n))),
            ".{0,4}".prop_map(|text| Matcher::Contains(json!(text))),
            ".{0,4}".prop_map(|text| Matcher::Lacks(json!(text))),
            Just(Matcher::Is(ValueKind::Null)),
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                inner.clone().prop_map(|one| Matcher::Length(Box::new(one))),
                inner.clone().prop_map(not),
                prop::collection::vec(inner, 1..3).prop_map(Matcher::All),
            ]
        })
    }

    proptest! {
        #[test]
        fn nothing_but_exists_ever_holds_for_what_is_not_there(matcher in any_matcher()) {
            prop_assert_eq!(matcher.test(None), Match::Unfit);
        }
    }
}
