//! Of what kind an answer is, and which of its parts can be expected and kept.

/// Says of an answer which parts it has.
pub(super) struct AnswerKind {
    /// As it reads before "has no such part".
    pub described: &'static str,
    /// The keys of its parts.
    pub parts: &'static [&'static str],
    /// Whether a JSONPath finds something in it.
    pub has_json: bool,
}
