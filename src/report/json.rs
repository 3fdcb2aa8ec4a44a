//! A report for a program: the whole run with its answer.

use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;

use super::{Report, text};
use crate::model::{Counts, Decision, Judgement, Run};

/// Is the version of the envelope; the run inside carries its own.
const SCHEMA: u32 = 1;

/// Is a report as a program reads it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Report")]
struct Envelope<'r> {
    /// Version of this shape.
    schema: u32,
    /// The one answer, and why.
    judgement: &'r Judgement,
    /// What follows from the answer, where the command decides something.
    decision: Option<Decision>,
    /// How many checks came to what.
    counts: Counts,
    /// What was asked and what came of it.
    run: &'r Run,
}

/// Gives the JSON Schema that every report in [`super::Format::Json`] obeys.
#[must_use]
pub fn schema() -> Schema {
    schema_for!(Envelope<'_>)
}

/// Gives the run, its judgement and the decision as JSON, in a fixed order, ending in a newline.
pub fn render(report: &Report<'_>) -> String {
    let Report { run, judgement, decision } = *report;
    let envelope = Envelope { schema: SCHEMA, judgement, decision, counts: run.counts(), run };
    text::json(&envelope)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::model::Run;
    use crate::report::Format;
    use crate::report::tests::{empty, rendered, sample};

    #[test]
    fn the_run_is_read_back_as_it_was_hostile_text_included() {
        let run = sample();
        let json: Value = serde_json::from_str(&rendered(Format::Json, &run)).unwrap();
        assert_eq!(json["schema"], 1);
        assert_eq!(json["decision"], "rollback");
        let read: Run = serde_json::from_value(json["run"].clone()).unwrap();
        assert_eq!(read, run);
    }

    #[test]
    fn the_schema_says_what_the_report_is_and_refuses_what_it_is_not() {
        let schema = jsonschema::validator_for(super::schema().as_value()).unwrap();
        for run in [sample(), empty()] {
            let mut json: Value = serde_json::from_str(&rendered(Format::Json, &run)).unwrap();
            schema.validate(&json).unwrap();
            json["judgement"]["verdict"] = "promising".into();
            assert!(!schema.is_valid(&json));
        }
    }

    #[test]
    fn the_schema_says_what_it_said_before() {
        insta::assert_snapshot!(
            "schema_run",
            serde_json::to_string_pretty(&super::schema()).unwrap()
        );
    }
}
