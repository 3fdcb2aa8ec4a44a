//! Whether an answer is the one that was reviewed.

use super::failure::Failure;
use super::received::Received;
use super::session::Session;
use crate::model::{Finding, Reason, seen_from};
use crate::suite::case::Step;
use crate::suite::snapshot::{Comparison, Snapshot};

/// Holds an answer against its snapshot; what is not as reviewed is kept for a review where the run is
/// told to.
pub(super) fn compare(
    snapshot: &Snapshot,
    step: &Step,
    received: &Received,
    session: &Session,
) -> Result<(), Failure> {
    let name = &snapshot.name;
    let body = match (received.json(), received.text()) {
        (Some(json), _) => snapshot.body_of_json(json),
        (None, Some(text)) if snapshot.redactions.is_empty() => text,
        (None, Some(_)) => {
            let message = format!("the snapshot `{name}` redacts JSON, and the answer is none");
            return Err(Failure::fail(Reason::Changed, message));
        }
        (None, None) => {
            let message = format!("there is no answer to hold against the snapshot `{name}`");
            return Err(Failure::fail(Reason::Changed, message));
        }
    };
    let body = session.scope.redacted(&body);
    let shown = seen_from(&session.ground.root, &snapshot.file);
    let unreadable = |cause: std::io::Error| {
        let message = format!("the snapshot {shown} cannot be compared with: {cause}; restore it");
        Failure::unknown(Reason::MissingBaseline, message)
    };
    let (finding, lines) = match snapshot.compare(&body).map_err(unreadable)? {
        Comparison::Same => return Ok(()),
        Comparison::Missing => {
            let message = format!("nobody has accepted a snapshot `{name}` ({shown})");
            (Finding::inconclusive(Reason::MissingBaseline, message), Vec::new())
        }
        Comparison::Differs(lines) => {
            let marked = |mark: &str| {
                let lines = lines.iter().filter_map(|line| line.strip_prefix(mark));
                lines.collect::<Vec<_>>().join("\n")
            };
            let message = format!("the answer is not its snapshot `{name}` ({shown})");
            let finding = Finding::fail(Reason::Changed, message);
            (finding.comparing(marked("- "), marked("+ ")), lines)
        }
    };
    let suite = std::path::Path::new(&step.place.file);
    let next = match snapshot.keep(&body, suite, &step.name, session.ground.update) {
        Ok(Some(file)) => format!("what came is in {}", seen_from(&session.ground.root, &file)),
        Ok(None) => "`proofmark test --update` keeps what came for a review".to_owned(),
        Err(cause) => format!("what came cannot be kept beside it: {cause}"),
    };
    let message = format!("{}; {next}", finding.message);
    Err(Failure::listing(Finding { message, ..finding }, lines))
}
