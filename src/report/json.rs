//! A report for a program: the whole run with its answer.

use serde::Serialize;

use super::{Report, text};
use crate::model::{Counts, Decision, Judgement, Run};

/// Is the version of the envelope; the run inside carries its own.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Envelope<'r> {
    schema: u32,
    judgement: &'r Judgement,
    decision: Option<Decision>,
    counts: Counts,
    run: &'r Run,
}

/// Gives the run, its judgement and the decision as JSON, in a fixed order, ending in a newline.
pub fn render(report: &Report<'_>) -> String {
    let Report { run, judgement, decision } = *report;
    let envelope = Envelope { schema: SCHEMA, judgement, decision, counts: run.counts(), run };
    text::json(&envelope)
}

#[cfg(test)]
mod tests {
    use crate::model::Run;
    use crate::report::tests::{judged, sample};
    use crate::report::{Format, Report, render};

    #[test]
    fn the_run_is_read_back_as_it_was_hostile_text_included() {
        let run = sample();
        let (judgement, decision) = judged(&run);
        let report = Report { run: &run, judgement: &judgement, decision };
        let json: serde_json::Value =
            serde_json::from_str(&render(Format::Json, &report, 0)).unwrap();
        assert_eq!(json["schema"], 1);
        assert_eq!(json["decision"], "rollback");
        let read: Run = serde_json::from_value(json["run"].clone()).unwrap();
        assert_eq!(read, run);
    }
}
