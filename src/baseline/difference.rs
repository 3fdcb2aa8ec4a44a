//! How one value differs from another, in the words of a person.

use serde_json::{Map, Value};

/// Says how `actual` differs from `wanted`, to be read after a fact's path: of lists and maps only what
/// was gained and lost.
pub(super) fn told(wanted: &Value, actual: &Value) -> String {
    match (wanted, actual) {
        (Value::Array(wanted), Value::Array(actual)) if is_set(wanted) && is_set(actual) => {
            let missing_in = |others: &[Value], item: &&Value| !others.contains(item);
            let gained = actual.iter().filter(|item| missing_in(wanted, item));
            let lost = wanted.iter().filter(|item| missing_in(actual, item));
            exchanged(&listed(gained, ", "), &listed(lost, ", "))
        }
        (Value::Array(wanted), Value::Array(actual)) => of_lines(wanted, actual),
        (Value::Object(wanted), Value::Object(actual)) => of_maps(wanted, actual),
        _ => format!("was {} and is {}", show(wanted), show(actual)),
    }
}

/// Writes a value for a person.
pub(super) fn show(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Tells a list whose order was given by the recorder from one in which the order means something.
fn is_set(items: &[Value]) -> bool {
    items.is_sorted_by_key(show)
}

fn listed<'v>(items: impl Iterator<Item = &'v Value>, between: &str) -> String {
    items.map(show).collect::<Vec<_>>().join(between)
}

fn exchanged(gained: &str, lost: &str) -> String {
    match (gained, lost) {
        ("", "") => "holds the same, another number of times".to_owned(),
        (gained, "") => format!("gained {gained}"),
        ("", lost) => format!("lost {lost}"),
        (gained, lost) => format!("gained {gained} and lost {lost}"),
    }
}

/// Says what stands between the words that two lines share at their beginnings and ends.
fn of_lines(wanted: &[Value], actual: &[Value]) -> String {
    let same = |(one, other): &(&Value, &Value)| one == other;
    let before = wanted.iter().zip(actual).take_while(same).count();
    let (old, new) = (&wanted[before..], &actual[before..]);
    let after = old.iter().rev().zip(new.iter().rev()).take_while(same).count();
    let old = listed(old[..old.len() - after].iter(), " ");
    let new = listed(new[..new.len() - after].iter(), " ");
    match (new.as_str(), old.as_str()) {
        (new, "") => format!("gained `{new}`"),
        ("", old) => format!("lost `{old}`"),
        (new, old) => format!("has `{new}` where `{old}` was"),
    }
}

fn of_maps(wanted: &Map<String, Value>, actual: &Map<String, Value>) -> String {
    let mut parts = Vec::new();
    for (key, value) in actual.iter().filter(|(key, _)| !wanted.contains_key(*key)) {
        parts.push(format!("gained {key}: {}", show(value)));
    }
    for (key, value) in wanted {
        match actual.get(key) {
            None => parts.push(format!("lost {key}: {}", show(value))),
            Some(now) if now != value => parts.push(format!("{key} {}", told(value, now))),
            Some(_) => {}
        }
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_was_gained_and_lost_is_told() {
        let told = [
            (json!(["NET_RAW"]), json!(["NET_RAW", "SYS_ADMIN"])),
            (json!(["ALL"]), json!([])),
            (json!(["api", "db"]), json!(["api", "web"])),
            (json!(["a", "a"]), json!(["a"])),
            (json!(["serve", "--port", "8000", "app"]), json!(["serve", "--port", "8001", "app"])),
            (json!(["serve", "app"]), json!(["serve", "app", "--reload"])),
            (json!(["serve", "--quiet", "app"]), json!(["serve", "app"])),
            (json!(["x", "a", "a"]), json!(["x", "a"])),
            (json!({ "a": 1, "b": 2 }), json!({ "b": 3, "c": true })),
            (json!("512MiB"), json!("1GiB")),
            (json!(["CMD", "true"]), json!("none")),
        ]
        .map(|(wanted, actual)| told(&wanted, &actual));
        insta::assert_snapshot!(told.join("\n"), @r#"
        gained SYS_ADMIN
        lost ALL
        gained web and lost db
        holds the same, another number of times
        has `8001` where `8000` was
        gained `--reload`
        lost `--quiet`
        lost `a`
        gained c: true, lost a: 1, b was 2 and is 3
        was 512MiB and is 1GiB
        was ["CMD","true"] and is none
        "#);
    }
}
