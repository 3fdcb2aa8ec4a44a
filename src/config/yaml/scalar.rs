//! What a scalar means that stands without quotes.

/// Is what a scalar means by the core schema of YAML 1.2 (<https://yaml.org/spec/1.2.2/#1032-tag-resolution>).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Meaning {
    Null,
    Boolean(bool),
    Unsigned(u64),
    /// Is below zero.
    Signed(i64),
    Float(f64),
    /// Is a number that is too large to be kept as it is written.
    Beyond,
    Text,
}

/// Gives what a text means that stands without quotes.
pub(super) fn meaning(text: &str) -> Meaning {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Meaning::Null,
        "true" | "True" | "TRUE" => Meaning::Boolean(true),
        "false" | "False" | "FALSE" => Meaning::Boolean(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Meaning::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Meaning::Float(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => Meaning::Float(f64::NAN),
        // Most texts begin with a letter, and none of them is a number.
        _ if text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) => number(text),
        _ => Meaning::Text,
    }
}

fn number(text: &str) -> Meaning {
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let of_radix = |digits: &str, radix| {
        let number = u64::from_str_radix(digits, radix).ok();
        // The schema knows no sign there, though Rust does.
        let number = number.filter(|_| !digits.starts_with('+'));
        number.map_or(Meaning::Text, Meaning::Unsigned)
    };
    if let Some(digits) = text.strip_prefix("0x") {
        return of_radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return of_radix(digits, 8);
    }
    let (is_negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if all_digits(unsigned) {
        let read = if is_negative {
            text.parse().ok().map(Meaning::Signed)
        } else {
            unsigned.parse().ok().map(Meaning::Unsigned)
        };
        return read.unwrap_or(Meaning::Beyond);
    }
    let is_float = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && unsigned.bytes().any(|b| b.is_ascii_digit())
        && unsigned.bytes().all(|b| b.is_ascii_digit() || b".eE+-".contains(&b));
    match text.parse::<f64>() {
        Ok(number) if is_float && number.is_finite() => Meaning::Float(number),
        Ok(_) if is_float => Meaning::Beyond,
        _ => Meaning::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_mean_what_the_core_schema_says() {
        for (text, expected) in [
            ("", Meaning::Null),
            ("~", Meaning::Null),
            ("nULL", Meaning::Text),
            ("True", Meaning::Boolean(true)),
            ("no", Meaning::Text),
            ("on", Meaning::Text),
            ("0", Meaning::Unsigned(0)),
            ("-0", Meaning::Signed(0)),
            ("+12", Meaning::Unsigned(12)),
            ("007", Meaning::Unsigned(7)),
            ("0o17", Meaning::Unsigned(15)),
            ("0x1F", Meaning::Unsigned(31)),
            ("0x+1", Meaning::Text),
            ("0x", Meaning::Text),
            ("-5", Meaning::Signed(-5)),
            ("+-5", Meaning::Text),
            ("18446744073709551615", Meaning::Unsigned(u64::MAX)),
            ("18446744073709551616", Meaning::Beyond),
            ("-9223372036854775809", Meaning::Beyond),
            ("1E400", Meaning::Beyond),
            ("-9223372036854775808", Meaning::Signed(i64::MIN)),
            ("1_000", Meaning::Text),
            ("1.", Meaning::Float(1.0)),
            (".5", Meaning::Float(0.5)),
            ("-1.5e-3", Meaning::Float(-0.0015)),
            ("1.10.2", Meaning::Text),
            ("-", Meaning::Text),
            (".", Meaning::Text),
            ("1e", Meaning::Text),
            ("-.inf", Meaning::Float(f64::NEG_INFINITY)),
            ("inf", Meaning::Text),
            ("-inf", Meaning::Text),
            ("2026-11-27", Meaning::Text),
            ("12:30", Meaning::Text),
        ] {
            assert_eq!(meaning(text), expected, "{text}");
        }
    }
}
