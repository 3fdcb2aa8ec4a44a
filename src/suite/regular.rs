//! Regular expressions that a person wrote.

use regex::Regex;

/// Reads one, or says in a line why it is none.
pub(super) fn read(text: &str) -> Result<Regex, String> {
    Regex::new(text).map_err(|error| {
        let text = error.to_string();
        let cause = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
        format!("this is not a regular expression: {cause}")
    })
}

/// Carries an expression as its text.
pub(super) mod as_text {
    use regex::Regex;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(in crate::suite) fn serialize<S: Serializer>(it: &Regex, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(it.as_str())
    }

    pub(in crate::suite) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Regex, D::Error> {
        Regex::new(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// Carries an expression that need not be there as its text.
pub(super) mod as_text_or_none {
    use regex::Regex;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "what serde calls it with")]
    pub(in crate::suite) fn serialize<S: Serializer>(
        it: &Option<Regex>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        it.as_ref().map(Regex::as_str).serialize(to)
    }

    pub(in crate::suite) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Regex>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| Regex::new(&text).map_err(D::Error::custom)).transpose()
    }
}
